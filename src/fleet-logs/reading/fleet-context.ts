import type { Pool } from 'pg'
import type { FleetRow } from './fleet-lines.ts'

/** The lines around one are looked for so far from it: a stream may be silent for days. */
const FURTHEST_MS = 3_600_000
const LONGEST_SHOWN = 8192

/** The lines of the same machine and stream before and after one, in the order of their times. */
export async function linesAround(
  pool: Pool,
  { logged_at, writer, seq, machine, stream }: FleetRow,
  count: number,
): Promise<{ readonly before: string[]; readonly after: string[] }> {
  const ask = async (sign: '<' | '>', direction: 'desc' | 'asc'): Promise<string[]> => {
    const { rows } = await pool.query<{ line: string }>(
      `select line from canvas_sync_log_lines where logged_at between $1 and $2
         and (logged_at, writer, seq) ${sign} ($3, $4, $5) and machine = $6 and stream = $7
       order by logged_at ${direction}, writer ${direction}, seq ${direction} limit $8`,
      [
        sign === '<' ? logged_at - FURTHEST_MS : logged_at,
        sign === '<' ? logged_at : logged_at + FURTHEST_MS,
        logged_at,
        writer,
        seq,
        machine,
        stream,
        count,
      ],
    )
    return rows.map(({ line }) => line.slice(0, LONGEST_SHOWN))
  }
  const before = await ask('<', 'desc')
  return { before: before.toReversed(), after: await ask('>', 'asc') }
}
