import { EARLIER_COLUMNS, IMPORT_TRIGGER } from '../../earlier-sync.ts'
import type { SqlDialect } from '../sql-database.ts'
import { textFor } from '../sql-piece.ts'
import { givenRows, type GivenColumns } from './given-rows.ts'
import { addDurations, addTotals, addUserTotals } from './sum-statements.ts'

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
  /** Rows of {@link FigureSums}. */
  readonly addTotals: string
  readonly addUserTotals: string
  readonly addDurations: string
  readonly nextIds: string
}

/** Beside those of the earlier system: `id`, `heartbeat_at` and the group of its error, in this order. */
const OWN_COLUMNS = ['id', 'heartbeat_at', 'error_group_id'] as const

/** Those of an inserted sync, with what all of them have in common. */
export const COPIED_COLUMNS: readonly string[] = [
  ...EARLIER_COLUMNS,
  ...OWN_COLUMNS,
  'trigger',
  'heartbeat_expected',
]

export const EARLIER_ROWS = 'canvas_sync_earlier_rows'

const ROW_TYPES: GivenColumns = {
  system_id: 'bigint',
  earlier_key: 'text',
  sync_id: 'bigint',
  task_digest: 'bigint',
  content_digest: 'bigint',
}
export const ROW_COLUMNS: readonly string[] = Object.keys(ROW_TYPES)

const USER_COLUMNS: GivenColumns = {
  user_id: 'text',
  last_sync_start_time: 'bigint',
  last_ended_start_time: 'bigint',
  last_ended_status: 'text',
  well: 'bigint',
  last_completed_start_time: 'bigint',
}

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
  const columns = Object.fromEntries([...EARLIER_COLUMNS, ...OWN_COLUMNS].map((name) => [name, typeOf(name)]))
  const updated = [
    ...EARLIER_COLUMNS.filter((name) => name !== 'sync_task_id'),
    'heartbeat_at',
    'error_group_id',
  ]
  const texts: EarlierStatements = {
    insertSync: `insert into canvas_sync_metrics
      ${givenRows(dialect, columns, { trigger: `'${IMPORT_TRIGGER}'`, heartbeat_expected: '0' })} on conflict do nothing`,
    updateSync: `update canvas_sync_metrics set ${updated.map((name) => `"${name}" = ?`).join(', ')} where id = ?`,
    // Takes it out of the figures; what follows puts it back in, as if it ended now.
    reopenSync: `update canvas_sync_metrics set sync_status = 'in_progress' where id = ?`,
    insertRow: `insert into ${EARLIER_ROWS} ${givenRows(dialect, ROW_TYPES)}`,
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
    addUser: `insert into canvas_sync_users as known ${givenRows(dialect, USER_COLUMNS)}
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
    addTotals: addTotals(dialect),
    addUserTotals: addUserTotals(dialect),
    addDurations: addDurations(dialect),
    nextIds: lite
      ? 'select coalesce(max(id), 0) + 1 as id from canvas_sync_metrics'
      : "select nextval(pg_get_serial_sequence('canvas_sync_metrics', 'id')) as id from generate_series(1, ?)",
  }
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, textFor(dialect, text as string)]),
  ) as unknown as EarlierStatements
}
