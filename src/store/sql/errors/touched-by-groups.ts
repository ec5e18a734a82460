import type { BoundedCount, ErrorGroupWindow } from '../../error-groups.ts'
import type { SqlConnection, SqlDialect } from '../sql-database.ts'
import { isOneOf, piece, textFor, type SqlPiece } from '../sql-piece.ts'

/** The newest syncs of a group in which users and courses are counted. */
const LOOKED_AT = 300
/** Outcomes of their courses that are looked at. */
const MOST_OUTCOMES = 2000
const MOST_COUNTED = 100

/** What the newest syncs of a group say of it. */
export interface TouchedByGroup {
  readonly last_sync_id: number | null
  readonly message: string
  readonly users: BoundedCount
  readonly courses: BoundedCount
}

interface TouchedRow {
  readonly id: number
  readonly last_sync_id: number | null
  readonly message: string
  readonly looked: number
  readonly users: number
  readonly courses: number
}

/**
 * The newest syncs of a group, of these users, as a table; found in the index of the groups alone.
 *
 * @param group_id by default that of the row of `g` around it
 */
export function newestOfGroup(
  columns: string,
  { since, user_ids }: Pick<ErrorGroupWindow, 'since' | 'user_ids'>,
  limit: number,
  group_id: number | null = null,
): SqlPiece {
  const whose = user_ids === undefined ? piece('') : isOneOf('m.user_id', user_ids)
  const condition = whose.text === '' ? '' : ` and ${whose.text}`
  return piece(
    `select ${columns} from canvas_sync_metrics m where m.error_group_id = ${group_id === null ? 'g.id' : '?'}
       and m.sync_start_time >= ?${condition} order by m.sync_start_time desc, m.id desc limit ${limit}`,
    ...(group_id === null ? [] : [group_id]),
    since,
    ...whose.values,
  )
}

/** `c`: the outcomes of courses, few of which went wrong. SQLite would read all of a sync. */
export function troubledCourses(dialect: SqlDialect): string {
  return `canvas_sync_courses c${dialect === 'sqlite' ? ' indexed by canvas_sync_courses_troubled' : ''}`
}

export async function readTouched(
  { dialect, select }: SqlConnection,
  group_ids: readonly number[],
  window: ErrorGroupWindow,
): Promise<Map<number, TouchedByGroup>> {
  if (group_ids.length === 0) return new Map()
  const ever = { ...window, since: Number.MIN_SAFE_INTEGER }
  const newest_id = newestOfGroup('m.id', ever, 1)
  const newest_message = newestOfGroup('m.error_message', ever, 1)
  const targets = newestOfGroup('m.id, m.user_id, m.target_course_id', window, LOOKED_AT)
  const parts = [
    piece(`(${newest_id.text}) as last_sync_id`, ...newest_id.values),
    // The words of others are not for who may see some users only.
    window.user_ids === undefined
      ? piece(`coalesce((${newest_message.text}), g.message) as message`, ...newest_message.values)
      : piece(`coalesce((${newest_message.text}), '') as message`, ...newest_message.values),
    piece(`cast((select count(*) from (${targets.text}) as found) as integer) as looked`, ...targets.values),
    piece(
      `cast((select count(distinct found.user_id) from (${targets.text}) as found) as integer) as users`,
      ...targets.values,
    ),
    piece(
      `cast((select count(*) from (
         select found.target_course_id as course_id from (${targets.text}) as found where found.target_course_id is not null
         union
         select made.course_id from (select c.course_id from (${targets.text}) as found
           join ${troubledCourses(dialect)} on c.sync_id = found.id
           where c.outcome in ('failed', 'forbidden') limit ${MOST_OUTCOMES}) as made
       ) as parts) as integer) as courses`,
      ...targets.values,
      ...targets.values,
    ),
  ]
  const of_these = isOneOf('g.id', group_ids)
  const text = `select g.id, ${parts.map((part) => part.text).join(', ')}
    from canvas_sync_error_groups g where ${of_these.text}`
  const values = [...parts.flatMap((part) => part.values), ...of_these.values]
  const rows = await select<TouchedRow>(textFor(dialect, text), values)
  return new Map(
    rows.map(({ id, last_sync_id, message, looked, users, courses }) => {
      const bounded = (count: number): BoundedCount => ({
        count: Math.min(count, MOST_COUNTED),
        more: count > MOST_COUNTED || looked >= LOOKED_AT,
      })
      return [id, { last_sync_id, message, users: bounded(users), courses: bounded(courses) }]
    }),
  )
}
