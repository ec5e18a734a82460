import { MonitorError } from '../../../src/core/errors.ts'
import { PartedStore, type Store, type StoreHealth } from '../../../src/store/store.ts'
import type { SyncStore } from '../../../src/store/sync-store.ts'

type Method = keyof SyncStore

/** A real store whose sync calls a test can let fail or hang, and whose quiet it can await. */
export class WatchedStore extends PartedStore {
  /** The sync calls so far, by name. */
  readonly calls: Method[] = []
  readonly #store: Store
  readonly #pending = new Set<Promise<unknown>>()
  readonly #failing = new Set<Method>()
  readonly #held = new Map<Method, Promise<void>>()
  readonly #awaited = new Map<Method, () => void>()

  constructor(store: Store) {
    const syncs = new Proxy(store.syncs, {
      get: (target, method: Method) => {
        const call = target[method] as (...args: unknown[]) => Promise<unknown>
        return (...args: unknown[]) => this.#watch(method, () => call.apply(target, args))
      },
    })
    super({ ...store, syncs })
    this.#store = store
  }

  /** From now on these calls are refused. */
  fail(...methods: Method[]): void {
    for (const method of methods) this.#failing.add(method)
  }

  /** Nothing is refused any more. */
  mend(): void {
    this.#failing.clear()
  }

  /** From now on these calls hang, until the returned function is called. */
  hold(...methods: Method[]): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    for (const method of methods) this.#held.set(method, promise)
    return () => {
      for (const method of methods) this.#held.delete(method)
      resolve()
    }
  }

  /** Resolves at the next call of this name, before it is answered. */
  called(method: Method): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited.set(method, resolve)
    })
  }

  /** Resolves when no call is under way, nor any that follows from an answer. */
  async quiet(): Promise<void> {
    do {
      await Promise.allSettled(this.#pending)
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    } while (this.#pending.size > 0)
  }

  health(): Promise<StoreHealth> {
    return this.#store.health()
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  #watch(method: Method, call: () => Promise<unknown>): Promise<unknown> {
    this.calls.push(method)
    this.#awaited.get(method)?.()
    const answer = this.#answer(method, call)
    this.#pending.add(answer)
    answer.catch(() => undefined).finally(() => this.#pending.delete(answer))
    return answer
  }

  async #answer(method: Method, call: () => Promise<unknown>): Promise<unknown> {
    await this.#held.get(method)
    if (this.#failing.has(method)) throw new MonitorError('disk_full', 'The disk is full.')
    return await call()
  }
}
