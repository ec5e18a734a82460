import type { SourceContent } from './source-content.ts'

const NEWLINE = 10

/** The part of a content that is in memory: one buffer, used again and again, that starts at a line. */
export class LineWindow {
  readonly #content: SourceContent
  #buffer: Buffer
  #filled = 0
  #offset: number
  #has_ended = false
  #failure: unknown

  /** @param offset where the first byte that `content` gives stands */
  constructor(content: SourceContent, offset: number, capacity: number) {
    this.#content = content
    this.#offset = offset
    this.#buffer = Buffer.allocUnsafeSlow(capacity)
  }

  /** Where the window's first byte stands in the content. */
  get offset(): number {
    return this.#offset
  }

  get filled(): number {
    return this.#filled
  }

  get capacity(): number {
    return this.#buffer.length
  }

  /** Whether nothing comes after the window, be it the end or a failure. */
  get has_ended(): boolean {
    return this.#has_ended
  }

  /** What reading failed with, once the bytes before it are in the window. */
  get failure(): unknown {
    return this.#failure
  }

  /** Reads on until the window holds `wanted` bytes, is full, or has ended. */
  async fill(wanted: number): Promise<void> {
    const target = Math.min(wanted, this.#buffer.length)
    try {
      while (!this.#has_ended && this.#filled < target) {
        const read = await this.#content.read(this.#buffer, this.#filled, target - this.#filled)
        this.#filled += read
        this.#has_ended = read === 0
      }
    } catch (error) {
      this.#has_ended = true
      this.#failure = error
    }
  }

  /** Behind the first newline at or after `at`; 0 when there is none. */
  lineEndAfter(at: number): number {
    return at < this.#filled ? this.#buffer.subarray(0, this.#filled).indexOf(NEWLINE, at) + 1 : 0
  }

  /** Behind the last newline; 0 when there is none. */
  lastLineEnd(): number {
    return this.#filled === 0 ? 0 : this.#buffer.lastIndexOf(NEWLINE, this.#filled - 1) + 1
  }

  /** The first bytes, valid until the window is filled, grows or drops them. */
  head(length: number): Buffer {
    return this.#buffer.subarray(0, length)
  }

  drop(length: number): void {
    this.#buffer.copyWithin(0, length, this.#filled)
    this.#filled -= length
    this.#offset += length
  }

  grow(): void {
    const larger = Buffer.allocUnsafeSlow(this.#buffer.length * 2)
    this.#buffer.copy(larger, 0, 0, this.#filled)
    this.#buffer = larger
  }
}
