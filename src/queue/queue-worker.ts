import { systemClock, type Clock } from '../core/clock.ts'
import type { QueueStore, QueueWorkerRow, TakenJob } from '../store/queue.ts'
import type { Monitor } from '../tracker/monitor.ts'
import { processIdentity } from '../tracker/process-identity.ts'
import { momentOf, type Moment } from './lease.ts'
import { runJob, type JobOutcome, type JobSurroundings, type QueueSource } from './run-job.ts'
import { RunningJob } from './running-job.ts'
import type { SyncQueue } from './sync-queue.ts'
import { Upkeep } from './upkeep.ts'

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
/** Between two renewals of what is held. */
const KEEP_MS = 2000
const LONGEST_BACK_OFF_MS = 10_000
/** What is stopped has so long to end. */
const STOP_MS = 10_000

/** Takes syncs out of the queue and runs them, until it is asked to stop. */
export class QueueWorker {
  readonly #options: QueueWorkerOptions
  readonly #clock: Clock
  readonly #random: () => number
  readonly #running = new Map<string, RunningJob>()
  readonly #ends = new Set<Promise<void>>()
  readonly #upkeep: Upkeep
  readonly #started_at: number
  readonly #summary = { ended: 0, retried: 0, handed_back: 0, lost_hold: 0 }
  /** Wakes whoever waits for a job or for one to end. */
  #wake: () => void = () => {}
  #draining = false
  #keeping: Promise<void> | null = null

  constructor(options: QueueWorkerOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? Math.random
    this.#started_at = this.#clock.now()
    const { queue, monitor } = options
    const trouble = (message: string): void => options.observer?.trouble?.(message)
    this.#upkeep = new Upkeep({ queue, monitor, clock: this.#clock, row: () => this.row(), trouble })
  }

  get running(): number {
    return this.#running.size
  }

  /** Resolves when it has stopped: at `stop`, after what ran has ended or was handed back. */
  async run(stop: AbortSignal): Promise<WorkerSummary> {
    const begin_drain = (): void => {
      this.#draining = true
      this.#wake()
    }
    if (stop.aborted) begin_drain()
    stop.addEventListener('abort', begin_drain)
    const end_keeping = this.#clock.every(KEEP_MS, () => {
      this.#keeping ??= this.#keep().finally(() => {
        this.#keeping = null
      })
    })
    await this.#upkeep.start()
    try {
      await this.#takeJobs()
      await this.#drain()
    } finally {
      stop.removeEventListener('abort', begin_drain)
      end_keeping()
      await this.#keeping
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
      running: this.#running.size,
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
      if (this.#running.size >= concurrency) {
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
      } else if (until_empty && this.#running.size === 0 && (await this.#isEmpty(names))) return
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
    const { queue, observer, monitor, sources, id } = this.#options
    const running = new RunningJob(taken, this.#clock, queue.lease_ms, asked)
    this.#running.set(taken.job_id, running)
    observer?.taken?.(taken)
    const around: JobSurroundings = {
      queue,
      monitor,
      sources,
      worker_id: id,
      clock: this.#clock,
      random: this.#random,
    }
    const end = runJob(running, around)
      .catch((): JobOutcome => ({ became: 'lost_hold' }))
      .then((outcome) => {
        this.#summary[outcome.became]++
        observer?.ended?.(taken, outcome)
      })
      .finally(() => {
        this.#running.delete(taken.job_id)
        this.#ends.delete(end)
        this.#wake()
      })
    this.#ends.add(end)
  }

  /** Renews what is held, and stops what is not held any more or is to be cancelled. */
  async #keep(): Promise<void> {
    const held = [...this.#running.values()]
    if (held.length === 0) return
    for (const job of held) job.mayGoOn()
    const asked = momentOf(this.#clock)
    try {
      const kept = new Set((await this.#options.queue.keep(held.map(({ claim }) => claim))).map(keyOf))
      for (const job of held) {
        if (kept.has(keyOf(job.claim))) job.lease.renew(asked)
        // One that has just been settled is held no more either.
        else if (this.#running.has(job.claim.job_id)) job.stop('lease_lost')
      }
      const cancelled = await this.#store.listCancelled(held.map(({ claim }) => claim.job_id))
      for (const job_id of cancelled) this.#running.get(job_id)?.stop('cancel')
    } catch {
      // The lease runs out by itself.
    }
  }

  async #drain(): Promise<void> {
    const { drain_ms = 30_000 } = this.#options
    if (this.#running.size > 0) await this.#upkeep.tell()
    await this.#allEnded(drain_ms)
    for (const job of this.#running.values()) job.stop('hand_back')
    await this.#allEnded(STOP_MS)
  }

  async #allEnded(limit_ms: number): Promise<void> {
    const until = this.#clock.monotonic() + limit_ms
    while (this.#running.size > 0) {
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
    if (limit_ms === null && this.#running.size === 0) return
    await this.#clock.sleep(limit_ms ?? 60_000, awake.signal).catch(() => undefined)
    this.#wake = () => {}
  }

  get #store(): QueueStore {
    return this.#options.monitor.store.queue
  }
}

const keyOf = ({ job_id, token }: { readonly job_id: string; readonly token: number }): string =>
  `${token} ${job_id}`
