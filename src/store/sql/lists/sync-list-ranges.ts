import type { SyncCondition, SyncSort } from '../../sync-lists.ts'
import type { SqlDialect } from '../sql-database.ts'
import { isOneOf, piece, type SqlPiece } from '../sql-piece.ts'
import type { IndexLead } from './sync-list-spans.ts'
import { TROUBLED_STATUSES, type SyncListDriver, type SyncListPlan } from './sync-list-plan.ts'

/** A list as the statements see it. */
export interface SyncWalk {
  readonly dialect: SqlDialect
  readonly plan: SyncListPlan
  readonly condition: SyncCondition
  readonly sort: SyncSort
}

/** One range of an index, in the order of the start times (or durations) in it. */
export interface IndexRange {
  readonly from: string
  readonly start: string
  readonly id: string
  /**
   * PostgreSQL goes along this index and no other one when it sorts and compares by its first column, too: it would like
   * to walk along all start times, and pass millions where few fulfil the condition. Null in SQLite, which is told.
   */
  readonly lead: IndexLead | null
  /** Whether a row of it is a row of the syncs, on which every condition can be asked. */
  readonly of_syncs: boolean
  readonly where: readonly SqlPiece[]
}

const INDEXES: Readonly<Record<SyncListDriver, string>> = {
  user: 'canvas_sync_metrics_user_list',
  user_troubled: 'canvas_sync_metrics_user_troubled',
  error_group: 'canvas_sync_metrics_error_syncs',
  source: 'canvas_sync_metrics_source',
  course: 'canvas_sync_metrics_target_course',
  error_type: 'canvas_sync_metrics_error_type',
  status: 'canvas_sync_metrics_status_start',
  error_text: 'canvas_sync_metrics_error_text',
  start: 'canvas_sync_metrics_start',
  duration: 'canvas_sync_metrics_duration',
  user_duration: 'canvas_sync_metrics_user_duration',
}

/** What the index holds, in the words of its own definition: otherwise SQLite does not see that it may be used. */
const TROUBLED = piece(`m.sync_status in ('${[...TROUBLED_STATUSES].join("', '")}')`)

const HAS_ENDED = piece('m.total_duration_seconds is not null')

const WITH_MESSAGE: IndexLead = { column: '(m.error_message is not null)', value: piece('true') }

/** SQLite keeps no figures of the rows, and without the name may take another index than the plan's. */
const indexed = (dialect: SqlDialect, index: string): string =>
  dialect === 'sqlite' ? ` indexed by ${index}` : ''

/** The ranges that the plan of a walk names; merged, they hold each row that the walk can show. */
export function rangesOf({ dialect, plan, condition }: SyncWalk): IndexRange[] {
  const range = (lead: IndexLead | null, ...where: readonly SqlPiece[]): IndexRange => ({
    lead: dialect === 'postgres' ? lead : null,
    from: `canvas_sync_metrics m${indexed(dialect, INDEXES[plan.driver])}`,
    start: 'm.sync_start_time',
    id: 'm.id',
    of_syncs: true,
    where,
  })
  const each = (
    column: string,
    values: readonly unknown[] = [],
    ...where: readonly SqlPiece[]
  ): IndexRange[] =>
    [...new Set(values)].map((value) =>
      range({ column, value: piece('?', value) }, isLead(dialect, column, value), ...where),
    )
  const ranges: Readonly<Record<SyncListDriver, () => IndexRange[]>> = {
    user: () => each('m.user_id', condition.user_ids),
    user_troubled: () => each('m.user_id', condition.user_ids, TROUBLED),
    error_group: () => each('m.error_group_id', [condition.error_group_id]),
    source: () => each('m.source_id', [condition.source_id]),
    course: () => [
      ...each('m.target_course_id', [condition.course_id]),
      outcomesOf(dialect, condition.course_id),
    ],
    error_type: () => each('m.error_type', condition.error_types),
    status: () => each('m.sync_status', condition.statuses),
    error_text: () => [range(WITH_MESSAGE, piece('m.error_message is not null'))],
    start: () => [range(null)],
    duration: () => [range(null, HAS_ENDED)],
    user_duration: () => each('m.user_id', condition.user_ids, HAS_ENDED),
  }
  return ranges[plan.driver]()
}

/**
 * PostgreSQL drops a column from the sorting that it knows to be one value. There the comparisons that have the lead in
 * them bound the range on both sides; beside an equality it would not enter the index by them.
 */
const isLead = (dialect: SqlDialect, column: string, value: unknown): SqlPiece =>
  dialect === 'postgres' ? piece(`${column} is not null`) : piece(`${column} = ?`, value)

function outcomesOf(dialect: SqlDialect, course_id: string | undefined): IndexRange {
  return {
    from: `canvas_sync_courses o${indexed(dialect, 'canvas_sync_courses_course')}`,
    start: 'o.sync_start_time',
    id: 'o.sync_id',
    lead: dialect === 'postgres' ? { column: 'o.course_id', value: piece('?', course_id) } : null,
    of_syncs: false,
    where: [isLead(dialect, 'o.course_id', course_id)],
  }
}

/** The conditions that the walk itself does not fulfil. */
export function restOf({ dialect, plan, condition }: SyncWalk): SqlPiece[] {
  const rest: SqlPiece[] = []
  const add = <Name extends keyof SyncCondition>(
    name: Name,
    make: (value: NonNullable<SyncCondition[Name]>) => SqlPiece,
  ): void => {
    const value = condition[name]
    if (value !== undefined && !plan.fulfilled.has(name)) rest.push(make(value))
  }
  add('statuses', (statuses) => isOneOf('m.sync_status', statuses))
  add('since', (since) => piece('m.sync_start_time >= ?', since))
  add('until', (until) => piece('m.sync_start_time < ?', until))
  add('min_duration_ms', (duration_ms) => piece('m.total_duration_seconds >= ?', duration_ms / 1000))
  add('max_duration_ms', (duration_ms) => piece('m.total_duration_seconds <= ?', duration_ms / 1000))
  add('user_ids', (user_ids) => isOneOf('m.user_id', user_ids))
  add('sync_types', (sync_types) => isOneOf('m.sync_type', sync_types))
  add('host', (host) => piece('m.host = ?', host))
  add('trigger', (trigger) => piece('m."trigger" = ?', trigger))
  add('source_id', (source_id) => piece('m.source_id = ?', source_id))
  add('error_group_id', (group_id) => piece('m.error_group_id = ?', group_id))
  add('unsettled_at', (at) =>
    piece(
      `not exists (select 1 from canvas_sync_error_groups g where g.id = m.error_group_id
        and (g.decision = 'muted' and g.muted_until > ?
          or g.decision = 'resolved' and g.decided_at >= m.sync_start_time))`,
      at,
    ),
  )
  add('error_types', (error_types) => isOneOf('m.error_type', error_types))
  add('course_id', (course_id) =>
    piece(
      `(m.target_course_id = ?
        or exists (select 1 from canvas_sync_courses c where c.sync_id = m.id and c.course_id = ?))`,
      course_id,
      course_id,
    ),
  )
  add('error_text', (text) => containsText(dialect, text))
  return rest
}

/** Of letters only those of ASCII have two cases here: SQLite knows no others, nor does the column's collation "C". */
function containsText(dialect: SqlDialect, text: string): SqlPiece {
  const lower = text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
  const place = dialect === 'sqlite' ? 'instr' : 'strpos'
  return piece(`${place}(lower(m.error_message), ?) > 0`, lower)
}
