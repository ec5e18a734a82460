import type { Clock } from '../core/clock.ts'
import { emitUserId } from '../core/user-id.ts'
import type { LogWriter } from '../logs/writing/log-writer.ts'
import type { SyncStore } from '../store/sync-store.ts'
import { markLostSyncs } from './lost-syncs.ts'

/** Looks for syncs whose process is gone, and writes a line for each. */
export class LostSyncWatch {
  readonly #syncs: SyncStore
  readonly #logs: LogWriter
  readonly #clock: Clock
  #looking: Promise<number[]> | null = null
  #stop: (() => void) | null = null

  constructor(syncs: SyncStore, logs: LogWriter, clock: Clock) {
    this.#syncs = syncs
    this.#logs = logs
    this.#clock = clock
  }

  /** Looks once; two calls at the same time share one look. */
  once(): Promise<number[]> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  start(interval_ms: number): void {
    this.#stop ??= this.#clock.every(interval_ms, () => {
      // A look that fails is made up by the next one; the database's own state shows in health.
      this.once().catch(() => undefined)
    })
  }

  stop(): void {
    this.#stop?.()
    this.#stop = null
  }

  #look(): Promise<number[]> {
    return markLostSyncs(this.#syncs, this.#clock.now(), (sync, reason) => {
      this.#logs.write('errors', {
        level: 'ERROR',
        event: 'sync_lost',
        task_id: sync.sync_task_id,
        user_id: emitUserId(sync.user_id),
        fields: { error_type: 'lost', operation: 'sync', host: sync.host, pid: sync.pid },
        message: reason,
      })
    })
  }
}
