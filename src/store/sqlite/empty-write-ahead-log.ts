import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../core/clock.ts'

const TRIES = 50
const WAIT_MS = 100

/**
 * Writes the write-ahead log of a database back and cuts it to nothing, so that what was deleted is in neither file.
 *
 * @returns false when readers held it all the time: then it happens when the last of them closes the database
 */
export async function emptyWriteAheadLog(path: string, clock: Clock): Promise<boolean> {
  using database = new DatabaseSync(path)
  for (let tries = 0; tries < TRIES; tries++) {
    const answer = database.prepare('pragma wal_checkpoint(truncate)').get()
    if (answer?.['busy'] === 0) return true
    await clock.sleep(WAIT_MS)
  }
  return false
}
