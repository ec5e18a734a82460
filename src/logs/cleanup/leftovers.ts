import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isUnfinishedArchive } from '../archives/archive-part.ts'
import { isUnfinishedHistory } from './cleanup-history.ts'
import { isAbandonedLock } from './cleanup-lock.ts'
import { isAbandonedProbe } from '../directory/directory-health.ts'
import { ARCHIVES } from '../directory/listing.ts'
import { removeFile } from '../directory/plain-file.ts'

/**
 * Removes what killed runs left. Only the holder of the clean-up lock may call it: an archive that another
 * run is making looks the same. A probe or a takeover under way finds its file gone and does not mind.
 * @throws system errors
 */
export async function removeLeftovers(directory: string): Promise<void> {
  const archives = join(directory, ARCHIVES)
  for (const name of await readdir(directory)) {
    if (isAbandonedLock(name) || isAbandonedProbe(name)) await removeFile(join(directory, name))
  }
  for (const name of await readdir(archives)) {
    if (isUnfinishedArchive(name) || isUnfinishedHistory(name)) await removeFile(join(archives, name))
  }
}
