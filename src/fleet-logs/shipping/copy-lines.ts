import type { ClientBase } from 'pg'
import { copyIn } from '../../store/postgres/copy-in.ts'
import { sqlState } from '../../store/postgres/postgres-errors.ts'
import { parameterText } from '../../store/postgres/postgres-values.ts'
import { COPIED_COLUMNS, copyText } from './copy-text.ts'
import type { ShippedLine } from './shipped-line.ts'

const UNIQUE_VIOLATION = '23505'

/**
 * Copies lines into the table of all; returns how many were not there yet. Mostly none is there, so they are copied
 * straight in, which costs half; only where that fails they take the way around.
 */
export async function copyLines(
  client: ClientBase,
  lines: readonly ShippedLine[],
  machine: string,
  batch: string,
): Promise<number> {
  if (lines.length === 0) return 0
  const text = copyText(lines, machine, batch)
  await client.query('savepoint lines')
  try {
    const copied = await copyIn(client, `copy canvas_sync_log_lines (${COPIED_COLUMNS}) from stdin`, [text])
    await client.query('release savepoint lines')
    return copied
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error
  }
  await client.query('rollback to savepoint lines')
  // In the order of the key, so that two who bring the same lines wait for each other and not in a circle. A temporary
  // table to copy into would need a right that many databases do not give.
  const { rowCount } = await client.query(
    `insert into canvas_sync_log_lines (${COPIED_COLUMNS})
     select logged_at, writer, seq, $10, stream, level, event, task_id, user_id, $11, line
     from unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
       $9::text[]) as lines (logged_at, writer, seq, stream, level, event, task_id, user_id, line)
     order by logged_at, writer, seq on conflict do nothing`,
    [...columnsOf(lines), parameterText(machine), batch],
  )
  return rowCount ?? 0
}

/** In the order of the statement. */
function columnsOf(lines: readonly ShippedLine[]): unknown[] {
  const column = (valueOf: (line: ShippedLine) => unknown): unknown => parameterText(lines.map(valueOf))
  return [
    column(({ entry }) => entry.timestamp_ms),
    column(({ entry }) => entry.writer),
    column(({ entry }) => entry.seq),
    column(({ entry }) => entry.stream),
    column(({ entry }) => entry.level),
    column(({ entry }) => entry.event),
    column(({ entry }) => entry.task_id),
    column(({ entry }) => (entry.user_id === null ? null : String(entry.user_id))),
    column(({ line }) => line),
  ]
}
