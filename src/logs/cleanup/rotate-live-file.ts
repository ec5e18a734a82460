import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { renameToBackup } from '../directory/backup-files.ts'
import { listStreamFiles, type StreamFile } from '../directory/listing.ts'
import { unlessMissing } from '../directory/plain-file.ts'
import { RotationLock } from '../writing/rotation-lock.ts'

const LOCK_RETRY_MS = 20
/** A writer's lock is stale after a second; whoever holds it is done or gone by then. */
const MAX_LOCK_TRIES = 100

/**
 * Renames the live file to a new backup under the writers' lock, as its writers would, unless one of them
 * already has. No backup is deleted for it. Returns the file as a backup; undefined when it is gone.
 *
 * @throws system errors; Error when the lock stays taken
 */
export async function rotateLiveFile(
  directory: string,
  file: StreamFile,
  clock: Clock,
): Promise<StreamFile | undefined> {
  const path = join(directory, file.name)
  const lock = new RotationLock(join(directory, `.${file.name}.lock`), clock)
  for (let tries = 0; !lock.tryAcquire(); tries++) {
    if (tries === MAX_LOCK_TRIES) throw new Error('its writers hold its rotation lock')
    await clock.sleep(LOCK_RETRY_MS)
  }
  try {
    const stat = await unlessMissing(lstat(path, { bigint: true }))
    if (stat?.isFile() && stat.ino === file.ino) renameToBackup(path)
  } finally {
    lock.release()
  }
  const files = await listStreamFiles(directory)
  return files.find(
    ({ kind, stream, ino }) => kind === 'rotated' && stream === file.stream && ino === file.ino,
  )
}
