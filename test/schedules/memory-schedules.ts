import type { DueRun, Schedule } from '../../src/core/schedule.ts'
import type { WatchStore } from '../../src/schedules/schedule-watch.ts'
import {
  LONGEST_LOOK_GAP_MS,
  type DecidedRun,
  type DueDecisions,
  type FoundStart,
  type StartQuery,
  type WatchedSchedule,
  type WatchGap,
} from '../../src/store/schedules.ts'

/** A sync, and from when on the database shows it: one that is reported may be so long after. */
export interface ShownStart extends FoundStart {
  readonly shown_from: number
}

/** What a watch needs of a store, quick enough for a year of looks; the suite of the store holds both engines to the same. */
export class MemorySchedules implements WatchStore {
  readonly runs: Map<number, Map<number, DecidedRun>> = new Map()
  /** Every decision in the order in which they were made. */
  readonly decided: (DecidedRun & { readonly schedule_id: number; readonly at: number })[] = []
  /** Nothing that is written arrives. */
  is_away = false
  readonly #now: () => number
  readonly #spans: { from: number; until: number; database_was_away: boolean }[] = []
  readonly #starts = new Map<string, readonly ShownStart[]>()
  /** Missed and unknown ones, in no order. */
  readonly #unserved = new Map<string, DueRun>()
  readonly #serving = new Set<string>()
  #schedules: WatchedSchedule[] = []

  constructor(now: () => number) {
    this.#now = now
  }

  add(schedule: Schedule): void {
    this.#schedules.push({ ...schedule, version: 1, last: null })
    this.runs.set(schedule.id, new Map())
  }

  /** In the order of their times. */
  setStarts(sync_type: string, starts: readonly ShownStart[]): void {
    this.#starts.set(sync_type, starts)
  }

  async keepLooking(now: number, unreachable_since: number | null = null): Promise<void> {
    if (this.is_away) throw new Error('The database is away.')
    this.sign(now, unreachable_since)
  }

  /** Of life: a promise for each of a year costs more than all looks. */
  sign(now: number, unreachable_since: number | null = null): void {
    const last = this.#spans.at(-1)
    if (last === undefined || last.until < now - LONGEST_LOOK_GAP_MS)
      this.#spans.push({ from: now, until: now, database_was_away: false })
    else last.until = now
    const newest = this.#spans.at(-1)
    if (newest !== undefined) newest.database_was_away ||= newest.from > (unreachable_since ?? Infinity)
  }

  listGaps(since: number): Promise<WatchGap[]> {
    const gaps: WatchGap[] = []
    for (let index = this.#spans.length - 1; index > 0; index--) {
      const { from, database_was_away = false } = this.#spans[index] ?? {}
      const gap = { from: this.#spans[index - 1]?.until ?? 0, until: from ?? 0, database_was_away }
      if (gap.until < since) break
      gaps.push(gap)
    }
    return Promise.resolve(gaps)
  }

  listWatched(): Promise<WatchedSchedule[]> {
    return Promise.resolve(this.#schedules)
  }

  findStarts(queries: readonly StartQuery[]): Promise<(FoundStart | null)[]> {
    return Promise.resolve(queries.map((query) => this.#find(query)))
  }

  #find({ schedule_id, sync_type, from, until, pick }: StartQuery): FoundStart | null {
    const starts = this.#starts.get(sync_type) ?? []
    const now = this.#now()
    const [low, high] = [firstFrom(starts, from), firstFrom(starts, Math.min(until, now) + 1)]
    for (let step = 0; step < high - low; step++) {
      const start = starts[pick === 'first' ? low + step : high - 1 - step]
      if (start === undefined || start.shown_from > now) continue
      if (schedule_id !== null && this.#serving.has(`${schedule_id} ${start.sync_id}`)) continue
      const { sync_id, started_at, wrote_itself } = start
      return { sync_id, started_at, wrote_itself }
    }
    return null
  }

  decide({ schedule_id, version, runs }: DueDecisions): Promise<boolean> {
    const known = this.#schedules.find(({ id }) => id === schedule_id)
    if (known?.version !== version) return Promise.resolve(false)
    let { last } = known
    for (const run of runs) {
      this.runs.get(schedule_id)?.set(run.due_at, run)
      this.decided.push({ ...run, schedule_id, at: this.#now() })
      const { due_at, state, sync_id, decided_at } = run
      const key = `${schedule_id} ${due_at}`
      if (state === 'missed' || state === 'unknown') {
        this.#unserved.set(key, { schedule_id, due_at, state, sync_id, decided_at })
      } else this.#unserved.delete(key)
      if (sync_id !== null) this.#serving.add(`${schedule_id} ${sync_id}`)
      if (last === null || run.due_at >= last.due_at) last = run
    }
    const after = { ...known, version: version + 1, last }
    this.#schedules = this.#schedules.map((schedule) => (schedule.id === schedule_id ? after : schedule))
    return Promise.resolve(true)
  }

  listUnserved(since: number, limit: number): Promise<DueRun[]> {
    for (const [key, { due_at }] of this.#unserved) if (due_at < since) this.#unserved.delete(key)
    const newest = [...this.#unserved.values()].sort((a, b) => b.due_at - a.due_at)
    return Promise.resolve(newest.slice(0, limit))
  }
}

/** The place of the first start at or after a moment. */
function firstFrom(starts: readonly ShownStart[], at: number): number {
  let [low, high] = [0, starts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((starts[middle]?.started_at ?? 0) < at) low = middle + 1
    else high = middle
  }
  return low
}
