import { MonitorError } from '../../core/errors.ts'
import { calledParts } from '../called-parts.ts'
import { PartedStore, type StoreHealth } from '../store.ts'
import type { SqliteFileOptions } from './sqlite-store.ts'
import { onlyReads } from './store-reads.ts'
import { StoreThread } from './store-thread.ts'
import type { StorePart } from './worker-protocol.ts'

export interface WorkerStoreOptions {
  readonly path: string
  readonly heartbeat_interval_ms: number
  /**
   * Threads that only read, so that a read waits neither for a write nor for another long read; default 0: the thread
   * that writes reads too. What a write has resolved, each of them sees.
   */
  readonly reader_threads?: number
  /** For the thread that writes. */
  readonly file?: SqliteFileOptions
}

/** The SQLite store on threads of its own; the same calls, sent as messages. */
export class WorkerStore extends PartedStore {
  readonly #writer: StoreThread
  readonly #readers: readonly StoreThread[]
  #closing: Promise<void> | null = null

  private constructor(writer: StoreThread, readers: readonly StoreThread[]) {
    super(calledParts((part, method, args) => this.#call(part, method, args)))
    this.#writer = writer
    this.#readers = readers
  }

  static async open({
    path,
    heartbeat_interval_ms,
    reader_threads = 0,
    file = {},
  }: WorkerStoreOptions): Promise<WorkerStore> {
    // First, for it makes the file that the others only read.
    const writer = await StoreThread.start({ path, heartbeat_interval_ms, role: 'writer', file })
    const started = await Promise.allSettled(
      Array.from({ length: reader_threads }, () =>
        StoreThread.start({ path, heartbeat_interval_ms, role: 'reader' }),
      ),
    )
    const readers = started.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))
    const failed = started.find((start) => start.status === 'rejected')
    const store = new WorkerStore(writer, readers)
    if (failed === undefined) return store
    await store.close()
    throw failed.reason
  }

  async health(): Promise<StoreHealth> {
    try {
      return (await this.#call('store', 'health', [])) as StoreHealth
    } catch (error) {
      return {
        ok: false,
        message: error instanceof MonitorError ? error.message : 'The store thread failed.',
      }
    }
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      // The writer last: whoever closes the file last puts its log away, which a reader cannot.
      await Promise.allSettled(this.#readers.map((reader) => reader.close()))
      await this.#writer.close()
    })()
    return this.#closing
  }

  #call(part: StorePart, method: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#writer.ended !== null) return Promise.reject(this.#writer.ended)
    if (this.#closing !== null) return Promise.reject(new MonitorError('closed', 'The store is closed.'))
    const thread = onlyReads(part, method) ? this.#idlest() : this.#writer
    return thread.call(part, method, args)
  }

  /** The reader that has the least to do; the writer when there is none, or none any more. */
  #idlest(): StoreThread {
    let idlest: StoreThread | null = null
    for (const reader of this.#readers) {
      if (reader.ended === null && (idlest === null || reader.waiting < idlest.waiting)) idlest = reader
    }
    return idlest ?? this.#writer
  }
}
