/** Tries to create monitors that cannot be, says why they were refused and what is still open, and must then end by itself. */
import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { isMonitorError } from '../../../src/core/errors.ts'
import { createMonitor, type MonitorOptions } from '../../../src/tracker/monitor.ts'

/** The paths of the files that this process has open; none where the system does not tell. */
function openFiles(): string[] {
  if (!existsSync('/proc/self/fd')) return []
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`)]
    } catch {
      // The descriptor with which the folder itself was read.
      return []
    }
  })
}

const codes: string[] = []
for (const options of JSON.parse(process.argv[2] ?? '[]') as MonitorOptions[]) {
  try {
    await createMonitor(options)
    codes.push('opened')
  } catch (error) {
    codes.push(isMonitorError(error) ? error.code : String(error))
  }
}
console.log(JSON.stringify({ codes, files: openFiles() }))
