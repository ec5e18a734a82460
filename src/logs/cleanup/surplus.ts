import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import type { LogStream } from '../../core/log-event.ts'
import { renameToBackup } from '../directory/backup-files.ts'
import { RotationLock } from '../writing/rotation-lock.ts'
import { listStreamFiles, type StreamFile } from '../directory/listing.ts'
import { countLines, unlessMissing } from '../directory/plain-file.ts'

const LOCK_RETRY_MS = 20
/** A writer's lock is stale after a second; whoever holds it is done or gone by then. */
const MAX_LOCK_TRIES = 100

/**
 * The rotated files to archive, oldest first, so that at most `max_lines` lines of the stream remain outside
 * of archives. Only whole files go: what others append to is never rewritten. When the live file alone has
 * more, it is rotated first, as its writers would.
 *
 * @throws system errors; Error when the live file cannot be rotated
 */
export async function surplusFiles(
  directory: string,
  stream: LogStream,
  max_lines: number,
  clock: Clock,
): Promise<StreamFile[]> {
  const files = await filesOf(directory, stream)
  let kept_lines = 0
  for (const [at, file] of files.entries()) {
    kept_lines += await countLines(join(directory, file.name), max_lines - kept_lines)
    if (kept_lines <= max_lines) continue
    if (file.kind === 'rotated') return files.slice(at).toReversed()
    await rotate(directory, file, clock)
    const after = (await filesOf(directory, stream)).filter(({ kind }) => kind === 'rotated')
    const rotated_at = after.findIndex(({ ino }) => ino === file.ino)
    return rotated_at === -1 ? [] : after.slice(rotated_at).toReversed()
  }
  return []
}

async function filesOf(directory: string, stream: LogStream): Promise<StreamFile[]> {
  return (await listStreamFiles(directory)).filter((file) => file.stream === stream)
}

/** Renames the live file to a new backup under the writers' lock, unless a writer already has. */
async function rotate(directory: string, file: StreamFile, clock: Clock): Promise<void> {
  const path = join(directory, file.name)
  const lock = new RotationLock(join(directory, `.${file.name}.lock`), clock)
  for (let tries = 0; !lock.tryAcquire(); tries++) {
    if (tries === MAX_LOCK_TRIES) throw new Error('its writers hold its rotation lock')
    await clock.sleep(LOCK_RETRY_MS)
  }
  try {
    const stat = await unlessMissing(lstat(path, { bigint: true }))
    if (stat?.isFile() && stat.ino === file.ino) renameToBackup(path, Number.POSITIVE_INFINITY)
  } finally {
    lock.release()
  }
}
