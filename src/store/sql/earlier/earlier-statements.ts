import { EARLIER_COLUMNS, IMPORT_TRIGGER } from '../../earlier-sync.ts'
import type { SqlConnection, SqlDialect } from '../sql-database.ts'
import { textFor } from '../sql-piece.ts'
import { BIN_COLUMNS, DURATIONS, SUM_COLUMNS, TOTALS, USER_TOTALS } from '../figures/figure-columns.ts'

/** Texts of the statements for many rows. */
export interface EarlierStatements {
  readonly insertSync: string
  readonly updateSync: string
  readonly reopenSync: string
  readonly insertRow: string
  readonly updateRow: string
  readonly knownRows: string
  readonly syncsById: string
  readonly completedById: string
  readonly syncsByTask: string
  readonly countErrors: string
  readonly seeErrors: string
  readonly addUser: string
  /** PostgreSQL: of syncs given by their ids. */
  readonly addFigures: string
  /** SQLite: rows of {@link FigureSums}. */
  readonly addTotals: string
  readonly addUserTotals: string
  readonly addDurations: string
  readonly nextIds: string
}

/** Beside those of the earlier system: `id`, `heartbeat_at` and the group of its error, in this order. */
export const OWN_COLUMNS = ['id', 'heartbeat_at', 'error_group_id'] as const

const quoted = (columns: readonly string[]): string => columns.map((name) => `"${name}"`).join(', ')

const DOUBLES: ReadonlySet<string> = new Set([
  'total_duration_seconds',
  'total_api_duration_ms',
  'db_duration_ms',
])
const TEXTS: ReadonlySet<string> = new Set([
  'sync_task_id',
  'user_id',
  'sync_status',
  'error_type',
  'error_message',
  'sync_type',
  'target_course_id',
  'sync_metadata',
])
const FLAGS: ReadonlySet<string> = new Set(['incremental_sync', 'use_pagination'])

function typeOf(column: string): string {
  if (TEXTS.has(column)) return 'text'
  if (DOUBLES.has(column)) return 'double precision'
  return FLAGS.has(column) ? 'smallint' : 'bigint'
}

function addTotals(table: string, key: readonly string[]): string {
  const columns = [...key, ...SUM_COLUMNS, 'duration_min_us', 'duration_max_us']
  // SQLite's min and max of a null are null.
  const bound = (column: string, which: 'min' | 'max'): string =>
    `${column} = ${which}(coalesce(${column}, excluded.${column}), coalesce(excluded.${column}, ${column}))`
  return `insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})
    on conflict (${key.join(', ')}) do update set
    ${SUM_COLUMNS.map((column) => `${column} = ${column} + excluded.${column}`).join(', ')},
    ${bound('duration_min_us', 'min')}, ${bound('duration_max_us', 'max')}`
}

/** Runs a statement that {@link earlierStatements} made for many rows. */
export async function writeRows(
  { dialect, select, executeMany }: SqlConnection,
  statement: string,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  if (rows.length === 0) return
  if (dialect === 'sqlite') await executeMany(statement, rows)
  else await select(statement, [JSON.stringify(rows)])
}

export function earlierStatements(dialect: SqlDialect): EarlierStatements {
  const lite = dialect === 'sqlite'
  const larger = lite ? 'max' : 'greatest'
  // PostgreSQL plans the statement once, when the tables are nearly empty, and would read all of them each time: the
  // lateral part, which `offset 0` keeps as it is, makes it look each value up.
  const each = (columns: string, table: string, column: string, type: 'text' | 'bigint'): string =>
    lite
      ? `select ${columns} from ${table} where ${column} in (select value from json_each(?))`
      : `select found.* from jsonb_array_elements_text(?::jsonb) as given (value) cross join lateral
          (select ${columns} from ${table} where ${column} = given.value::${type} offset 0) as found`
  const shard = lite ? '' : ', shard'
  const columns = [...EARLIER_COLUMNS, ...OWN_COLUMNS]
  // PostgreSQL takes all rows as one JSON array: to begin a statement for each costs as much as to write it.
  const rows = (types: readonly string[], fixed?: string): string => {
    const others = fixed === undefined ? '' : `, ${fixed}`
    if (lite) return `values (${types.map(() => '?').join(', ')}${others})`
    const values = types.map((type, place) => `(given ->> ${place})${type === 'text' ? '' : `::${type}`}`)
    return `select ${values.join(', ')}${others} from jsonb_array_elements(?::jsonb) as given`
  }
  const updated = [
    ...EARLIER_COLUMNS.filter((name) => name !== 'sync_task_id'),
    'heartbeat_at',
    'error_group_id',
  ]
  const texts: EarlierStatements = {
    insertSync: `insert into canvas_sync_metrics (${quoted(columns)}, "trigger", heartbeat_expected)
      ${rows(columns.map(typeOf), `'${IMPORT_TRIGGER}', 0`)} on conflict do nothing`,
    updateSync: `update canvas_sync_metrics set ${updated.map((name) => `"${name}" = ?`).join(', ')} where id = ?`,
    // Takes it out of the figures; what follows puts it back in, as if it ended now.
    reopenSync: `update canvas_sync_metrics set sync_status = 'in_progress' where id = ?`,
    insertRow: `insert into canvas_sync_earlier_rows (system_id, earlier_key, sync_id, task_digest, content_digest)
      ${rows(['bigint', 'text', 'bigint', 'bigint', 'bigint'])}`,
    updateRow: `update canvas_sync_earlier_rows set content_digest = ? where system_id = ? and earlier_key = ?`,
    knownRows: lite
      ? `select earlier_key, sync_id, task_digest, content_digest from canvas_sync_earlier_rows
          where system_id = ? and earlier_key in (select value from json_each(?))`
      : `select found.* from (select ?::bigint as id) as asked, jsonb_array_elements_text(?::jsonb) as given (value)
          cross join lateral (select earlier_key, sync_id, task_digest, content_digest from canvas_sync_earlier_rows
            where system_id = asked.id and earlier_key = given.value offset 0) as found`,
    syncsById: each(
      'id, sync_task_id, sync_start_time, "trigger" as made_by',
      'canvas_sync_metrics',
      'id',
      'bigint',
    ),
    completedById: each(
      'user_id, sync_start_time',
      'canvas_sync_metrics',
      "sync_status = 'completed' and id",
      'bigint',
    ),
    syncsByTask: each(
      'id, sync_task_id, "trigger" as made_by',
      'canvas_sync_metrics',
      'sync_task_id',
      'text',
    ),
    countErrors: `insert into canvas_sync_error_counts (tier, bucket_start, error_group_id, syncs)
      values (?, ?, ?, ?) on conflict (tier, bucket_start, error_group_id${shard})
      do update set syncs = canvas_sync_error_counts.syncs + excluded.syncs`,
    seeErrors: `update canvas_sync_error_groups set first_seen_at = ? where id = ? and first_seen_at > ?`,
    addUser: `insert into canvas_sync_users as known (
        user_id, last_sync_start_time, last_ended_start_time, last_ended_status, well, last_completed_start_time
      ) ${rows(['text', 'bigint', 'bigint', 'text', 'bigint', 'bigint'])}
      on conflict (user_id) do update set
        last_sync_start_time = ${larger}(known.last_sync_start_time, excluded.last_sync_start_time),
        last_ended_status = case when excluded.last_ended_status is not null
            and known.last_ended_start_time <= excluded.last_ended_start_time
          then excluded.last_ended_status else known.last_ended_status end,
        well = case when excluded.last_ended_status is not null
            and known.last_ended_start_time <= excluded.last_ended_start_time
          then excluded.well else known.well end,
        last_ended_start_time = ${larger}(known.last_ended_start_time, excluded.last_ended_start_time),
        last_completed_start_time = ${larger}(known.last_completed_start_time, excluded.last_completed_start_time)`,
    addFigures: 'select canvas_sync_add_figures(array(select jsonb_array_elements_text(?::jsonb)::bigint))',
    addTotals: addTotals(TOTALS, ['tier', 'sync_status', 'bucket_start']),
    addUserTotals: addTotals(USER_TOTALS, ['user_id', 'tier', 'sync_status', 'bucket_start']),
    addDurations: `insert into ${DURATIONS} (tier, bucket_start, chunk, ${BIN_COLUMNS.join(', ')})
      values (?, ?, ?, ${BIN_COLUMNS.map(() => '?').join(', ')}) on conflict (tier, bucket_start, chunk)
      do update set ${BIN_COLUMNS.map((bin) => `${bin} = ${bin} + excluded.${bin}`).join(', ')}`,
    nextIds: lite
      ? 'select coalesce(max(id), 0) + 1 as id from canvas_sync_metrics'
      : "select nextval(pg_get_serial_sequence('canvas_sync_metrics', 'id')) as id from generate_series(1, ?)",
  }
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, textFor(dialect, text as string)]),
  ) as unknown as EarlierStatements
}
