import { Worker } from 'node:worker_threads'
import { MonitorError } from '../../core/errors.ts'
import { PartedStore, STORE_PARTS, type StoreHealth, type StoreParts } from '../store.ts'
import {
  OPENED,
  packError,
  unpackError,
  type AnswerMessage,
  type StorePart,
  type WorkerOptions,
} from './worker-protocol.ts'

interface PendingCall {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** In the package this file is compiled to `.js`, and so is the worker's. */
const WORKER = new URL(`./store-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** Rows live here for one transaction only; left alone, V8 takes 48 MiB before it looks for garbage. */
const YOUNG_GENERATION_MB = 8

/** The SQLite store on a thread of its own; the same calls, sent as messages. */
export class WorkerStore extends PartedStore {
  readonly #worker: Worker
  readonly #pending = new Map<number, PendingCall>()
  #next_id = OPENED
  #ended: MonitorError | null = null
  #closing: Promise<void> | null = null

  private constructor(options: WorkerOptions) {
    super(remoteParts((part, method, args) => this.#call(part, method, args)))
    this.#worker = new Worker(WORKER, {
      workerData: options,
      name: 'canvas-sync-store',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    })
    this.#worker.on('message', (answer: AnswerMessage) => {
      this.#settle(answer)
    })
    this.#worker.on('error', (error) => {
      this.#end(new MonitorError('storage', 'The store thread failed.', { cause: error }))
    })
    this.#worker.on('exit', () => {
      this.#end(new MonitorError('closed', 'The store is closed.'))
    })
  }

  static async open(options: WorkerOptions): Promise<WorkerStore> {
    const store = new WorkerStore(options)
    await store.#answerTo(store.#next_id++)
    return store
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
      if (this.#ended === null) await this.#call('store', 'close', [])
      await this.#worker.terminate()
    })()
    return this.#closing
  }

  #call(part: StorePart, method: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#ended !== null) return Promise.reject(this.#ended)
    if (this.#closing !== null && method !== 'close') {
      return Promise.reject(new MonitorError('closed', 'The store is closed.'))
    }
    const id = this.#next_id++
    const answer = this.#answerTo(id)
    try {
      this.#worker.postMessage({ id, part, method, args })
    } catch (error) {
      // Something that cannot be copied, such as a function in the metadata: no answer will come.
      this.#settle({ id, error: packError(error) })
    }
    return answer
  }

  /** The thread keeps the process alive only while somebody waits for it. */
  #answerTo(id: number): Promise<unknown> {
    if (this.#pending.size === 0) this.#worker.ref()
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
    })
  }

  #settle(answer: AnswerMessage): void {
    const call = this.#pending.get(answer.id)
    this.#pending.delete(answer.id)
    if (this.#pending.size === 0) this.#worker.unref()
    if (answer.error === undefined) call?.resolve(answer.value)
    else call?.reject(unpackError(answer.error))
  }

  #end(reason: MonitorError): void {
    this.#ended ??= reason
    for (const call of this.#pending.values()) call.reject(this.#ended)
    this.#pending.clear()
  }
}

type Call = (part: StorePart, method: string, args: readonly unknown[]) => Promise<unknown>

/** Each part as an object whose every method is a message. */
function remoteParts(call: Call): StoreParts {
  return Object.fromEntries(STORE_PARTS.map((part) => [part, remote(part, call)])) as unknown as StoreParts
}

function remote(part: StorePart, call: Call): object {
  const methods = new Map<string | symbol, (...args: unknown[]) => Promise<unknown>>()
  return new Proxy(
    {},
    {
      get: (_, method) => {
        // Whoever awaits the part itself must not find a `then` that waits for ever.
        if (typeof method !== 'string' || method === 'then') return undefined
        let known = methods.get(method)
        if (known === undefined) {
          known = (...args) => call(part, method, args)
          methods.set(method, known)
        }
        return known
      },
    },
  )
}
