import type { LogEntry } from '../../core/log-entry.ts'
import type { EntryLane } from './entry-lane.ts'

const BATCH_ENTRIES = 512

/**
 * Several lanes as one, by time; of the same time the earlier lane of the list first. A lane is opened when its time
 * has come and closed at its end, so that as many files are open as have lines of one and the same time.
 */
export class LaneMerge {
  /** By when they start. */
  readonly #waiting: EntryLane[]
  /** In the order of the list. */
  #open: EntryLane[]
  readonly #ranks: ReadonlyMap<EntryLane, number>

  /** @param lanes looked at already */
  constructor(lanes: readonly EntryLane[]) {
    this.#ranks = new Map(lanes.map((lane, rank) => [lane, rank]))
    this.#open = lanes.filter((lane) => lane.is_open)
    this.#waiting = lanes.filter((lane) => !lane.is_open && !lane.is_done)
    this.#waiting.sort((a, b) => a.starts_ms - b.starts_ms)
  }

  /** The next entries, at most some hundred; none at the end. */
  async next(): Promise<LogEntry[]> {
    await this.#prepare()
    const batch: LogEntry[] = []
    for (let lane = this.#earliestOpen(); lane; lane = this.#earliestOpen()) {
      const limit_ms = this.#earliestBesides(lane)
      for (let head = lane.head; head && head.timestamp_ms <= limit_ms; head = lane.head) {
        if (batch.length === BATCH_ENTRIES) return batch
        lane.take()
        batch.push(head)
      }
      // Only entries that no lane can still undercut: one that has to read on first may.
      if (!lane.head || lane.head.timestamp_ms >= this.#waitingFrom()) break
    }
    return batch
  }

  /** Reads on where entries have run out, and opens the lanes that could have the next entry. */
  async #prepare(): Promise<void> {
    for (;;) {
      await this.#refillOpen()
      const [waiting] = this.#waiting
      const head = this.#earliestOpen()?.head
      if (!waiting || (head && head.timestamp_ms < waiting.starts_ms)) return
      this.#waiting.shift()
      await waiting.open()
      this.#open.push(waiting)
      this.#open.sort((a, b) => (this.#ranks.get(a) ?? 0) - (this.#ranks.get(b) ?? 0))
    }
  }

  async #refillOpen(): Promise<void> {
    let some_done = false
    for (const lane of this.#open) {
      while (!lane.head && !lane.is_done) await lane.refill()
      if (!lane.is_done) continue
      await lane.close()
      some_done = true
    }
    if (some_done) this.#open = this.#open.filter((lane) => !lane.is_done)
  }

  #earliestOpen(): EntryLane | undefined {
    let earliest: EntryLane | undefined
    for (const lane of this.#open) {
      if (!earliest || timeOf(lane) < timeOf(earliest)) earliest = lane
    }
    return earliest
  }

  #waitingFrom(): number {
    return this.#waiting[0]?.starts_ms ?? Number.POSITIVE_INFINITY
  }

  #earliestBesides(lane: EntryLane): number {
    let earliest_ms = this.#waitingFrom()
    for (const other of this.#open) if (other !== lane) earliest_ms = Math.min(earliest_ms, timeOf(other))
    return earliest_ms
  }
}

function timeOf(lane: EntryLane): number {
  return lane.head?.timestamp_ms ?? Number.POSITIVE_INFINITY
}
