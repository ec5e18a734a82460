import type { Clock } from '../core/clock.ts'
import type { IngestReport } from '../core/ingest-event.ts'
import { BackOff } from './back-off.ts'
import { heartbeatEvent } from './event-forms.ts'
import { headOf, type EventHead } from './event-head.ts'
import type { MemoryQueue } from './memory-queue.ts'
import type { RunningSyncs } from './running-syncs.ts'
import type { Send, SendResult } from './sender.ts'
import type { Lane, SpoolBatch } from './spool/lane.ts'
import type { SpoolLanes } from './spool-lanes.ts'
import type { TakenStarts } from './taken-starts.ts'
import { earliestAhead, withoutTimesFrom } from './times-ahead.ts'

export interface DeliveryParts {
  readonly lanes: SpoolLanes
  readonly memory: MemoryQueue
  readonly starts: TakenStarts
  readonly running: RunningSyncs
  readonly send: Send
  readonly clock: Clock
  readonly random: () => number
}

const MAX_LINES = 5000
const MAX_BYTES = 2 * 1_048_576
/** A job that starts may have the server tried before its time, but not more often. */
const HURRY_MS = 1000

/** Sends what waits, oldest first of each lane, until the server has taken it. Never throws. */
export class Delivery {
  readonly #parts: DeliveryParts
  readonly #backOff: BackOff
  readonly #stopping = new AbortController()
  #delivering: Promise<void> | null = null
  /** Something came since the last look. */
  #woken = false
  #wait: { readonly asked: boolean; readonly end: () => void } | null = null
  #tried_at = -Infinity
  #one_try_left = false
  #max_lines = MAX_LINES
  connected: boolean | null = null
  delivered = 0
  refused = 0
  error: string | null = null

  constructor(parts: DeliveryParts) {
    this.#parts = parts
    this.#backOff = new BackOff(parts.random)
  }

  wake(): void {
    this.#woken = true
    this.#delivering ??= this.#deliver()
  }

  /** Tries now, for a job that waits; false when that is useless because the server was away a moment ago. */
  hurry(): boolean {
    if (this.#wait === null) return true
    if (this.#wait.asked || this.#parts.clock.monotonic() - this.#tried_at < HURRY_MS) return false
    this.#wait.end()
    return true
  }

  /** Resolves when all is delivered, or after `wait_ms`, or at once after a last try when the server is away. */
  async finish(wait_ms: number, signal?: AbortSignal): Promise<void> {
    this.#one_try_left = this.connected !== true
    this.#backOff.reset()
    this.wake()
    this.#wait?.end()
    const enough = new AbortController()
    const signals = signal === undefined ? [enough.signal] : [enough.signal, signal]
    const late = this.#parts.clock.sleep(wait_ms, AbortSignal.any(signals)).catch(() => undefined)
    await Promise.race([this.#delivering, late])
    enough.abort()
    this.#stopping.abort()
    await this.#delivering
  }

  async #deliver(): Promise<void> {
    // Not before the caller has put this promise down.
    await Promise.resolve()
    while (this.#woken && !this.#stopping.signal.aborted) {
      this.#woken = false
      while (!this.#stopping.signal.aborted && (await this.#round()));
    }
    this.#delivering = null
  }

  /** One batch of each lane, so that the news need not wait for a long past; false when nothing is left to do. */
  async #round(): Promise<boolean> {
    const { lanes, memory, running } = this.#parts
    let found = false
    for (const lane of lanes.all()) {
      const batch = this.#read(lane)
      if (batch === null) continue
      found = true
      if (!(await this.#sendBatch(lane, batch.lines, running.takeDue()))) return false
      lane.done(batch)
    }
    if (found) return true
    const queued = memory.peek(this.#max_lines)
    const due = running.takeDue()
    if (queued.length + due.length === 0) return false
    const lines = queued.map(({ line }) => line)
    if (!(await this.#sendBatch(lanes.own, lines, due))) return false
    memory.drop(queued)
    return true
  }

  #read(lane: Lane): SpoolBatch | null {
    const { lanes } = this.#parts
    try {
      const batch = lane.read(this.#max_lines, MAX_BYTES)
      if (batch === null) lanes.drained(lane)
      return batch
    } catch (error) {
      lanes.failed('read', error)
      return null
    }
  }

  /** Tries until the server has taken them; false when it is time to stop. */
  async #sendBatch(lane: Lane, lines: readonly string[], due: readonly string[]): Promise<boolean> {
    const { send, clock, lanes } = this.#parts
    let ahead_ms = Number.POSITIVE_INFINITY
    for (let beats = due; !this.#stopping.signal.aborted; beats = []) {
      const named = withoutTimesFrom(lane.names.apply(lines), ahead_ms)
      const lives = beats.map((task_id) => heartbeatEvent(lanes.own.names.nameOf(task_id)))
      if (named.length + lives.length === 0) return true
      const result = await send([...named, ...lives], this.#stopping.signal)
      this.#tried_at = clock.monotonic()
      if (result.kind === 'too_large') return await this.#sendLess(lane, lines)
      if (result.kind !== 'taken') {
        await this.#failed(result)
        continue
      }
      this.connected = true
      this.error = null
      this.#backOff.reset()
      this.#max_lines = Math.min(MAX_LINES, this.#max_lines * 2)
      const { report } = result
      // A clock of ours that is ahead must not cost an event: what was taken is a duplicate when it comes again.
      const earliest_ms = earliestAhead(named, report)
      if (earliest_ms < ahead_ms) {
        ahead_ms = earliest_ms
        continue
      }
      // The answer does not name all that were refused, and a start may be among them.
      if (report.rejected > report.errors.length && lines.length > 1)
        return await this.#sendHalves(lane, lines)
      if (this.#taken(lane, named, report)) return true
    }
    return false
  }

  /** False when the same lines have to be sent again, under other names. */
  #taken(lane: Lane, named: readonly string[], report: IngestReport): boolean {
    const { starts, running, lanes } = this.#parts
    const ours = lane === lanes.own
    const { again, told } = starts.learn(lane.names, named, report, ours)
    if (again) return false
    const refusals = report.errors.filter(({ index }) => index < named.length)
    const refused = refusals.length - told
    this.refused += refused
    this.delivered += named.length - refusals.length
    if (refused > 0) {
      const why = refusals.find(({ parameter }) => parameter !== 'task_id') ?? refusals[0]
      this.error = `The server took ${refused} events for wrong: ${why?.error ?? ''}`.trim()
    }
    if (ours && running.size > 0) running.heardOf(headsOf(named, lane))
    return true
  }

  async #failed(result: Extract<SendResult, { kind: 'later' | 'refused' }>): Promise<void> {
    this.connected = false
    this.error = result.error
    this.#parts.starts.giveUpAll()
    if (this.#one_try_left) this.#stopping.abort()
    if (this.#stopping.signal.aborted) return
    const asked_ms = result.kind === 'later' ? result.after_ms : null
    const duration_ms = this.#backOff.next(asked_ms, result.kind === 'refused')
    const woken = new AbortController()
    this.#wait = {
      asked: asked_ms !== null,
      end: () => {
        woken.abort()
      },
    }
    const signal = AbortSignal.any([woken.signal, this.#stopping.signal])
    await this.#parts.clock.sleep(duration_ms, signal).catch(() => undefined)
    this.#wait = null
  }

  async #sendLess(lane: Lane, lines: readonly string[]): Promise<boolean> {
    if (lines.length > 1) {
      this.#max_lines = Math.max(1, Math.floor(lines.length / 2))
      return await this.#sendHalves(lane, lines)
    }
    this.refused += lines.length
    this.error = 'An event is too large for the server.'
    return true
  }

  async #sendHalves(lane: Lane, lines: readonly string[]): Promise<boolean> {
    const middle = Math.ceil(lines.length / 2)
    const first = await this.#sendBatch(lane, lines.slice(0, middle), [])
    return first && (await this.#sendBatch(lane, lines.slice(middle), []))
  }
}

/** With the task ids that their jobs know. */
function headsOf(lines: readonly string[], lane: Lane): EventHead[] {
  return lines.flatMap((line) => {
    const head = headOf(line)
    return head === null ? [] : [{ ...head, task_id: lane.names.originalOf(head.task_id) }]
  })
}
