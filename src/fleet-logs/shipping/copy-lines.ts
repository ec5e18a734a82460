import { finished } from 'node:stream/promises'
import type { ClientBase } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { sqlState } from '../../store/postgres/postgres-errors.ts'
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
    const copied = await copyIn(client, `copy canvas_sync_log_lines (${COPIED_COLUMNS}) from stdin`, text)
    await client.query('release savepoint lines')
    return copied
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error
  }
  await client.query('rollback to savepoint lines')
  await client.query(
    'create temporary table if not exists shipped_lines (like canvas_sync_log_lines) on commit delete rows',
  )
  await copyIn(client, `copy shipped_lines (${COPIED_COLUMNS}) from stdin`, text)
  // In the order of the key, so that two who bring the same lines wait for each other and not in a circle.
  const { rowCount } = await client.query(
    `insert into canvas_sync_log_lines (${COPIED_COLUMNS}) select ${COPIED_COLUMNS} from shipped_lines
     order by logged_at, writer, seq on conflict do nothing`,
  )
  return rowCount ?? 0
}

async function copyIn(client: ClientBase, statement: string, text: string): Promise<number> {
  const copying = client.query(copyFrom(statement))
  copying.end(text)
  await finished(copying, { readable: false })
  return copying.rowCount
}
