import { statSync } from 'node:fs'
import { MonitorError } from '../../../core/errors.ts'

/** @throws MonitorError `not_found_locally` when there are no logs to read, which a search would call no hits */
export function requireLogFolder(directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true) return
  throw new MonitorError('not_found_locally', `There is no log folder ${directory}.`, {
    next_step: 'Give its path with --log-dir or CANVAS_SYNC_LOG_DIR.',
  })
}
