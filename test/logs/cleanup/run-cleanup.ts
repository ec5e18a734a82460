import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import type { CleanupReport } from '../../../src/logs/cleanup/cleanup-report.ts'
import { LogDirectory } from '../../../src/logs/cleanup/log-directory.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { streamFiles } from '../writing/log-directory.ts'

/** The options of the API. */
export const DEFAULTS = { max_lines: 10_000, archive_days: 7, delete_days: 30 }

export async function cleanUp(
  directory: string,
  options: Partial<typeof DEFAULTS> = {},
): Promise<CleanupReport> {
  const logs = new LogDirectory({ directory, clock: new FakeClock({ auto: true }) })
  assert.equal((await logs.startCleanup({ ...DEFAULTS, ...options })).started, true)
  const report = await logs.finished()
  assert.ok(report)
  return report
}

export function names(directory: string): string[] {
  return streamFiles(directory, 'operations').map((file) => file.slice(directory.length + 1))
}

export function hasTar(): boolean {
  try {
    execFileSync('tar', ['--version'])
    execFileSync('gzip', ['--version'])
    return true
  } catch {
    return false
  }
}
