import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { MonitorError } from '../core/errors.ts'
import { threadArguments } from '../core/thread-arguments.ts'
import type { OutboxCall, OutboxNews } from './outbox-protocol.ts'
import type { OutboxHealth } from './outbox.ts'
import type { CheckedRemote } from './remote-options.ts'
import type { StartAnswer } from './taken-starts.ts'

const WORKER = new URL(`./outbox-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** Lines wait so long for others, so that a job that records much sends few messages. */
const GATHER_MS = 10
const GATHER_CHARACTERS = 262_144
/** A disk that hangs must not fill the memory: beyond this, log lines are dropped. */
const MOST_CHARACTERS = 32 * 1_048_576
const HEARTBEAT_MS = 10_000
/** How much longer than promised the thread may take to close. */
const CLOSE_MARGIN_MS = 5000

const NOTHING_YET: OutboxHealth = {
  connected: null,
  spooled_bytes: 0,
  pending_events: 0,
  delivered_events: 0,
  lost_events: 0,
  last_error: null,
}

interface Asked {
  readonly resolve: (value: StartAnswer | boolean) => void
  readonly characters: number
  readonly events: number
}

/** The outbox on a thread of its own. Adding never waits and never throws. */
export class OutboxThread {
  /** Names this outbox in the ids of its events. */
  readonly run: string
  readonly #worker: Worker
  readonly #close_wait_ms: number
  readonly #asked = new Map<number, Asked>()
  #gathered = ''
  #gathered_events = 0
  #under_way = { characters: 0, events: 0 }
  #timer: NodeJS.Timeout | null = null
  #health: OutboxHealth = NOTHING_YET
  #next_id = 1
  #events = 0
  #lost = 0
  #ended = false
  #closing: Promise<boolean> | null = null

  private constructor(worker: Worker, run: string, close_wait_ms: number) {
    this.#worker = worker
    this.run = run
    this.#close_wait_ms = close_wait_ms
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
      ...threadArguments(process.execArgv),
    })
    const [news] = (await once(worker, 'message')) as [OutboxNews]
    if (news.kind === 'opened') return new OutboxThread(worker, news.run, remote.close_wait_ms)
    await worker.terminate()
    const code = news.kind === 'failed' ? news.code : 'unknown'
    throw new MonitorError('not_writable', `The folder ${remote.spool_directory} cannot be used (${code}).`, {
      next_step: 'Choose another spoolDir, or give this user write permission on it.',
    })
  }

  /** As far as it is known here; at most a second old. */
  get health(): OutboxHealth {
    const { pending_events, lost_events, ...health } = this.#health
    return {
      ...health,
      pending_events: pending_events + this.#gathered_events + this.#under_way.events,
      lost_events: lost_events + this.#lost,
    }
  }

  /** As it is now. */
  async freshHealth(): Promise<OutboxHealth> {
    this.flush()
    await this.#ask({ kind: 'health', id: this.#next_id++ })
    return this.health
  }

  /** An id for the next event, unique within any sync. */
  nextId(): string {
    return `${this.run}-${(this.#events++).toString(36)}`
  }

  /** A line of a log: the first to go when there is no space. */
  addLine(line: string): void {
    if (this.#closing !== null || this.#under_way.characters > MOST_CHARACTERS) {
      this.#lost++
      return
    }
    this.#gathered = this.#gathered === '' ? line : `${this.#gathered}\n${line}`
    this.#gathered_events++
    if (this.#gathered.length > GATHER_CHARACTERS) this.flush()
    else {
      this.#timer ??= setTimeout(() => {
        this.flush()
      }, GATHER_MS)
    }
  }

  /** What a later one says again: it may go when there is no space. */
  add(event: object): void {
    this.flush()
    void this.#put([event], { durable: false, droppable: true })
  }

  /** Resolves when the events, and all before them, are on the disk. */
  async keep(events: readonly object[]): Promise<void> {
    this.flush()
    await this.#put(events, { durable: true, droppable: false })
  }

  async start(task_id: string, event: object): Promise<StartAnswer> {
    this.flush()
    const answer = await this.#ask({
      kind: 'start',
      id: this.#next_id++,
      task_id,
      line: JSON.stringify(event),
    })
    return typeof answer === 'string' ? answer : 'unknown'
  }

  /** Hands everything gathered to the thread. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#gathered_events === 0) return
    const [text, events] = [this.#gathered, this.#gathered_events]
    this.#gathered = ''
    this.#gathered_events = 0
    void this.#ask({ kind: 'put', id: this.#next_id++, text, durable: false, droppable: true }, events)
  }

  /** Delivers what it can for a while; the rest stays in the spool. Says whether everything is delivered. */
  close(): Promise<boolean> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<boolean> {
    this.flush()
    const enough = setTimeout(() => {
      this.#end()
    }, this.#close_wait_ms + CLOSE_MARGIN_MS)
    const all = await this.#ask({ kind: 'close', id: this.#next_id++ })
    clearTimeout(enough)
    await this.#worker.terminate()
    return all === true
  }

  #put(events: readonly object[], how: { durable: boolean; droppable: boolean }): Promise<unknown> {
    const text = events.map((event) => JSON.stringify(event)).join('\n')
    return this.#ask({ kind: 'put', id: this.#next_id++, text, ...how }, events.length)
  }

  /** Until it is answered the process stays: what it told must get to the disk. */
  async #ask(call: OutboxCall, events = 0): Promise<StartAnswer | boolean> {
    if (this.#ended) {
      this.#lost += events
      return false
    }
    if (this.#asked.size === 0) this.#worker.ref()
    const characters = call.kind === 'put' ? call.text.length : 0
    this.#under_way.characters += characters
    this.#under_way.events += events
    return await new Promise((resolve) => {
      this.#asked.set(call.id, { resolve, characters, events })
      this.#worker.postMessage(call)
    })
  }

  #hear(news: OutboxNews): void {
    if (news.kind === 'health') this.#health = news.health
    if (news.kind !== 'answer') return
    this.#health = news.health
    const asked = this.#asked.get(news.id)
    if (asked === undefined) return
    this.#asked.delete(news.id)
    this.#under_way.characters -= asked.characters
    this.#under_way.events -= asked.events
    if (this.#asked.size === 0) this.#worker.unref()
    asked.resolve(news.value)
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#lost += this.#under_way.events
    this.#under_way = { characters: 0, events: 0 }
    if (this.#closing === null) {
      const last_error = 'The thread that delivers has ended: nothing more is reported.'
      this.#health = { ...this.#health, connected: false, last_error }
    }
    for (const { resolve } of this.#asked.values()) resolve(false)
    this.#asked.clear()
  }
}
