import type { DatabaseSync } from 'node:sqlite'
import {
  definitionOf,
  nextPostponed,
  POSTPONABLE,
  POSTPONED_TABLE,
  type PostponedIndex,
} from '../migrations/postponed-indexes.ts'

/** In the transaction that makes the tables: nobody has met them with their indexes. */
export function postponeIndexes(database: DatabaseSync): void {
  const insert = database.prepare(`insert into ${POSTPONED_TABLE} (name, definition) values (?, ?)`)
  for (const { name, definition } of database
    .prepare(POSTPONABLE.sqlite)
    .all() as unknown as PostponedIndex[]) {
    insert.run(name, definition)
    database.exec(`drop index ${name}`)
  }
}

/** Makes the indexes that an import that was broken off has left: one transaction each, so that nobody waits for all. */
export function makePostponedIndexes(database: DatabaseSync): void {
  const next = database.prepare(nextPostponed('sqlite'))
  const made = database.prepare(`delete from ${POSTPONED_TABLE} where name = ?`)
  // Without the write lock first: hardly ever is there one.
  while (next.get() !== undefined) {
    database.exec('begin immediate')
    try {
      const index = next.get() as PostponedIndex | undefined
      if (index !== undefined) {
        database.exec(definitionOf(index))
        made.run(index.name)
      }
      database.exec('commit')
    } catch (error) {
      if (database.isTransaction) database.exec('rollback')
      throw error
    }
  }
}
