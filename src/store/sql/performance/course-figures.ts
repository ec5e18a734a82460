import { boundedTime } from '../../../core/time-buckets.ts'
import type { CourseFigures, CourseFiguresList } from '../../performance-figures.ts'
import type { FiguresPeriod } from '../../sync-figures.ts'
import type { SqlConnection } from '../sql-database.ts'
import { piece, textFor, type SqlPiece } from '../sql-piece.ts'

/** The newest so many syncs, and of these so many course outcomes, are looked at. */
const MOST_SYNCS = 500
const MOST_OUTCOMES = 20_000

interface CourseSums {
  readonly course_id: string
  readonly outcomes: number
  readonly failed: number
  readonly total_ms: number
  readonly max_ms: number
}

interface LookedSyncs {
  readonly syncs: number
  readonly oldest_start: number | null
}

export async function readCourses(
  connection: SqlConnection,
  { since, until, user_ids }: FiguresPeriod,
  limit: number,
): Promise<CourseFiguresList> {
  const whose = user_ids?.map((user_id) => piece('user_id = ? and ', user_id)) ?? [piece('')]
  const most_syncs = Math.ceil(MOST_SYNCS / Math.max(1, whose.length))
  const most_outcomes = Math.ceil(MOST_OUTCOMES / Math.max(1, whose.length))
  const courses = new Map<string, CourseSums>()
  const looked = { syncs: 0, outcomes: 0, oldest_start: null as number | null, sampled: false }
  const range = { from: boundedTime(since), to: boundedTime(until ?? Number.MAX_SAFE_INTEGER) }
  for (const each of whose) {
    const newest = newestSyncs(each, range, most_syncs)
    const { syncs, oldest_start } = await lookedAt(connection, newest)
    const sums = await sumsOf(connection, newest, most_outcomes)
    const outcomes = sums.reduce((total, of) => total + of.outcomes, 0)
    looked.syncs += syncs
    looked.outcomes += outcomes
    looked.sampled ||= syncs === most_syncs || outcomes === most_outcomes
    if (oldest_start !== null)
      looked.oldest_start = Math.min(oldest_start, looked.oldest_start ?? oldest_start)
    for (const of of sums) courses.set(of.course_id, together(courses.get(of.course_id), of))
  }
  return { courses: slowest([...courses.values()], limit), ...looked }
}

function newestSyncs(
  whose: SqlPiece,
  { from, to }: { readonly from: number; readonly to: number },
  most: number,
): SqlPiece {
  return piece(
    `select id, sync_start_time from canvas_sync_metrics
     where ${whose.text}sync_start_time >= ? and sync_start_time < ? order by sync_start_time desc limit ?`,
    ...whose.values,
    from,
    to,
    most,
  )
}

async function lookedAt({ dialect, select }: SqlConnection, newest: SqlPiece): Promise<LookedSyncs> {
  const text = `select count(*) as syncs, min(sync_start_time) as oldest_start from (${newest.text}) as newest`
  const [row] = await select<LookedSyncs>(textFor(dialect, text), newest.values)
  return row ?? { syncs: 0, oldest_start: null }
}

/** What was skipped or refused took no time that says anything. */
async function sumsOf(
  { dialect, select }: SqlConnection,
  newest: SqlPiece,
  most: number,
): Promise<CourseSums[]> {
  const text = `select course_id, count(*) as outcomes, sum(failed) as failed,
      sum(duration_ms) as total_ms, max(duration_ms) as max_ms
    from (
      select c.course_id, c.duration_ms, case when c.outcome = 'failed' then 1 else 0 end as failed
      from (${newest.text}) as m cross join canvas_sync_courses c
      where c.sync_id = m.id and c.outcome in ('completed', 'failed') limit ?
    ) as looked group by course_id`
  return await select<CourseSums>(textFor(dialect, text), [...newest.values, most])
}

function together(known: CourseSums | undefined, more: CourseSums): CourseSums {
  if (known === undefined) return more
  return {
    course_id: known.course_id,
    outcomes: known.outcomes + more.outcomes,
    failed: known.failed + more.failed,
    total_ms: known.total_ms + more.total_ms,
    max_ms: Math.max(known.max_ms, more.max_ms),
  }
}

function slowest(courses: readonly CourseSums[], limit: number): CourseFigures[] {
  return courses
    .map(({ total_ms, ...course }) => ({ ...course, mean_ms: total_ms / course.outcomes }))
    .sort((a, b) => b.mean_ms - a.mean_ms || (a.course_id < b.course_id ? -1 : 1))
    .slice(0, limit)
}
