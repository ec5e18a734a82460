import type { ExampleSync } from '../../counters.ts'
import type { SqlConnection, SqlDialect } from '../sql-database.ts'
import { textFor } from '../sql-piece.ts'

/** Of each type so many, the newest: one for each range of durations is among them or too old to be an example. */
const MOST_OF_TYPE = 50

interface ExampleRow {
  readonly id: number
  readonly sync_start_time: number
  readonly seconds: number
}

const COMPLETED = `sync_status = 'completed' and total_duration_seconds is not null`

/** Along the index of the types. PostgreSQL would take that of all start times, where a type may be rare. */
const NEWEST: Readonly<Record<SqlDialect, string>> = {
  sqlite: `select id, sync_start_time, total_duration_seconds as seconds
    from canvas_sync_metrics indexed by canvas_sync_metrics_type_durations
    where sync_type = ? and ${COMPLETED} order by sync_start_time desc limit ${MOST_OF_TYPE}`,
  postgres: `select id, sync_start_time, total_duration_seconds as seconds from canvas_sync_metrics
    where (sync_type, sync_start_time) >= (?, 0) and (sync_type, sync_start_time) < (?, ${Number.MAX_SAFE_INTEGER})
      and ${COMPLETED} order by sync_type desc, sync_start_time desc limit ${MOST_OF_TYPE}`,
}

export async function examplesOf(
  { dialect, select }: SqlConnection,
  sync_types: readonly string[],
): Promise<ExampleSync[]> {
  const examples: ExampleSync[] = []
  for (const sync_type of sync_types) {
    const parameters = dialect === 'sqlite' ? [sync_type] : [sync_type, sync_type]
    for (const row of await select<ExampleRow>(textFor(dialect, NEWEST[dialect]), parameters)) {
      examples.push({
        sync_id: row.id,
        sync_type,
        duration_seconds: row.seconds,
        ended_at: row.sync_start_time + Math.round(row.seconds * 1000),
      })
    }
  }
  return examples
}
