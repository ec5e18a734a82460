import type { Clock } from '../core/clock.ts'
import type { LogEvent } from '../core/log-event.ts'
import { emitUserId } from '../core/user-id.ts'
import { processStart } from '../logs/directory/process-identity.ts'
import type { LogWriter } from '../logs/writing/log-writer.ts'
import type { RunningSync, SyncStore } from '../store/sync-store.ts'
import { LOST_AFTER_MS, processState, whyLost, type Surroundings } from './lost-syncs.ts'
import { processIdentity } from './process-identity.ts'
import { NO_LIMITS, type SyncLimits } from './sync-limits.ts'
import { SyncObservation, type Observed } from './sync-observation.ts'

const PAGE = 5000
/** Marked in one transaction. */
const MARKED_AT_ONCE = 100
/** A gap between two looks that is larger than this, and than five intervals, is no ordinary one. */
const LEAP_MS = 10_000
/** How far the running time in a row may stay behind what was observed. */
const RUNNING_TIME_LAG_MS = 60_000
/** Between two looks of a program that waits whether those of other hosts are silent. */
const SETTLING_LOOK_MS = 5000

/** Looks for syncs whose process is gone or that ran too long, and writes a line for each. */
export class LostSyncWatch {
  readonly #syncs: SyncStore
  readonly #logs: Pick<LogWriter, 'write'>
  readonly #clock: Clock
  readonly #limits: SyncLimits
  readonly #observation = new SyncObservation()
  #looking: Promise<number[]> | null = null
  #stop: (() => void) | null = null
  #leap_ms = LEAP_MS
  #some_elsewhere = false

  constructor(
    syncs: SyncStore,
    logs: Pick<LogWriter, 'write'>,
    clock: Clock,
    limits: SyncLimits = NO_LIMITS,
  ) {
    this.#syncs = syncs
    this.#logs = logs
    this.#clock = clock
    this.#limits = limits
  }

  /** Looks once and returns the ids of the lost; two calls at the same time share one look. */
  once(): Promise<number[]> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  start(interval_ms: number): void {
    this.#leap_ms = Math.max(LEAP_MS, 5 * interval_ms)
    this.#stop?.()
    this.#stop = this.#every(interval_ms)
  }

  /** Goes on until those of other hosts can be told to be silent; not at all when there are none. */
  settle(): void {
    if (this.#stop !== null || !this.#some_elsewhere) return
    const until = this.#clock.monotonic() + LOST_AFTER_MS + 2 * SETTLING_LOOK_MS
    this.#stop = this.#every(SETTLING_LOOK_MS, () => {
      if (this.#clock.monotonic() >= until) this.stop()
    })
  }

  stop(): void {
    this.#stop?.()
    this.#stop = null
  }

  #every(interval_ms: number, looked?: () => void): () => void {
    return this.#clock.every(interval_ms, () => {
      // A look that fails is made up by the next one; the database's own state shows in health.
      this.once().catch(() => undefined)
      looked?.()
    })
  }

  async #look(): Promise<number[]> {
    const now = this.#clock.monotonic()
    const running = await this.#listRunning()
    const observed = this.#observation.look(running, now, this.#leap_ms)
    const surroundings: Surroundings = { self: processIdentity(), startOf: remembered(processStart) }
    this.#some_elsewhere = running.some(
      (sync) => sync.heartbeat_expected && processState(sync, surroundings) === 'elsewhere',
    )
    const lost = new Map<string, RunningSync[]>()
    const slow: [RunningSync, Observed][] = []
    for (const sync of running) {
      const seen = observed.get(sync.id) ?? { silent_ms: 0, running_ms: 0 }
      const reason = whyLost(sync, seen.silent_ms, surroundings)
      if (reason === null) slow.push([sync, seen])
      else lost.set(reason, [...(lost.get(reason) ?? []), sync])
    }
    const ids: number[] = []
    for (const [reason, syncs] of lost) ids.push(...(await this.#markLost(syncs, reason)))
    for (const [sync, seen] of slow) await this.#holdToLimit(sync, seen.running_ms)
    return ids
  }

  async #listRunning(): Promise<RunningSync[]> {
    const running: RunningSync[] = []
    for (;;) {
      const page = await this.#syncs.listRunning(running.at(-1) ?? null, PAGE)
      running.push(...page)
      if (page.length < PAGE) return running
    }
  }

  async #markLost(syncs: readonly RunningSync[], reason: string): Promise<number[]> {
    const ids: number[] = []
    for (let from = 0; from < syncs.length; from += MARKED_AT_ONCE) {
      const some = syncs.slice(from, from + MARKED_AT_ONCE)
      const asked = some.map(({ id }) => id)
      const marked = new Set(await this.#syncs.markLost(asked, reason, this.#clock.now()))
      for (const sync of some) {
        if (!marked.has(sync.id)) continue
        ids.push(sync.id)
        const { host, pid } = sync
        this.#tell('sync_lost', sync, { error_type: 'lost', operation: 'sync', host, pid }, reason)
      }
    }
    return ids
  }

  async #holdToLimit(sync: RunningSync, running_ms: number): Promise<void> {
    const limit_ms = this.#limits(sync)
    if (limit_ms === null) return
    if (running_ms < limit_ms) {
      // Who does not say itself how long it runs must not begin anew when this server does.
      const behind_ms = running_ms - (sync.running_ms ?? 0)
      if (behind_ms >= RUNNING_TIME_LAG_MS) await this.#syncs.saveRunningTime(sync.id, running_ms)
      return
    }
    const reason = `The sync ran longer than its limit of ${spokenLimit(limit_ms)}.`
    if (!(await this.#syncs.markTimedOut(sync.id, reason, this.#clock.now(), running_ms))) return
    const { host, pid, sync_type } = sync
    const times = { elapsed_ms: Math.round(running_ms), timeout_ms: limit_ms }
    const fields = { error_type: 'timed_out', operation: 'sync', sync_type, host, pid, ...times }
    this.#tell('sync_timed_out', sync, fields, reason)
  }

  #tell(event: string, sync: RunningSync, fields: LogEvent['fields'], message: string): void {
    const user_id = emitUserId(sync.user_id)
    const line: LogEvent = { level: 'ERROR', event, task_id: sync.sync_task_id, user_id, fields, message }
    this.#logs.write('errors', line)
  }
}

/** A process that runs many syncs is looked at once. */
function remembered(startOf: Surroundings['startOf']): Surroundings['startOf'] {
  const known = new Map<number, string | undefined>()
  return (pid) => {
    if (!known.has(pid)) known.set(pid, startOf(pid))
    return known.get(pid)
  }
}

/** `2 h`, `90 s`: limits are given in whole units. */
function spokenLimit(limit_ms: number): string {
  if (limit_ms % 3_600_000 === 0) return `${limit_ms / 3_600_000} h`
  return limit_ms % 60_000 === 0 ? `${limit_ms / 60_000} min` : `${limit_ms / 1000} s`
}
