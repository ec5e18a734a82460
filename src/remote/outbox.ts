import type { Clock } from '../core/clock.ts'
import { heartbeatEvent } from './event-forms.ts'
import { BackOff } from './back-off.ts'
import { MemoryQueue } from './memory-queue.ts'
import type { Send } from './sender.ts'
import type { Lane, SpoolBatch } from './spool/lane.ts'
import type { Spool } from './spool/spool.ts'
import { TakenStarts, type StartAnswer } from './taken-starts.ts'

export interface OutboxHealth {
  /** Whether the last thing sent was taken. Null before the first. */
  readonly connected: boolean | null
  /** Undelivered bytes in the spool. */
  readonly spooled_bytes: number
  /** Events that are in memory because the disk refuses them. */
  readonly pending_events: number
  readonly delivered_events: number
  /** Events that were dropped for want of space, and those that the server will never take. */
  readonly lost_events: number
  /** One sentence; null when all is well. */
  readonly last_error: string | null
}

export interface OutboxOptions {
  readonly spool: Spool
  readonly send: Send
  readonly clock: Clock
  readonly limit_bytes: number
  readonly heartbeat_interval_ms?: number
  /** Between 0 and 1, for the jitter of the back-off. */
  readonly random?: () => number
}

export interface AddOptions {
  /** Whether they are to survive a power cut when this returns. Default false. */
  readonly durable?: boolean
  /** Whether they may go when there is no space for them. Default false. */
  readonly droppable?: boolean
}

const MAX_LINES = 5000
const MAX_BYTES = 2 * 1_048_576
const HEARTBEAT_MS = 10_000

/**
 * Puts events into the spool and delivers them, oldest first of each process, until the server has taken them. An event
 * may be sent twice; its id makes the server take it once.
 */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #lanes: Lane[]
  readonly #memory = new MemoryQueue()
  readonly #starts = new TakenStarts()
  readonly #running = new Map<string, boolean>()
  readonly #backOff: BackOff
  readonly #stopping = new AbortController()
  readonly #stopBeats: () => void
  #delivering: Promise<void> | null = null
  #wake: (() => void) | null = null
  #max_lines = MAX_LINES
  #connected: boolean | null = null
  #delivered = 0
  #lost = 0
  #error: string | null = null

  constructor(options: OutboxOptions) {
    this.#options = options
    this.#lanes = [options.spool.own, ...options.spool.adopt()]
    this.#backOff = new BackOff(options.random ?? Math.random)
    const interval_ms = options.heartbeat_interval_ms ?? HEARTBEAT_MS
    this.#stopBeats = options.clock.every(interval_ms, () => {
      this.#beat()
    })
    this.#deliver()
  }

  get health(): OutboxHealth {
    return {
      connected: this.#connected,
      spooled_bytes: this.#lanes.reduce((sum, lane) => sum + lane.bytes, 0),
      pending_events: this.#memory.length,
      delivered_events: this.#delivered,
      lost_events: this.#lost,
      last_error: this.#error,
    }
  }

  /** Takes events, one line of JSON each. */
  add(lines: readonly string[], { durable = false, droppable = false }: AddOptions = {}): void {
    if (lines.length === 0) return
    const { spool, limit_bytes } = this.#options
    if (droppable && spool.own.bytes > limit_bytes) {
      this.#lost += lines.length
      return
    }
    try {
      // What is in memory is older; it goes to the disk first, as soon as that works again.
      this.#memory.moveTo((text) => {
        spool.own.append(text)
      })
      spool.own.append(`${lines.join('\n')}\n`)
      if (durable) spool.own.sync()
    } catch (error) {
      this.#lost += this.#memory.add(lines, droppable)
      this.#error = `The spool cannot be written (${codeOf(error)}).`
    }
    this.#deliver()
  }

  /** Adds a start and waits for the answer about its task id, but not longer than `wait_ms`. */
  async start(task_id: string, line: string, wait_ms: number): Promise<StartAnswer> {
    const answer = this.#starts.ask(task_id)
    this.add([line], { durable: true })
    this.#running.set(task_id, true)
    const enough = new AbortController()
    const late = this.#options.clock.sleep(wait_ms, enough.signal).then(
      () => this.#starts.giveUp(task_id),
      () => undefined,
    )
    const heard = await Promise.race([answer, late.then(() => 'unknown' as const)])
    enough.abort()
    if (heard === 'taken') this.#running.delete(task_id)
    return heard
  }

  /** From now on silence means something again. */
  ended(task_id: string): void {
    this.#running.delete(task_id)
  }

  /** Resolves when everything is delivered, or after `wait_ms`; the rest stays in the spool. Says whether all is. */
  async close(wait_ms: number): Promise<boolean> {
    this.#stopBeats()
    const enough = new AbortController()
    const { clock, spool } = this.#options
    await Promise.race([this.#delivered_all(), clock.sleep(wait_ms, enough.signal).catch(() => undefined)])
    enough.abort()
    this.#stopping.abort()
    await this.#delivering
    const { spooled_bytes, pending_events } = this.health
    spool.own.close()
    return spooled_bytes === 0 && pending_events === 0
  }

  async #delivered_all(): Promise<void> {
    this.#backOff.reset()
    this.#wake?.()
    await this.#delivering
  }

  #beat(): void {
    for (const [task_id, quiet] of this.#running) {
      this.#running.set(task_id, true)
      if (quiet) this.#memory.addBeat(JSON.stringify(heartbeatEvent(task_id)))
    }
    this.#deliver()
  }

  #deliver(): void {
    this.#delivering ??= this.#deliverAll().finally(() => {
      this.#delivering = null
    })
  }

  /** Never rejects. Each lane in turn, so that the news need not wait for a long past. */
  async #deliverAll(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      let found = false
      for (const lane of this.#lanes) {
        const batch = this.#read(lane)
        if (batch === null) continue
        found = true
        const extra = lane === this.#options.spool.own ? this.#memory.takeBeats() : []
        if (!(await this.#sendBatch(batch.lines, extra))) return
        lane.done(batch.end)
      }
      if (!found && !(await this.#sendMemory())) return
    }
  }

  #read(lane: Lane): SpoolBatch | null {
    try {
      return lane.read(this.#max_lines, MAX_BYTES)
    } catch (error) {
      this.#error = `The spool cannot be read (${codeOf(error)}).`
      return null
    }
  }

  /** What the disk would not take, and heartbeats; false when there is nothing left to do. */
  async #sendMemory(): Promise<boolean> {
    const lines = this.#memory.peek(this.#max_lines)
    const beats = this.#memory.takeBeats()
    if (lines.length + beats.length === 0) return false
    if (!(await this.#sendBatch(lines, beats))) return false
    this.#memory.drop(lines.length)
    return true
  }

  /** Tries until the server has taken them; false when it is time to stop. */
  async #sendBatch(lines: readonly string[], beats: readonly string[]): Promise<boolean> {
    const { send } = this.#options
    for (let extra = beats; !this.#stopping.signal.aborted; extra = []) {
      const renamed = this.#starts.rename(lines)
      const result = await send([...renamed, ...extra], this.#stopping.signal)
      if (result.kind === 'taken') {
        this.#connected = true
        this.#error = null
        this.#backOff.reset()
        this.#max_lines = Math.min(MAX_LINES, this.#max_lines * 2)
        const { again, told } = this.#starts.learn(renamed, result.report)
        if (again) continue
        this.#delivered += result.report.accepted + result.report.duplicates
        this.#lost += this.#refusals(result.report.rejected - told, result.report.errors[0]?.error)
        this.#heardOf(renamed)
        return true
      }
      if (result.kind === 'too_large') {
        if (lines.length <= 1) {
          this.#lost += lines.length
          this.#error = 'An event is too large for the server.'
          return true
        }
        this.#max_lines = Math.max(1, Math.floor(lines.length / 2))
        return await this.#sendHalves(lines)
      }
      this.#connected = false
      this.#error = result.error
      const after_ms = result.kind === 'later' ? result.after_ms : null
      await this.#wait(this.#backOff.next(after_ms, result.kind === 'refused'))
    }
    return false
  }

  async #sendHalves(lines: readonly string[]): Promise<boolean> {
    const middle = Math.ceil(lines.length / 2)
    return (
      (await this.#sendBatch(lines.slice(0, middle), [])) && (await this.#sendBatch(lines.slice(middle), []))
    )
  }

  #refusals(rejected: number, sentence: string | undefined): number {
    if (rejected > 0) this.#error = `The server took ${rejected} events for wrong: ${sentence ?? ''}`.trim()
    return rejected
  }

  /** Any event is a sign of life. */
  #heardOf(lines: readonly string[]): void {
    if (this.#running.size === 0) return
    for (const task_id of this.#running.keys()) {
      const needle = `"task_id":${JSON.stringify(task_id)}`
      if (lines.some((line) => line.includes(needle))) this.#running.set(task_id, false)
    }
  }

  async #wait(duration_ms: number): Promise<void> {
    const woken = new AbortController()
    this.#wake = () => {
      woken.abort()
    }
    const signal = AbortSignal.any([woken.signal, this.#stopping.signal])
    await this.#options.clock.sleep(duration_ms, signal).catch(() => undefined)
    this.#wake = null
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
}
