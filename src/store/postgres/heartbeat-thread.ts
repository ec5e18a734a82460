import { Worker } from 'node:worker_threads'

export interface HeartbeatOptions {
  readonly url: string
  readonly heartbeat_interval_ms: number
}

/** An answered call of the sync store, as far as the keeper of the heartbeats needs it. */
export interface FollowedCall {
  readonly method: 'startSync' | 'finishSync'
  readonly sync_id: number
}

/** In the package this file is compiled to `.js`, and so is the worker's. */
const WORKER = new URL(
  `./heartbeat-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`,
  import.meta.url,
)

/**
 * Beats for the running syncs from a thread with a connection of its own, so that a job whose event loop is
 * blocked is not taken for dead. The thread is there from the first sync on.
 */
export class HeartbeatThread {
  readonly #options: HeartbeatOptions
  readonly #running = new Set<number>()
  #worker: Worker | null = null
  #stopped = false

  constructor(options: HeartbeatOptions) {
    this.#options = options
  }

  follow(call: FollowedCall): void {
    if (this.#stopped) return
    if (call.method === 'startSync') this.#running.add(call.sync_id)
    else this.#running.delete(call.sync_id)
    if (this.#worker !== null) this.#worker.postMessage(call)
    else if (call.method === 'startSync') this.#start()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#worker?.terminate()
    this.#worker = null
  }

  #start(): void {
    const worker = new Worker(WORKER, {
      workerData: this.#options,
      name: 'canvas-sync-heartbeats',
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
    })
    worker.unref()
    worker.on('error', () => {
      // The next sync that starts brings a new one, which beats for those that run, too.
      this.#worker = null
    })
    for (const sync_id of this.#running) worker.postMessage({ method: 'startSync', sync_id })
    this.#worker = worker
  }
}
