import { systemClock, type Clock } from '../core/clock.ts'
import { isMonitorError } from '../core/errors.ts'
import type { QueueWorkerRow, TakenJob } from '../store/queue.ts'
import type { Monitor } from '../tracker/monitor.ts'
import { processIdentity } from '../tracker/process-identity.ts'
import { HeldJobs } from './held-jobs.ts'
import { momentOf, type Moment } from './lease.ts'
import { runJob, type JobSurroundings, type QueueSource } from './run-job.ts'
import { RunningJob } from './running-job.ts'
import type { JobOutcome } from './settle-job.ts'
import type { SyncQueue } from './sync-queue.ts'
import { Upkeep } from './upkeep.ts'
import { workerHealth, type WorkerHealth } from './worker-health.ts'

export interface QueueWorkerOptions {
  readonly queue: SyncQueue
  readonly monitor: Monitor
  readonly sources: ReadonlyMap<string, QueueSource>
  /** Syncs at the same time. Default 2. */
  readonly concurrency?: number
  /** How long running syncs may go on when the worker is asked to stop, before they are handed back. Default 30 s. */
  readonly drain_ms?: number
  /** Ends when no job of its sources waits or runs. Default false. */
  readonly until_empty?: boolean
  readonly version: string
  /** Unique over the fleet. */
  readonly id: string
  readonly observer?: WorkerObserver
  readonly clock?: Clock
  readonly random?: () => number
}

/** Told of what the worker does; must not throw. */
export interface WorkerObserver {
  taken?(job: TakenJob): void
  ended?(job: TakenJob, outcome: JobOutcome): void
  /** Something that people should know, as one sentence; the worker goes on. */
  trouble?(message: string): void
}

export interface WorkerSummary {
  readonly ended: number
  readonly retried: number
  readonly handed_back: number
  /** Jobs that others took while this process was away. */
  readonly lost_hold: number
}

/** Between two looks at an empty queue. */
const IDLE_MS = 1000
const QUICK_MS = 100
const QUICK_LOOKS = 2
const LONGEST_BACK_OFF_MS = 10_000
/** What could not begin is given back for so long. */
const BEGIN_AGAIN_MS = 10_000
/** What is stopped has so long to end. */
const STOP_MS = 10_000
const LEAVE_MS = 2000

/** Takes syncs out of the queue and runs them, until it is asked to stop. */
export class QueueWorker {
  readonly #options: QueueWorkerOptions
  readonly #clock: Clock
  readonly #random: () => number
  readonly #held: HeldJobs
  readonly #upkeep: Upkeep
  readonly #started_at: number
  readonly #summary = { ended: 0, retried: 0, handed_back: 0, lost_hold: 0 }
  /** Wakes whoever waits for a job or for one to end. */
  #wake: () => void = () => {}
  #draining = false
  /** Monotonic. */
  #looked_at: number

  constructor(options: QueueWorkerOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? Math.random
    this.#started_at = this.#clock.now()
    this.#looked_at = this.#clock.monotonic()
    const { queue, monitor } = options
    const onEnd = (): void => {
      this.#wake()
    }
    this.#held = new HeldJobs({ queue, store: monitor.store.queue, clock: this.#clock, onEnd })
    const trouble = (message: string): void => options.observer?.trouble?.(message)
    this.#upkeep = new Upkeep({ queue, monitor, clock: this.#clock, row: () => this.row(), trouble })
  }

  get running(): number {
    return this.#held.size
  }

  health(): WorkerHealth {
    const now = this.#clock.monotonic()
    const { answered_at } = this.#upkeep
    return workerHealth({
      looked_ms_ago: now - this.#looked_at,
      answered_ms_ago: answered_at === null ? null : now - answered_at,
      draining: this.#draining,
    })
  }

  /** Resolves when it has stopped: at `stop`, after what ran has ended or was handed back. */
  async run(stop: AbortSignal): Promise<WorkerSummary> {
    const begin_drain = (): void => {
      this.#draining = true
      this.#wake()
    }
    if (stop.aborted) begin_drain()
    stop.addEventListener('abort', begin_drain)
    const end_keeping = this.#held.keep()
    await this.#upkeep.start()
    try {
      await this.#takeJobs()
      await this.#drain()
    } finally {
      stop.removeEventListener('abort', begin_drain)
      await end_keeping()
      await this.#upkeep.stop()
    }
    return { ...this.#summary }
  }

  /** As the database knows it. */
  row(): QueueWorkerRow {
    const { host, pid } = processIdentity()
    const { id, version, sources, concurrency = 2 } = this.#options
    return {
      id,
      host,
      pid,
      version,
      sources: [...sources.keys()],
      concurrency,
      running: this.#held.size,
      state: this.#draining ? 'draining' : 'working',
      started_at: this.#started_at,
      heartbeat_at: this.#clock.now(),
    }
  }

  async #takeJobs(): Promise<void> {
    const { queue, sources, concurrency = 2, until_empty = false } = this.#options
    const names = [...sources.keys()]
    let [failures, misses] = [0, 0]
    while (!this.#draining) {
      this.#looked_at = this.#clock.monotonic()
      if (this.#held.size >= concurrency) {
        await this.#pause(null)
        continue
      }
      const asked = momentOf(this.#clock)
      let taken: TakenJob | null
      try {
        taken = await queue.take(names)
        failures = 0
      } catch {
        if (failures++ === 0) this.#options.observer?.trouble?.('The queue cannot be reached; trying again.')
        await this.#pause(Math.min(LONGEST_BACK_OFF_MS, IDLE_MS * 2 ** failures))
        continue
      }
      if (taken !== null) {
        misses = 0
        this.#begin(taken, asked)
      } else if (until_empty && this.#held.size === 0 && (await this.#isEmpty(names))) return
      // Two that ask at the same moment for jobs of one source may both get none, where there are others.
      else await this.#pause((++misses <= QUICK_LOOKS ? QUICK_MS : IDLE_MS) * (0.75 + this.#random() / 2))
    }
  }

  async #isEmpty(names: readonly string[]): Promise<boolean> {
    try {
      const depths = await this.#options.queue.depths()
      return !depths.some(({ source, queued, running }) => queued + running > 0 && names.includes(source))
    } catch {
      return false
    }
  }

  #begin(taken: TakenJob, asked: Moment): void {
    const { queue, observer } = this.#options
    const running = new RunningJob(taken, this.#clock, queue.lease_ms, asked)
    observer?.taken?.(taken)
    this.#held.begin(running, async () => {
      const outcome = await this.#attempt(running)
      this.#summary[outcome.became]++
      observer?.ended?.(taken, outcome)
    })
  }

  async #attempt(running: RunningJob): Promise<JobOutcome> {
    const { queue, observer, monitor, sources, id } = this.#options
    const [clock, random] = [this.#clock, this.#random]
    const around: JobSurroundings = { queue, monitor, sources, worker_id: id, clock, random }
    try {
      return await runJob(running, around)
    } catch (error) {
      const reason = isMonitorError(error) ? error.message : 'The database cannot be reached.'
      observer?.trouble?.(`A sync of ${running.taken.job.sync.source} could not begin: ${reason}`)
      const back = await queue.giveBack(running.claim, BEGIN_AGAIN_MS).catch(() => false)
      return { became: back ? 'handed_back' : 'lost_hold' }
    }
  }

  async #drain(): Promise<void> {
    const { drain_ms = 30_000 } = this.#options
    if (this.#held.size > 0) await this.#upkeep.tell()
    await this.#allEnded(drain_ms)
    this.#held.stopAll('hand_back')
    await this.#allEnded(STOP_MS)
    // What has not ended by now must ask and say nothing more: the queue and the database are closed next.
    this.#held.stopAll('lease_lost')
    await this.#allEnded(LEAVE_MS)
  }

  async #allEnded(limit_ms: number): Promise<void> {
    const until = this.#clock.monotonic() + limit_ms
    while (this.#held.size > 0) {
      const left_ms = until - this.#clock.monotonic()
      if (left_ms <= 0) return
      await this.#pause(left_ms)
    }
  }

  /** Until something happens, or for so long. */
  async #pause(limit_ms: number | null): Promise<void> {
    const awake = new AbortController()
    this.#wake = () => {
      awake.abort()
    }
    if (limit_ms === null && this.#held.size === 0) return
    await this.#clock.sleep(limit_ms ?? 60_000, awake.signal).catch(() => undefined)
    this.#wake = () => {}
  }
}
