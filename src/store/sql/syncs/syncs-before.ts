import {
  isNameless,
  isUnexpectedlyEmpty,
  mayBeUnexpectedlyEmpty,
  SYNCS_COMPARED,
  type EndingSync,
} from '../../../core/unexpected-empty.ts'
import type { SqlConnection } from '../sql-database.ts'
import { textFor } from '../sql-piece.ts'

/** Syncs among which those like it are looked for: of a job that reads each course by itself, or mostly increments. */
const LOOKED_BACK = 200

const PROCESSED = 'courses_processed + assignments_processed + submissions_processed + grades_processed'

const OWN = `select user_id, sync_type, sync_start_time, ${PROCESSED} as processed,
    case when exists (select 1 from canvas_sync_courses where sync_id = ?) then 1 else 0 end as has_outcomes
  from canvas_sync_metrics where id = ?`

interface Own {
  readonly user_id: string | null
  readonly sync_type: string
  readonly sync_start_time: number
  readonly processed: number
  readonly has_outcomes: 0 | 1
}

/** What a sync says at its end, beside what is in its row. */
export interface EndOfSync extends Omit<EndingSync, 'has_outcomes'> {
  readonly target_course_id: string | null
}

/**
 * Whether a sync that would end `completed` has read nothing where those before it read something. Costs nothing for one that
 * read something. To be called in the transaction of the end, so that of two at once the later one sees the other.
 */
export async function readNothingUnexpectedly(
  connection: SqlConnection,
  sync_id: number,
  { target_course_id, ...end }: EndOfSync,
): Promise<boolean> {
  if (!mayBeUnexpectedlyEmpty({ ...end, has_outcomes: false })) return false
  const { dialect, select } = connection
  const [own] = await select<Own>(textFor(dialect, OWN), [sync_id, sync_id])
  if (own === undefined || isNameless({ ...own, target_course_id })) return false
  const sync: EndingSync = { ...end, processed: own.processed, has_outcomes: own.has_outcomes === 1 }
  if (!mayBeUnexpectedlyEmpty(sync)) return false
  return isUnexpectedlyEmpty(sync, await processedBefore(connection, sync_id, own, target_course_id))
}

/**
 * Newest first, three at most. One that started later says nothing of what was to be expected. Of those of the same
 * millisecond nobody knows which came first, for ids are in the order of writing: one that read something counts.
 */
async function processedBefore(
  { dialect, select }: SqlConnection,
  sync_id: number,
  { user_id, sync_type, sync_start_time }: Own,
  target_course_id: string | null,
): Promise<number[]> {
  // An index is not entered by `is not distinct from`.
  const of_user = user_id === null ? 'user_id is null' : 'user_id = ?'
  const user = user_id === null ? [] : [user_id]
  const by = (index: string): string =>
    dialect === 'sqlite' ? `indexed by canvas_sync_metrics_${index}` : ''
  const [from, which, like, values] =
    target_course_id === null
      ? ([
          by('subject'),
          `${of_user} and sync_type = ? and sync_status <> 'in_progress'`,
          'target_course_id is null',
          [...user, sync_type, sync_start_time, sync_start_time, sync_id],
        ] as const)
      : ([
          by('target_course'),
          'target_course_id = ?',
          `${of_user} and sync_type = ?`,
          [target_course_id, sync_start_time, sync_start_time, sync_id, ...user, sync_type],
        ] as const)
  const text = `select processed from (
      select id, user_id, sync_type, sync_start_time, sync_status, incremental_sync, target_course_id,
        ${PROCESSED} as processed
      from canvas_sync_metrics ${from} where ${which} and sync_start_time <= ?
        and (sync_start_time < ? or id <> ? and ${PROCESSED} > 0)
      order by sync_start_time desc, id desc limit ${LOOKED_BACK}) as newest
    where sync_status = 'completed' and incremental_sync = 0 and ${like}
    order by sync_start_time desc, id desc limit ${SYNCS_COMPARED}`
  const rows = await select<{ processed: number }>(textFor(dialect, text), values)
  return rows.map(({ processed }) => processed)
}
