import { DatabaseSync } from 'node:sqlite'
import { SYNCED_ENTITIES, SYNCED_TABLES, type SyncedEntity } from '../../../src/core/synced-entity.ts'

export type TableRow = Readonly<Record<string, string | number | null>>

/** All synced tables of one source by Canvas's ids, deleted rows too. */
export type Tables = Readonly<Record<SyncedEntity, ReadonlyMap<string, TableRow>>>

/** Reads the tables beside the store, as an application would. */
export function readTables(path: string, canvas_user_id?: string): Tables {
  using database = new DatabaseSync(path, { readOnly: true })
  const of = canvas_user_id ?? '%'
  const rowsOf = (entity: SyncedEntity): ReadonlyMap<string, TableRow> => {
    const rows = database
      .prepare(
        `select * from ${SYNCED_TABLES[entity].table} where source_id in
          (select id from canvas_sync_sources where canvas_user_id like ?)`,
      )
      .all(of) as unknown as TableRow[]
    return new Map(rows.map((row) => [String(row['id']), row]))
  }
  return Object.fromEntries(SYNCED_ENTITIES.map((entity) => [entity, rowsOf(entity)])) as Record<
    SyncedEntity,
    ReadonlyMap<string, TableRow>
  >
}

export const isLive = (row: TableRow | undefined): row is TableRow =>
  row !== undefined && row['deleted_at'] === null

/** The rows of one list: those of a course, or of all. */
export function rowsOfCourse(tables: Tables, entity: SyncedEntity, course_id: string): Map<string, TableRow> {
  return new Map([...tables[entity]].filter(([, row]) => row['course_id'] === course_id))
}

/** What two readings of the same rows differ in; `last_seen_at` may always move. */
export function changedRows(
  before: ReadonlyMap<string, TableRow>,
  after: ReadonlyMap<string, TableRow>,
): string[] {
  const problems: string[] = []
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const [old_row, new_row] = [before.get(id), after.get(id)]
    if (old_row === undefined || new_row === undefined) {
      problems.push(`${id} ${old_row === undefined ? 'appeared' : 'is physically gone'}`)
      continue
    }
    for (const column of Object.keys(new_row)) {
      if (column === 'last_seen_at' || old_row[column] === new_row[column]) continue
      problems.push(`${id}: ${column} went from ${old_row[column]} to ${new_row[column]}`)
    }
  }
  return problems
}
