import { bucketStart, nextBucketStart } from '../../../core/time-buckets.ts'
import type { CheckStep, FigureDifference, FiguresPlace } from '../../sync-figures.ts'
import { findUngrouped } from './error-group-rows.ts'
import { FINAL_STATUSES, TOTALS, USER_TOTALS, USERS } from './figure-columns.ts'
import {
  differencesOf,
  FIGURE_TIERS,
  rangeOfDay,
  storedOf,
  type BucketRange,
  type FigureTier,
} from './figure-tiers.ts'
import type { SqlConnection } from '../sql-database.ts'
import { piece, textFor, type SqlPiece } from '../sql-piece.ts'
import { expectedOfUser, storedOfUser, USER_TIERS, wholeFrom } from './user-figure-tiers.ts'

const USERS_IN_STEP = 20

/** What a step is about: one day, or some users. */
export interface FiguresStep {
  readonly day: number | null
  /** Those of the month come with its last day: they are the sums of its days. */
  readonly tiers: readonly FigureTier[]
  readonly user_ids: readonly string[]
  readonly next: FiguresPlace | null
}

/** The step at a place; null when there is nothing left. */
export async function stepAt(
  connection: SqlConnection,
  place: FiguresPlace | null,
): Promise<FiguresStep | null> {
  const { day: after, user_id } = place ?? { day: null, user_id: null }
  const day = user_id === null ? await nextDay(connection, after) : null
  if (day !== null) {
    const following = await nextDay(connection, day)
    const month_goes_on = following !== null && bucketStart('month', following) === bucketStart('month', day)
    const tiers = FIGURE_TIERS.filter(({ tier }) => tier !== 'month' || !month_goes_on)
    return { day, tiers, user_ids: [], next: { day, user_id: null } }
  }
  const user_ids = await nextUsers(connection, user_id ?? '', USERS_IN_STEP)
  const last = user_ids.at(-1)
  return last === undefined ? null : { day: null, tiers: [], user_ids, next: { day: null, user_id: last } }
}

/** The first day after `after` that has ended syncs or sums. */
async function nextDay({ dialect, select }: SqlConnection, after: number | null): Promise<number | null> {
  const from = after === null ? Number.MIN_SAFE_INTEGER : nextBucketStart('day', after)
  const lists = FINAL_STATUSES.flatMap((status) => [
    piece(
      `select min(sync_start_time) as at from canvas_sync_metrics where sync_status = '${status}' and sync_start_time >= ?`,
      from,
    ),
    piece(
      `select min(bucket_start) as at from ${TOTALS} where tier = '5m' and sync_status = '${status}' and bucket_start >= ?`,
      from,
    ),
  ])
  const text = `select min(at) as at from (${lists.map((list) => list.text).join(' union all ')}) as firsts`
  const values = lists.flatMap((list) => list.values)
  const [first] = await select<{ at: number | null }>(textFor(dialect, text), values)
  return first === undefined || first.at === null ? null : bucketStart('day', first.at)
}

async function nextUsers({ dialect, select }: SqlConnection, after: string, most: number): Promise<string[]> {
  const tables = ['canvas_sync_metrics', USERS, USER_TOTALS]
  const lists = tables.map((table) => `select min(user_id) as user_id from ${table} where user_id > ?`)
  const text = textFor(
    dialect,
    `select min(user_id) as user_id from (${lists.join(' union all ')}) as firsts`,
  )
  const found: string[] = []
  for (let last = after; found.length < most;) {
    const [row] = await select<{ user_id: string | null }>(text, [last, last, last])
    if (row === undefined || row.user_id === null) break
    found.push(row.user_id)
    last = row.user_id
  }
  return found
}

/** See `SyncFigures.check`. */
export async function checkStep(connection: SqlConnection, place: FiguresPlace | null): Promise<CheckStep> {
  const step = await stepAt(connection, place)
  if (step === null) return { differences: [], next: null }
  const differences: FigureDifference[] = []
  for (const tier of step.day === null ? [] : step.tiers) {
    const range = rangeOfDay(tier.tier, step.day ?? 0)
    const pair = { actual: storedOf(tier, tier.tier, range), expected: tier.expected(range) }
    differences.push(...(await compare(connection, tier, pair, null)))
  }
  if (step.day !== null) {
    const ungrouped = await findUngrouped(connection, rangeOfDay('day', step.day))
    if (ungrouped.length > 0) {
      const key = `${ungrouped.length} without error_group_id`
      const { day } = step
      differences.push({ table: 'canvas_sync_metrics', tier: 'day', bucket_start: day, key, user_id: null })
    }
  }
  for (const user_id of step.user_ids) differences.push(...(await checkUser(connection, user_id)))
  return { differences, next: step.next }
}

async function compare(
  { dialect, select }: SqlConnection,
  tier: Pick<FigureTier, 'table' | 'tier' | 'key' | 'sums' | 'extremes'>,
  { actual, expected }: { readonly actual: SqlPiece; readonly expected: SqlPiece },
  user_id: string | null,
): Promise<FigureDifference[]> {
  const { text, values } = differencesOf(tier, actual, expected)
  const rows = await select<{ bucket_start: number; differing: string | number }>(
    textFor(dialect, text),
    values,
  )
  return rows.map(({ bucket_start, differing }) => ({
    table: tier.table,
    tier: tier.tier,
    bucket_start,
    key: String(differing),
    user_id,
  }))
}

async function checkUser(connection: SqlConnection, user_id: string): Promise<FigureDifference[]> {
  const differences: FigureDifference[] = []
  const range: BucketRange = { from: await wholeFrom(connection, user_id), to: Number.MAX_SAFE_INTEGER }
  for (const tier of USER_TIERS) {
    // Days stay whole when rows are deleted, so that months can always be compared with them.
    const of_tier = tier.tier === 'month' ? { ...range, from: Number.MIN_SAFE_INTEGER } : range
    const pair = {
      actual: storedOfUser(user_id, tier.tier, of_tier),
      expected: expectedOfUser(connection.dialect, user_id, tier.tier, of_tier),
    }
    differences.push(...(await compare(connection, tier, pair, user_id)))
  }
  const { dialect, select } = connection
  const text = `select last_sync_start_time from ${USERS} where user_id = ? and last_sync_start_time <
    (select max(m.sync_start_time) from canvas_sync_metrics m where m.user_id = ?)`
  const behind = await select<{ last_sync_start_time: number }>(textFor(dialect, text), [user_id, user_id])
  for (const row of behind) {
    differences.push({ table: USERS, tier: '', bucket_start: row.last_sync_start_time, key: 'last', user_id })
  }
  return differences
}
