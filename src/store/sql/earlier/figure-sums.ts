import { DURATION_BINS_US } from '../../../core/duration-bins.ts'
import { BIN_COLUMNS } from '../figures/figure-columns.ts'
import type { FigureValues } from './figure-values.ts'
import { monthStart } from './earlier-sums.ts'

/** Sums of one bucket of time. */
interface Bucket {
  readonly sums: number[]
  least_us: number | null
  greatest_us: number | null
}
type ByStart = Map<number, Bucket>
type Row = (string | number | null)[]

const FIVE_MINUTES_MS = 300_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
/** Bins in a row of `canvas_sync_durations`. */
const BINS_A_ROW = BIN_COLUMNS.length

const startOf =
  (length_ms: number) =>
  (at: number): number =>
    at - (at % length_ms)

/** What many syncs add to the tables of figures: each adds to the smallest buckets, out of which the larger are made. */
export class FigureSums {
  readonly #by_status = new Map<string, ByStart>()
  readonly #by_user = new Map<string, Map<string, ByStart>>()
  /** How many in each bin, by the hour. */
  readonly #bins = new Map<number, Map<number, number>>()

  add(user_id: string | null, sync_status: string, at: number, figures: FigureValues): void {
    const statuses = made(this.#by_status, sync_status, byStart)
    addTo(made(statuses, startOf(FIVE_MINUTES_MS)(at), bucketOf(figures.sums.length)), figures)
    if (user_id !== null) {
      const days = made(made(this.#by_user, user_id, byStatus), sync_status, byStart)
      addTo(made(days, startOf(DAY_MS)(at), bucketOf(figures.sums.length)), figures)
    }
    if (figures.completed_us === null) return
    const bins = made(this.#bins, startOf(HOUR_MS)(at), () => new Map<number, number>())
    count(bins, binOf(figures.completed_us), 1)
  }

  /** `tier, sync_status, bucket_start`, the sums, the least and the greatest duration. */
  *totals(): Generator<Row> {
    for (const [status, five_minutes] of this.#by_status) {
      const hours = rolledUp(five_minutes, startOf(HOUR_MS))
      const days = rolledUp(hours, startOf(DAY_MS))
      yield* rowsOf(['5m', status], five_minutes)
      yield* rowsOf(['hour', status], hours)
      yield* rowsOf(['day', status], days)
      yield* rowsOf(['month', status], rolledUp(days, monthStart))
    }
  }

  /** `user_id` and the same. Sorted: the next user's rows are beside this one's. */
  *userTotals(): Generator<Row> {
    for (const user_id of [...this.#by_user.keys()].sort()) {
      for (const [status, days] of this.#by_user.get(user_id) ?? []) {
        yield* rowsOf([user_id, 'day', status], days)
        yield* rowsOf([user_id, 'month', status], rolledUp(days, monthStart))
      }
    }
  }

  /** `tier, bucket_start, chunk` and its bins. */
  *durations(): Generator<Row> {
    const days = rolledUpBins(this.#bins, startOf(DAY_MS))
    yield* binRows('hour', this.#bins)
    yield* binRows('day', days)
    yield* binRows('month', rolledUpBins(days, monthStart))
  }
}

const byStart = (): ByStart => new Map()
const byStatus = (): Map<string, ByStart> => new Map()
const bucketOf = (length: number) => (): Bucket => ({
  sums: Array.from({ length }, () => 0),
  least_us: null,
  greatest_us: null,
})

function made<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}

function addTo(bucket: Bucket, { sums, completed_us }: FigureValues): void {
  merge(bucket, { sums, least_us: completed_us, greatest_us: completed_us })
}

function merge(
  bucket: Bucket,
  { sums, least_us, greatest_us }: Omit<Bucket, 'sums'> & { sums: readonly number[] },
): void {
  for (let index = 0; index < sums.length; index++) {
    bucket.sums[index] = (bucket.sums[index] ?? 0) + (sums[index] ?? 0)
  }
  if (least_us !== null) bucket.least_us = Math.min(bucket.least_us ?? least_us, least_us)
  if (greatest_us !== null) bucket.greatest_us = Math.max(bucket.greatest_us ?? greatest_us, greatest_us)
}

function rolledUp(smaller: ByStart, larger: (at: number) => number): ByStart {
  const buckets: ByStart = new Map()
  for (const [at, bucket] of smaller) merge(made(buckets, larger(at), bucketOf(bucket.sums.length)), bucket)
  return buckets
}

function rolledUpBins(
  smaller: ReadonlyMap<number, ReadonlyMap<number, number>>,
  larger: (at: number) => number,
): Map<number, Map<number, number>> {
  const rolled = new Map<number, Map<number, number>>()
  for (const [at, bins] of smaller) {
    const sums = made(rolled, larger(at), () => new Map<number, number>())
    for (const [bin, syncs] of bins) count(sums, bin, syncs)
  }
  return rolled
}

function count(bins: Map<number, number>, bin: number, syncs: number): void {
  bins.set(bin, (bins.get(bin) ?? 0) + syncs)
}

/** The last bin that begins at or before it. */
function binOf(duration_us: number): number {
  let [low, high] = [0, DURATION_BINS_US.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((DURATION_BINS_US[middle] ?? Infinity) <= duration_us) low = middle
    else high = middle - 1
  }
  return low
}

function* rowsOf(key: readonly string[], buckets: ByStart): Generator<Row> {
  for (const [start, { sums, least_us, greatest_us }] of buckets) {
    yield [...key, start, ...sums, least_us, greatest_us]
  }
}

function* binRows(tier: string, buckets: ReadonlyMap<number, ReadonlyMap<number, number>>): Generator<Row> {
  for (const [start, bins] of buckets) {
    const rows = new Map<number, number[]>()
    for (const [bin, syncs] of bins) {
      const row = made(rows, Math.floor(bin / BINS_A_ROW), () => Array.from({ length: BINS_A_ROW }, () => 0))
      row[bin % BINS_A_ROW] = syncs
    }
    for (const [chunk, row] of rows) yield [tier, start, chunk, ...row]
  }
}
