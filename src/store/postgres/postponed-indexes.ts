import type { ClientBase } from 'pg'
import {
  definitionOf,
  nextPostponed,
  POSTPONABLE,
  POSTPONED_TABLE,
  type PostponedIndex,
} from '../migrations/postponed-indexes.ts'

/** In the transaction that makes the tables: nobody has met them with their indexes. */
export async function postponeIndexes(client: ClientBase): Promise<void> {
  const { rows } = await client.query<PostponedIndex>(POSTPONABLE.postgres)
  for (const { name, definition } of rows) {
    await client.query(`insert into ${POSTPONED_TABLE} (name, definition) values ($1, $2)`, [
      name,
      definition,
    ])
    await client.query(`drop index ${name}`)
  }
}

/** Makes the indexes that an import that was broken off has left: one transaction each, so that nobody waits for all. */
export async function makePostponedIndexes(client: ClientBase): Promise<void> {
  // Without a lock first: hardly ever is there one, and who only reads has no right to it.
  const left = async (): Promise<boolean> =>
    (await client.query(`select from ${POSTPONED_TABLE} limit 1`)).rows.length > 0
  while (await left()) {
    await client.query('begin')
    try {
      await client.query('set local lock_timeout = 0; set local statement_timeout = 0')
      const { rows } = await client.query<PostponedIndex>(nextPostponed('postgres'))
      for (const index of rows) {
        await client.query(definitionOf(index))
        await client.query(`delete from ${POSTPONED_TABLE} where name = $1`, [index.name])
      }
      await client.query('commit')
    } catch (error) {
      await client.query('rollback').catch(() => {})
      throw error
    }
  }
}
