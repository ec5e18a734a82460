import { Worker } from 'node:worker_threads'
import { MonitorError } from '../core/errors.ts'
import type { OutboxCall, OutboxNews } from './outbox-protocol.ts'
import type { OutboxHealth } from './outbox.ts'
import type { CheckedRemote } from './remote-options.ts'
import type { StartAnswer } from './taken-starts.ts'

const WORKER = new URL(`./outbox-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** Lines wait so long for others, so that a job that records much sends few messages. */
const GATHER_MS = 10
const HEARTBEAT_MS = 10_000

const NOTHING_YET: OutboxHealth = {
  connected: null,
  spooled_bytes: 0,
  pending_events: 0,
  delivered_events: 0,
  lost_events: 0,
  last_error: null,
}

/** The outbox on a thread of its own. Adding never waits and never throws. */
export class OutboxThread {
  /** Names this outbox in the ids of its events. */
  readonly run: string
  readonly #worker: Worker
  readonly #answers = new Map<number, (value: StartAnswer | boolean) => void>()
  #gathered: string[] = []
  #timer: NodeJS.Timeout | null = null
  #health: OutboxHealth = NOTHING_YET
  #next_id = 1
  #events = 0
  #ended = false
  #closing: Promise<boolean> | null = null

  private constructor(worker: Worker, run: string) {
    this.#worker = worker
    this.run = run
    worker.on('message', (news: OutboxNews) => {
      this.#hear(news)
    })
    worker.on('exit', () => {
      this.#end()
    })
    worker.on('error', () => {
      this.#end()
    })
    worker.unref()
  }

  /** @throws MonitorError `not_writable` when the spool's folder cannot be used */
  static async open(
    remote: CheckedRemote,
    heartbeat_interval_ms: number = HEARTBEAT_MS,
  ): Promise<OutboxThread> {
    const worker = new Worker(WORKER, {
      workerData: { remote, heartbeat_interval_ms },
      name: 'canvas-sync-outbox',
    })
    const news = await new Promise<OutboxNews>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
    if (news.kind === 'opened') return new OutboxThread(worker, news.run)
    await worker.terminate()
    const code = news.kind === 'failed' ? news.code : 'unknown'
    throw new MonitorError('not_writable', `The folder ${remote.spool_directory} cannot be used (${code}).`, {
      next_step: 'Choose another spoolDir, or give this user write permission on it.',
    })
  }

  get health(): OutboxHealth {
    return { ...this.#health, pending_events: this.#health.pending_events + this.#gathered.length }
  }

  /** An id for the next event, unique within any sync. */
  nextId(): string {
    return `${this.run}-${(this.#events++).toString(36)}`
  }

  /** A line of a log: the first to go when there is no space. */
  addLine(event: object): void {
    if (this.#closing !== null) return
    this.#gathered.push(JSON.stringify(event))
    this.#timer ??= setTimeout(() => {
      this.flush()
    }, GATHER_MS)
  }

  add(event: object): void {
    this.flush()
    this.#post({ kind: 'add', lines: [JSON.stringify(event)], droppable: false })
  }

  /** Resolves when the events, and all before them, are on the disk. */
  async keep(events: readonly object[]): Promise<void> {
    this.flush()
    await this.#ask((id) => ({ kind: 'keep', id, lines: events.map((event) => JSON.stringify(event)) }))
  }

  async start(task_id: string, event: object): Promise<StartAnswer> {
    this.flush()
    const answer = await this.#ask((id) => ({ kind: 'start', id, task_id, line: JSON.stringify(event) }))
    return typeof answer === 'string' ? answer : 'unknown'
  }

  ended(task_id: string): void {
    this.#post({ kind: 'ended', task_id })
  }

  /** Hands everything gathered to the thread. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#gathered.length === 0) return
    const lines = this.#gathered
    this.#gathered = []
    this.#post({ kind: 'add', lines, droppable: true })
  }

  /** Delivers what it can for a while; the rest stays in the spool. Says whether everything is delivered. */
  close(): Promise<boolean> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<boolean> {
    this.flush()
    const all = await this.#ask((id) => ({ kind: 'close', id }))
    await this.#worker.terminate()
    return all === true
  }

  async #ask(call: (id: number) => OutboxCall): Promise<StartAnswer | boolean> {
    if (this.#ended) return false
    const id = this.#next_id++
    // Somebody waits: the process must not end meanwhile.
    if (this.#answers.size === 0) this.#worker.ref()
    return await new Promise((resolve) => {
      this.#answers.set(id, resolve)
      this.#post(call(id))
    })
  }

  #post(call: OutboxCall): void {
    if (!this.#ended) this.#worker.postMessage(call)
  }

  #hear(news: OutboxNews): void {
    if (news.kind === 'health') this.#health = news.health
    if (news.kind !== 'answer') return
    this.#answers.get(news.id)?.(news.value)
    this.#answers.delete(news.id)
    if (this.#answers.size === 0) this.#worker.unref()
  }

  #end(): void {
    this.#ended = true
    for (const resolve of this.#answers.values()) resolve(false)
    this.#answers.clear()
  }
}
