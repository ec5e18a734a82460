import { messagePattern } from '../../../core/error-fingerprint.ts'
import type { SyncErrorType } from '../../../core/error-types.ts'
import type {
  ErrorGroup,
  ErrorGroupCourses,
  ErrorGroupDetails,
  ErrorGroupUser,
  ErrorGroupWindow,
  ErrorTrend,
} from '../../error-groups.ts'
import type { SqlConnection } from '../sql-database.ts'
import { textFor } from '../sql-piece.ts'
import { readHistory } from './error-group-decisions.ts'
import { newestOfGroup, troubledCourses } from './touched-by-groups.ts'

/** The newest syncs in which users are counted, and those whose courses are looked at. */
const SYNCS_OF_USERS = 1000
const SYNCS_OF_COURSES = 50
const MOST_OUTCOMES = 2000
const MOST_LISTED = 20
const NAMED_COURSES = 5

/** A group with what only its own page shows. */
export async function readDetails(
  connection: SqlConnection,
  group: ErrorGroup,
  trend: ErrorTrend,
  window: ErrorGroupWindow,
): Promise<ErrorGroupDetails> {
  return {
    group,
    trend,
    users: await readUsers(connection, group.id, window),
    course_errors: await readCourseErrors(connection, group.id, window),
    looked_at: { users: SYNCS_OF_USERS, courses: SYNCS_OF_COURSES },
    history: window.user_ids === undefined ? await readHistory(connection, group.id) : [],
  }
}

async function readUsers(
  { dialect, select }: SqlConnection,
  id: number,
  window: ErrorGroupWindow,
): Promise<ErrorGroupUser[]> {
  const { text, values } = newestOfGroup('m.user_id, m.sync_start_time', window, SYNCS_OF_USERS, id)
  const counted = `select found.user_id, cast(count(*) as double precision) as syncs,
      max(found.sync_start_time) as last_seen_at
    from (${text}) as found where found.user_id is not null
    group by found.user_id order by 2 desc, 3 desc, 1 limit ${MOST_LISTED}`
  return await select<ErrorGroupUser>(textFor(dialect, counted), values)
}

interface OutcomeRow {
  readonly sync_id: number
  readonly course_id: string
  readonly error_type: SyncErrorType | null
  readonly error_message: string | null
  readonly reason: string | null
}

/** What went wrong with the courses of its newest syncs: a sync that ended partial says it in its courses. */
async function readCourseErrors(
  { dialect, select }: SqlConnection,
  id: number,
  window: ErrorGroupWindow,
): Promise<ErrorGroupCourses[]> {
  const newest = newestOfGroup('m.id, m.sync_start_time', window, SYNCS_OF_COURSES, id)
  const text = `select c.sync_id, c.course_id, c.error_type, c.error_message, c.reason
    from (${newest.text}) as found join ${troubledCourses(dialect)} on c.sync_id = found.id
    where c.outcome in ('failed', 'forbidden') limit ${MOST_OUTCOMES}`
  const rows = await select<OutcomeRow>(textFor(dialect, text), newest.values)
  const alike = Map.groupBy(
    rows.toSorted((a, b) => b.sync_id - a.sync_id),
    (row) => `${row.error_type ?? ''}\n${messagePattern(sentenceOf(row))}`,
  )
  return [...alike.values()]
    .toSorted((a, b) => b.length - a.length)
    .slice(0, MOST_LISTED)
    .flatMap((outcomes) => {
      const [first] = outcomes
      if (first === undefined) return []
      const course_ids = [...new Set(outcomes.map(({ course_id }) => course_id))]
      return [
        {
          error_type: first.error_type,
          message: sentenceOf(first),
          outcomes: outcomes.length,
          courses: course_ids.length,
          course_ids: course_ids.slice(0, NAMED_COURSES),
          last_sync_id: first.sync_id,
        },
      ]
    })
}

const sentenceOf = ({ error_message, reason }: OutcomeRow): string => error_message ?? reason ?? ''
