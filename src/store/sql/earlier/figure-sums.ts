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
  totals(): Row[] {
    const rows: Row[] = []
    for (const [status, five_minutes] of this.#by_status) {
      const hours = rolledUp(five_minutes, startOf(HOUR_MS))
      const days = rolledUp(hours, startOf(DAY_MS))
      addRows(rows, ['5m', status], five_minutes)
      addRows(rows, ['hour', status], hours)
      addRows(rows, ['day', status], days)
      addRows(rows, ['month', status], rolledUp(days, monthStart))
    }
    return rows.sort(byPlaces(0, 2, 1))
  }

  /** `user_id` and the same. The next user's rows are beside this one's. */
  userTotals(): Row[] {
    const rows: Row[] = []
    for (const [user_id, statuses] of this.#by_user) {
      for (const [status, days] of statuses) {
        addRows(rows, [user_id, 'day', status], days)
        addRows(rows, [user_id, 'month', status], rolledUp(days, monthStart))
      }
    }
    return rows.sort(byPlaces(0, 1, 2, 3))
  }

  /** `tier, bucket_start, chunk` and its bins. */
  durations(): Row[] {
    const rows: Row[] = []
    const days = rolledUpBins(this.#bins, startOf(DAY_MS))
    addBinRows(rows, 'hour', this.#bins)
    addBinRows(rows, 'day', days)
    addBinRows(rows, 'month', rolledUpBins(days, monthStart))
    return rows.sort(byPlaces(0, 1, 2))
  }
}

const TIERS = new Map<unknown, number>(['5m', 'hour', 'day', 'month'].map((tier, place) => [tier, place]))

/** As the triggers of PostgreSQL write: who adds one sync at the same time waits for the same rows in turn. */
function byPlaces(...places: readonly number[]): (a: Row, b: Row) => number {
  return (a, b) => {
    for (const place of places) {
      const [one, other] = [a[place] ?? 0, b[place] ?? 0]
      if (one === other) continue
      const [rank, other_rank] = [TIERS.get(one) ?? one, TIERS.get(other) ?? other]
      return rank < other_rank ? -1 : 1
    }
    return 0
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

function addRows(rows: Row[], key: readonly string[], buckets: ByStart): void {
  for (const [start, { sums, least_us, greatest_us }] of buckets) {
    rows.push([...key, start, ...sums, least_us, greatest_us])
  }
}

function addBinRows(
  rows: Row[],
  tier: string,
  buckets: ReadonlyMap<number, ReadonlyMap<number, number>>,
): void {
  for (const [start, bins] of buckets) {
    const chunks = new Map<number, number[]>()
    for (const [bin, syncs] of bins) {
      const row = made(chunks, Math.floor(bin / BINS_A_ROW), () =>
        Array.from({ length: BINS_A_ROW }, () => 0),
      )
      row[bin % BINS_A_ROW] = syncs
    }
    for (const [chunk, row] of chunks) rows.push([tier, start, chunk, ...row])
  }
}
