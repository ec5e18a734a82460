import { opendir, stat } from 'node:fs/promises'
import { MonitorError, systemErrorCode } from '../../../core/errors.ts'
import { printable } from '../../terminal.ts'

/** @throws MonitorError `not_found_locally` when there are no logs to read, which a search would call no hits */
export async function requireLogFolder(directory: string): Promise<void> {
  try {
    const folder = await opendir(directory)
    await folder.close()
    // A folder that can only be listed does not give its files away.
    await stat(`${directory}/.`)
  } catch (error) {
    throw new MonitorError('not_found_locally', `The log folder ${printable(directory)} ${whyNot(error)}.`, {
      cause: error,
      next_step: 'Give the folder of the five log streams with --log-dir or CANVAS_SYNC_LOG_DIR.',
    })
  }
}

function whyNot(error: unknown): string {
  const code = systemErrorCode(error)
  if (code === 'ENOENT') return 'does not exist'
  return code === 'ENOTDIR' ? 'is a file' : `cannot be read (${code ?? 'unknown'})`
}
