import {
  definitionOf,
  nextPostponed,
  POSTPONED_TABLE,
  type PostponedIndex,
} from '../../migrations/postponed-indexes.ts'
import type { SqlConnection, SqlDatabase } from '../sql-database.ts'
import { textFor } from '../sql-piece.ts'

export async function countPostponed({ select }: SqlConnection): Promise<number> {
  const [row] = await select<{ count: number }>(`select count(*) as count from ${POSTPONED_TABLE}`, [])
  return row?.count ?? 0
}

/** Makes one; answers how many are left. One at a time: others who write wait for a second, not for ten. */
export function makePostponedIndex(database: SqlDatabase): Promise<number> {
  const { dialect } = database
  return database.write(async (connection) => {
    const { select, executeMany } = connection
    const [index] = await select<PostponedIndex>(nextPostponed(dialect), [])
    if (index === undefined) return 0
    if (dialect === 'postgres') {
      for (const name of ['statement_timeout', 'lock_timeout']) {
        await select('select set_config($1, $2, true)', [name, '0'])
      }
    }
    await executeMany(definitionOf(index), [[]])
    await executeMany(textFor(dialect, `delete from ${POSTPONED_TABLE} where name = ?`), [[index.name]])
    return await countPostponed(connection)
  })
}
