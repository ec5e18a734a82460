import { Worker } from 'node:worker_threads'
import { MonitorError } from '../../core/errors.ts'
import { threadArguments } from '../../core/thread-arguments.ts'
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

/** A thread with connections of its own to the file, and the calls that it has not answered. */
export class StoreThread {
  readonly #worker: Worker
  readonly #pending = new Map<number, PendingCall>()
  #next_id = OPENED
  #ended: MonitorError | null = null

  private constructor(options: WorkerOptions) {
    this.#worker = new Worker(WORKER, {
      workerData: options,
      name: options.role === 'writer' ? 'canvas-sync-store' : 'canvas-sync-read',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      ...threadArguments(process.execArgv),
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

  /** Resolves when it has opened the file. */
  static async start(options: WorkerOptions): Promise<StoreThread> {
    const thread = new StoreThread(options)
    await thread.#answerTo(thread.#next_id++)
    return thread
  }

  /** Why it answers nothing any more; null while it does. */
  get ended(): MonitorError | null {
    return this.#ended
  }

  /** Calls that it has not answered. */
  get waiting(): number {
    return this.#pending.size
  }

  call(part: StorePart, method: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#ended !== null) return Promise.reject(this.#ended)
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

  /** Finishes what was asked before and ends. */
  async close(): Promise<void> {
    if (this.#ended === null) await this.call('store', 'close', [])
    await this.#worker.terminate()
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
