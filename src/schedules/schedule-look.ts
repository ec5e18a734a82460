import type { DecidedRun, ScheduleStore, WatchedSchedule, WatchGap } from '../store/schedules.ts'
import { blindTimes, dueState, overlaps, type DueDecision, type DueWindow, type Outage } from './due-state.ts'
import { startQueries } from './due-window.ts'
import type { KnownTimes } from './known-times.ts'

const RECONSIDERED_DAYS_MS = 7 * 86_400_000
const MOST_RECONSIDERED = 200
/** What waits for a start, or has missed it: each is a query, and there may be thousands of them. */
const OPEN_MS = 10_000
/** The rest of a long absence is made up for at the next looks. */
const STEPS_PER_SCHEDULE = 50

export type LookStore = Pick<ScheduleStore, 'listGaps' | 'findStarts' | 'decide' | 'listUnserved'>

/** One look at all schedules, at one moment. */
export class ScheduleLook {
  readonly #store: LookStore
  readonly #now: number
  readonly #times: KnownTimes
  #gaps: { readonly since: number; readonly gaps: readonly WatchGap[] } | undefined
  /** Times that were looked at. */
  steps = 0

  constructor(store: LookStore, now: number, times: KnownTimes) {
    this.#store = store
    this.#now = now
    this.#times = times
  }

  /**
   * Decides what is open of a schedule, and what has become due since.
   *
   * @returns when to look at it again, null for never; undefined, at the next look, where something was changed
   */
  async settle(schedule: WatchedSchedule): Promise<number | null | undefined> {
    const { id: schedule_id } = schedule
    let { version, last } = schedule
    let runs = new Map<number, DecidedRun>()
    let changed = false
    const write = async (): Promise<boolean> => {
      if (runs.size === 0) return true
      const is_ours = await this.#store.decide({ schedule_id, version, runs: [...runs.values()] })
      runs = new Map()
      version++
      return is_ours
    }
    const note = (run: DecidedRun): void => {
      runs.set(run.due_at, run)
      changed = true
      last = run
    }
    let next: number | null | undefined
    const stop_at = this.steps + STEPS_PER_SCHEDULE
    if (last !== null && isOpen(last.state) && last.due_at > schedule.expected_since) {
      const run = await this.#decide(schedule, last.due_at)
      if (run.state !== last.state) note(run)
    }
    while (this.steps < stop_at) {
      if (last?.state === 'waiting') break
      next = this.#times.next(schedule, last, this.#now)
      if (next === null || next > this.#now) break
      // A start that serves the time before is not seen again once that is written.
      const overlap = (last?.started_at ?? 0) >= this.#times.window(schedule, next).from
      if (overlap && !(await write())) return undefined
      note(await this.#decide(schedule, next))
    }
    await write()
    if (changed) return undefined
    if (last === null || !isOpen(last.state)) return next
    // A start may still come; a run is missed as soon as its margin is over.
    const sure = last.state === 'waiting' ? this.#times.window(schedule, last.due_at).until + 1 : next
    return Math.min(sure ?? Number.MAX_SAFE_INTEGER, this.#now + OPEN_MS)
  }

  /** Older times without a start, in case that one was reported since. */
  async reconsider(schedules: readonly WatchedSchedule[]): Promise<void> {
    const watched = new Map(schedules.map((schedule) => [schedule.id, schedule]))
    const versions = new Map<number, number>()
    const unserved = await this.#store.listUnserved(this.#now - RECONSIDERED_DAYS_MS, MOST_RECONSIDERED)
    for (const { schedule_id, due_at, state } of unserved) {
      const schedule = watched.get(schedule_id)
      if (schedule === undefined || due_at <= schedule.expected_since || due_at === schedule.last?.due_at)
        continue
      const run = await this.#decide(schedule, due_at)
      if (run.state === state || run.state === 'waiting') continue
      const version = versions.get(schedule_id) ?? schedule.version
      if (await this.#store.decide({ schedule_id, version, runs: [run] }))
        versions.set(schedule_id, version + 1)
    }
  }

  async #decide(schedule: WatchedSchedule, due_at: number): Promise<DecidedRun> {
    this.steps++
    const window = this.#times.window(schedule, due_at)
    const found = await this.#store.findStarts(startQueries(schedule, due_at, window))
    const starts = found.filter((start) => start !== null)
    const in_time = starts.some(({ started_at }) => started_at <= window.until)
    const blind = in_time || this.#now <= window.until ? [] : await this.#blindIn(window, schedule)
    const { state, start }: DueDecision = dueState(window, starts, this.#now, blind)
    return {
      due_at,
      state,
      sync_id: start?.sync_id ?? null,
      started_at: start?.started_at ?? null,
      decided_at: state === 'waiting' ? null : this.#now,
    }
  }

  async #blindIn(window: DueWindow, { sync_type, user_id }: WatchedSchedule): Promise<readonly Outage[]> {
    const gaps = (await this.#gapsSince(window.from)).filter((gap) => overlaps(gap, window))
    if (gaps.length === 0) return []
    const any = { schedule_id: null, sync_type, user_id, from: 0, until: this.#now } as const
    const [newest] = await this.#store.findStarts([{ ...any, pick: 'last' }])
    return blindTimes(gaps, newest?.wrote_itself ?? null)
  }

  async #gapsSince(since: number): Promise<readonly WatchGap[]> {
    if (this.#gaps === undefined || this.#gaps.since > since) {
      this.#gaps = { since, gaps: await this.#store.listGaps(since) }
    }
    return this.#gaps.gaps
  }
}

/** Whether a start may still change it. */
function isOpen(state: DecidedRun['state']): boolean {
  return state === 'waiting' || state === 'missed' || state === 'unknown'
}
