import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { LOG_STREAMS } from '../../core/log-event.ts'
import { isUnfinishedArchive } from '../archives/archive-part.ts'
import { isAbandonedProbe } from '../directory/directory-health.ts'
import { ARCHIVES } from '../directory/listing.ts'
import { removeFile } from '../directory/plain-file.ts'
import { RotationLock } from '../writing/rotation-lock.ts'
import { isUnfinishedHistory } from './cleanup-history.ts'
import { isAbandonedLock } from './cleanup-lock.ts'
import { isUnfinishedTail } from './replace-by-tail.ts'

const ROTATION_LOCK = new RegExp(`^\\.(?:${LOG_STREAMS.join('|')})\\.log\\.lock$`)

/**
 * Removes what killed runs left. Only the holder of the clean-up lock may call it: an archive that another
 * run is making looks the same. A probe or a takeover under way finds its file gone and does not mind.
 * A writers' lock goes when its holder is dead, as any writer would have it.
 * @throws system errors
 */
export async function removeLeftovers(directory: string, clock: Clock): Promise<void> {
  const archives = join(directory, ARCHIVES)
  for (const name of await readdir(directory)) {
    const is_leftover = isAbandonedLock(name) || isAbandonedProbe(name) || isUnfinishedTail(name)
    if (is_leftover) await removeFile(join(directory, name))
    if (ROTATION_LOCK.test(name)) {
      const lock = new RotationLock(join(directory, name), clock)
      if (lock.tryAcquire()) lock.release()
    }
  }
  for (const name of await readdir(archives)) {
    if (isUnfinishedArchive(name) || isUnfinishedHistory(name)) await removeFile(join(archives, name))
  }
}
