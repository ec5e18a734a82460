import type { SyncStatus } from '../../../core/sync-status.ts'
import type { CalendarCounts, CalendarQuery, DayCounts, SyncCalendar } from '../../sync-calendar.ts'
import { FINAL_STATUSES, runningIn, TOTALS, USER_TOTALS, USERS } from '../figures/figure-columns.ts'
import { TROUBLED_STATUSES } from '../lists/sync-list-plan.ts'
import { selectForEach } from '../select-for-each.ts'
import type { SqlConnection, SqlDatabase, SqlDialect } from '../sql-database.ts'
import { isOneOf, joined, piece, textFor, type SqlPiece } from '../sql-piece.ts'
import { calendarSegments, daysInsideHours, HOUR_MS, type CalendarSegment } from './calendar-segments.ts'

/** So many rows of single users one request counts: some tens of milliseconds. */
const MOST_ROWS = 200_000

const ENDED = isOneOf('sync_status', FINAL_STATUSES)
/** What the index of a user's syncs in trouble holds, in its own words. */
const TROUBLED = `sync_status in ('${[...TROUBLED_STATUSES].join("', '")}')`

/** Not an hour in which a day ends and the next one begins. */
const IN_ONE_DAY = '(bucket_start - cast(? as bigint)) % cast(? as bigint) <= ?'

/** {@link SyncCalendar} in the SQL that both engines understand. */
export class SqlSyncCalendar implements SyncCalendar {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  days({ bounds, user_ids }: CalendarQuery): Promise<CalendarCounts> {
    return this.#database.read((connection) =>
      user_ids === undefined ? countAll(connection, bounds) : countUsers(connection, bounds, user_ids),
    )
  }
}

interface CountRow {
  readonly day: number
  /** `any`: of whatever status. */
  readonly sync_status: SyncStatus | 'any'
  readonly syncs: number
}

async function countAll(connection: SqlConnection, bounds: readonly number[]): Promise<CalendarCounts> {
  const parts = calendarSegments(bounds).flatMap((segment) => [
    piece(
      `select ${dayOf('bucket_start')}, sync_status, syncs from ${TOTALS}
       where tier = 'hour' and ${ENDED.text} and bucket_start >= ? and bucket_start < ?
         and ${IN_ONE_DAY}`,
      ...dayValues(segment),
      ...ENDED.values,
      segment.from,
      segment.to,
      segment.from,
      segment.day_ms,
      segment.day_ms - HOUR_MS,
    ),
    running(segment, undefined),
  ])
  const rows = [...(await count(connection, parts)), ...(await countSplitHours(connection, bounds))]
  return { days: daysOf(bounds, rows), counted_from: null }
}

/** Of the hours in which one day ends and the next one begins: what is before that moment, and what is after. */
async function countSplitHours(
  connection: SqlConnection,
  bounds: readonly number[],
): Promise<readonly CountRow[]> {
  const begins = daysInsideHours(bounds)
  const counts = (at: string): string => `select sync_status,
      case when bucket_start < split.at then 1 else 0 end as before, cast(sum(syncs) as double precision) as syncs
    from (select ${at} as at) as split cross join ${TOTALS}
    where tier = '5m' and sync_status in ('${FINAL_STATUSES.join("', '")}')
      and bucket_start >= split.at - split.at % ${HOUR_MS}
      and bucket_start < split.at - split.at % ${HOUR_MS} + ${HOUR_MS}
    group by 1, 2`
  const found = await selectForEach<{ sync_status: SyncStatus; before: 0 | 1; syncs: number }>(
    connection,
    {
      key_type: 'bigint',
      sqlite: counts('cast(? as integer)'),
      postgres: counts('keys.key'),
    },
    [...begins.keys()],
    [],
  )
  return [...found].flatMap(([at, rows]) =>
    rows.map(({ before, ...row }) => ({ ...row, day: (begins.get(Number(at)) ?? 0) - before })),
  )
}

async function countUsers(
  connection: SqlConnection,
  bounds: readonly number[],
  user_ids: readonly string[],
): Promise<CalendarCounts> {
  if (user_ids.length === 0) return { days: daysOf(bounds, []), counted_from: null }
  const whole_from = await wholeFrom(connection, bounds, user_ids)
  const skipped = whole_from === null ? 0 : bounds.findIndex((bound) => bound >= whole_from)
  const counted = skipped === -1 ? [] : bounds.slice(skipped)
  const parts = calendarSegments(counted).flatMap((segment) => [
    ...rowsOf(connection.dialect, segment, user_ids),
    running(segment, user_ids),
  ])
  const rows = parts.length === 0 ? [] : await count(connection, parts)
  const before = daysOf(bounds.slice(0, bounds.length - Math.max(1, counted.length) + 1), [])
  return {
    days: [...before, ...daysOf(counted, rows)],
    counted_from: whole_from === null ? null : (counted[0] ?? bounds.at(-1) ?? null),
  }
}

/** From when on all rows of the users are there and are not too many to be counted; null when that is always. */
async function wholeFrom(
  { dialect, select }: SqlConnection,
  bounds: readonly number[],
  user_ids: readonly string[],
): Promise<number | null> {
  const whose = isOneOf('user_id', user_ids)
  const since = bounds[0] ?? 0
  const deleted = `select max(whole_from) as whole_from from ${USERS} where ${whose.text}`
  const [row] = await select<{ whole_from: number | null }>(textFor(dialect, deleted), whose.values)
  const by_day = `select bucket_start, cast(sum(syncs) as double precision) as syncs from ${USER_TOTALS}
    where ${whose.text} and tier = 'day' and ${ENDED.text} and bucket_start >= ? and bucket_start < ?
    group by bucket_start order by bucket_start desc`
  const values = [...whose.values, ...ENDED.values, since, bounds.at(-1) ?? 0]
  let whole_from = Math.max(since, row?.whole_from ?? 0)
  let rows = 0
  for (const day of await select<{ bucket_start: number; syncs: number }>(textFor(dialect, by_day), values)) {
    rows += day.syncs
    if (rows <= MOST_ROWS) continue
    whole_from = Math.max(whole_from, day.bucket_start + 86_400_000)
    break
  }
  return whole_from === since ? null : whole_from
}

/** All are counted in an index that has them in a row; only those in trouble are looked at, to see what it is. */
function rowsOf(dialect: SqlDialect, segment: CalendarSegment, user_ids: readonly string[]): SqlPiece[] {
  const indexed = (index: string): string =>
    dialect === 'sqlite' ? ` indexed by canvas_sync_metrics_${index}` : ''
  const whose = isOneOf('user_id', user_ids)
  const where = `${whose.text} and sync_start_time >= ? and sync_start_time < ?`
  const values = [...dayValues(segment), ...whose.values, segment.from, segment.to]
  const day = dayOf('sync_start_time')
  return [
    piece(
      `select ${day}, 'any' as sync_status, 1 as syncs from canvas_sync_metrics${indexed('user_list')} where ${where}`,
      ...values,
    ),
    piece(
      `select ${day}, sync_status, 1 as syncs from canvas_sync_metrics${indexed('user_troubled')}
       where ${where} and ${TROUBLED}`,
      ...values,
    ),
  ]
}

function running(segment: CalendarSegment, user_ids: readonly string[] | undefined): SqlPiece {
  const found = runningIn(segment, user_ids)
  return piece(
    `select ${dayOf('sync_start_time')}, sync_status, 1 as syncs from canvas_sync_metrics where ${found.text}`,
    ...dayValues(segment),
    ...found.values,
  )
}

/** Cut off, not rounded: what is before the segment is not asked for. */
const dayOf = (column: string): string =>
  `cast(? as integer) + cast((${column} - cast(? as bigint)) / cast(? as bigint) as integer) as day`

const dayValues = ({ first_day, from, day_ms }: CalendarSegment): readonly number[] => [
  first_day,
  from,
  day_ms,
]

async function count(
  { dialect, select }: SqlConnection,
  parts: readonly SqlPiece[],
): Promise<readonly CountRow[]> {
  const all = joined(parts, ' union all ')
  const text = `select day, sync_status, cast(sum(syncs) as double precision) as syncs
    from (${all.text}) as parts group by day, sync_status`
  return await select<CountRow>(textFor(dialect, text), all.values)
}

function daysOf(bounds: readonly number[], rows: readonly CountRow[]): DayCounts[] {
  const days = bounds.slice(1).map(() => new Map<CountRow['sync_status'], number>())
  for (const { day, sync_status, syncs } of rows) {
    const counts = days[day]
    counts?.set(sync_status, (counts.get(sync_status) ?? 0) + syncs)
  }
  return days.map((counts) => {
    const of = (...statuses: readonly CountRow['sync_status'][]): number =>
      statuses.reduce((sum, status) => sum + (counts.get(status) ?? 0), 0)
    const others = {
      partial: of('partial'),
      failed: of('failed', 'lost', 'timed_out'),
      cancelled: of('cancelled'),
      in_progress: of('in_progress'),
    }
    const troubled_or_running = others.partial + others.failed + others.cancelled + others.in_progress
    const completed = counts.has('any') ? Math.max(0, of('any') - troubled_or_running) : of('completed')
    return { syncs: completed + troubled_or_running, completed, ...others }
  })
}
