import { writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

/** Loaded into a program with `--import`: writes its most memory, in KiB, to the file named in PEAK_FILE. */
const file = process.env['PEAK_FILE']
if (isMainThread && file !== undefined) {
  process.on('exit', () => {
    writeFileSync(file, String(process.resourceUsage().maxRSS))
  })
}
