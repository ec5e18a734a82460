import { systemErrorCode } from '../core/errors.ts'
import type { Lane } from './spool/lane.ts'
import type { AdoptOptions, Spool } from './spool/spool.ts'

/** The lanes that this process delivers: its own, and those that it has taken over. */
export class SpoolLanes {
  readonly own: Lane
  readonly #spool: Spool
  #adopted: Lane[] = []
  /** One sentence about the disk; null when it does what it should. */
  error: string | null = null

  constructor(spool: Spool) {
    this.#spool = spool
    this.own = spool.own
  }

  get bytes(): number {
    return this.#adopted.reduce((sum, lane) => sum + lane.bytes, this.own.bytes)
  }

  all(): readonly Lane[] {
    return [this.own, ...this.#adopted]
  }

  /** Says whether there is something new to deliver. */
  adopt(options?: AdoptOptions): boolean {
    try {
      const lanes = this.#spool.adopt(options)
      this.#adopted.push(...lanes)
      return lanes.length > 0
    } catch (error) {
      this.failed('read', error)
      return false
    }
  }

  /** Nothing is left of it. */
  drained(lane: Lane): void {
    if (lane === this.own) return
    this.#adopted = this.#adopted.filter((other) => other !== lane)
    this.#spool.release(lane)
  }

  failed(doing: 'read' | 'written', error: unknown): void {
    this.error = `The spool cannot be ${doing} (${systemErrorCode(error) ?? 'unknown'}).`
  }

  /** What is not delivered is left to the next process. */
  close(): void {
    for (const lane of this.all()) {
      try {
        this.#spool.release(lane)
      } catch (error) {
        this.failed('written', error)
      }
    }
  }
}
