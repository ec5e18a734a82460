import type { SyncUser, SyncUsers, UserPage, UserPageQuery } from '../../sync-users.ts'
import type { SqlDatabase } from '../sql-database.ts'
import { NO_FIGURES, readBeats, readFigures, readStalest } from './user-details.ts'
import { walkUsers } from './user-walk.ts'

/** {@link SyncUsers} in the SQL that both engines understand. */
export class SqlSyncUsers implements SyncUsers {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  page(query: UserPageQuery): Promise<UserPage> {
    return this.#database.read(async (connection) => {
      const { found, next } = await walkUsers(connection, query)
      const ids = found.map(({ user_id }) => user_id)
      if (ids.length === 0) return { users: [], next }
      const beats = await readBeats(connection, ids, query.beats)
      const figures = await readFigures(connection, ids, query.figures_since)
      const stalest = await readStalest(connection, ids)
      const users = found.map((user): SyncUser => ({
        ...user,
        ...(figures.get(user.user_id) ?? NO_FIGURES),
        beats: beats.get(user.user_id) ?? [],
        stalest: stalest.get(user.user_id) ?? null,
      }))
      return { users, next }
    })
  }
}
