import { Worker } from 'node:worker_threads'
import { systemClock, type Clock } from '../../core/clock.ts'
import { threadArguments } from '../../core/thread-arguments.ts'

export interface HeartbeatOptions {
  readonly url: string
  readonly heartbeat_interval_ms: number
}

/** An answered call of the sync store, as far as the keeper of the heartbeats needs it. */
export interface FollowedCall {
  readonly method: 'startSync' | 'finishSync'
  readonly sync_id: number
  /** How long the sync has run already, milliseconds: the clocks of two threads have nothing in common. Default 0. */
  readonly ran_ms?: number
}

/** In the package this file is compiled to `.js`, and so is the worker's. */
const WORKER = new URL(
  `./heartbeat-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`,
  import.meta.url,
)

/** A thread that lived no longer than this is not followed by the next one at once. */
const SHORT_LIFE_MS = 1000

/**
 * Beats for the running syncs from a thread with a connection of its own, so that a job whose event loop is
 * blocked is not taken for dead. The thread is there from the first sync on; one that crashes is replaced.
 */
export class HeartbeatThread {
  readonly #options: HeartbeatOptions
  readonly #clock: Clock
  readonly #program: URL
  /** When each started, on the clock of this thread. */
  readonly #running = new Map<number, number>()
  readonly #stopped = new AbortController()
  #worker: Worker | null = null
  #began_at = Number.NEGATIVE_INFINITY

  /** @param program what the thread runs */
  constructor(options: HeartbeatOptions, clock: Clock = systemClock, program: URL = WORKER) {
    this.#options = options
    this.#clock = clock
    this.#program = program
  }

  follow(call: FollowedCall): void {
    if (this.#stopped.signal.aborted) return
    const { method, sync_id } = call
    if (method === 'startSync') this.#running.set(sync_id, this.#clock.monotonic())
    else this.#running.delete(sync_id)
    if (this.#worker !== null) this.#worker.postMessage(call)
    else if (method === 'startSync') this.#start()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#worker?.terminate()
    this.#worker = null
  }

  #start(): void {
    const worker = new Worker(this.#program, {
      workerData: this.#options,
      name: 'canvas-sync-heartbeats',
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
      ...threadArguments(process.execArgv),
    })
    worker.unref()
    // Its end is what counts; without a listener the error would end this process.
    worker.on('error', () => {})
    worker.on('exit', () => {
      this.#worker = null
      void this.#startAgain()
    })
    this.#began_at = this.#clock.monotonic()
    for (const [sync_id, started] of this.#running) {
      worker.postMessage({
        method: 'startSync',
        sync_id,
        ran_ms: this.#began_at - started,
      } satisfies FollowedCall)
    }
    this.#worker = worker
  }

  async #startAgain(): Promise<void> {
    const { signal } = this.#stopped
    if (this.#clock.monotonic() - this.#began_at < SHORT_LIFE_MS) {
      await this.#clock.sleep(SHORT_LIFE_MS, signal).catch(() => {})
    }
    // A sync that started meanwhile has brought one already.
    if (!signal.aborted && this.#worker === null && this.#running.size > 0) this.#start()
  }
}
