import { DatabaseSync } from 'node:sqlite'
import { SYNCED_TABLES } from '../../src/core/synced-entity.ts'
import type { CanvasObject } from '../../src/engine/row-mapper.ts'

const { columns } = SYNCED_TABLES.submissions
const NAMES = columns.map((column) => column.name)
const ROWS_PER_COMMIT = 100

type Plain = string | number | null

const plainValue = (value: unknown): Plain =>
  typeof value === 'boolean' ? Number(value) : ((value ?? null) as Plain)

/**
 * What somebody would write who only wants the rows in a file: one prepared insert, one durable transaction for
 * a hundred rows, the same columns and the same JSON. No hash, no index but the key, nothing about what changed.
 * Returns the milliseconds it took.
 */
export function insertPlainly(path: string, objects: Iterable<CanvasObject>): number {
  const database = new DatabaseSync(path)
  try {
    database.exec('pragma journal_mode = wal; pragma synchronous = full')
    const types = columns.map(({ name, type }) => `${name} ${type === 'boolean' ? 'integer' : type}`)
    database.exec(`create table submissions (id text primary key, ${types.join(', ')}, data text not null)`)
    const insert = database.prepare(
      `insert or replace into submissions values (?, ${NAMES.map(() => '?').join(', ')}, ?)`,
    )
    const started_ms = performance.now()
    let open = 0
    for (const object of objects) {
      if (open === 0) database.exec('begin')
      const values = NAMES.map((name) => plainValue(object[name]))
      insert.run(object['id'] as string, ...values, JSON.stringify(object))
      if (++open < ROWS_PER_COMMIT) continue
      database.exec('commit')
      open = 0
    }
    if (open > 0) database.exec('commit')
    return performance.now() - started_ms
  } finally {
    database.close()
  }
}
