import type { Clock } from '../core/clock.ts'
import { MonitorError } from '../core/errors.ts'
import { calledParts } from './called-parts.ts'
import { PartedStore, type Store, type StoreHealth, type StoreParts } from './store.ts'

export interface LateStoreOptions {
  readonly open: () => Promise<Store>
  /** Why it could not be opened. */
  readonly failure: MonitorError
  readonly clock: Clock
  /** Told once, when it is there. */
  readonly onOpen?: (store: Store) => void
}

/** One call after the other must not each wait for a server that says nothing. */
const AGAIN_MS = 2000

/**
 * A store whose database was away when it was to be opened. Each call tries again, and fails with the reason for as long as
 * it is away; from then on it is the store that it stands for.
 */
export class LateStore extends PartedStore {
  readonly #options: LateStoreOptions
  #failure: MonitorError
  /** Monotonic. */
  #failed_at: number
  #store: Store | null = null
  #opening: Promise<Store> | null = null
  #closing: Promise<void> | null = null

  constructor(options: LateStoreOptions) {
    super(calledParts((part, method, args) => this.#call(part, method, args)))
    this.#options = options
    this.#failure = options.failure
    this.#failed_at = options.clock.monotonic()
  }

  async health(): Promise<StoreHealth> {
    try {
      return await (await this.#opened()).health()
    } catch (error) {
      const message = error instanceof MonitorError ? error.message : 'The database does not answer.'
      return { ok: false, message }
    }
  }

  override hurry(): void {
    this.#store?.hurry()
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      const store = this.#store ?? (await this.#opening?.catch(() => null))
      await store?.close()
    })()
    return this.#closing
  }

  async #call(part: keyof StoreParts, method: string, args: readonly unknown[]): Promise<unknown> {
    const of = (await this.#opened())[part] as unknown as Readonly<
      Record<string, (...args: readonly unknown[]) => Promise<unknown>>
    >
    return await of[method]?.(...args)
  }

  #opened(): Promise<Store> {
    if (this.#store !== null) return Promise.resolve(this.#store)
    if (this.#opening !== null) return this.#opening
    if (this.#closing !== null) return Promise.reject(new MonitorError('closed', 'The store is closed.'))
    const { clock } = this.#options
    if (clock.monotonic() - this.#failed_at < AGAIN_MS) return Promise.reject(this.#failure)
    this.#opening = this.#open().finally(() => {
      this.#opening = null
    })
    return this.#opening
  }

  async #open(): Promise<Store> {
    const { open, clock, onOpen } = this.#options
    try {
      const store = await open()
      this.#store = store
      onOpen?.(store)
      return store
    } catch (error) {
      this.#failed_at = clock.monotonic()
      if (error instanceof MonitorError) this.#failure = error
      throw error
    }
  }
}
