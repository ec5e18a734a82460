import type { ShippedLine } from '../shipping/shipped-line.ts'

const STUCK_MS = 3_600_000

/**
 * Since when requests fail that begin with the same line. Some collectors answer 500 where a line is bad: what fails for an
 * hour, while others are taken, is not failing for the moment.
 */
export class StuckRequest {
  #line = ''
  #since_ms = 0

  failed(first: ShippedLine, now_ms: number): void {
    if (this.#line === nameOf(first)) return
    this.#line = nameOf(first)
    this.#since_ms = now_ms
  }

  isStuck(first: ShippedLine, now_ms: number): boolean {
    return this.#line === nameOf(first) && now_ms - this.#since_ms >= STUCK_MS
  }
}

const nameOf = ({ entry }: ShippedLine): string => `${entry.timestamp_ms} ${entry.seq} ${entry.writer}`
