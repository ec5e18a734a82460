const MOST_BYTES = 8192
const MOST_LINES = 10

/** The last bytes of an output of any length. */
export class OutputTail {
  #chunks: Buffer[] = []
  #bytes = 0

  add(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    // Joined only now and then, so that a long output of short lines costs nothing.
    if (this.#bytes > 16 * MOST_BYTES) this.#cut()
  }

  /** Its last lines; what was cut in the middle of a letter or a line is left out. */
  text(): string {
    const was_cut = this.#bytes > MOST_BYTES || this.#was_cut
    this.#cut()
    const text = Buffer.concat(this.#chunks).toString('utf8')
    const lines = text.trimEnd().split(/\r\n|\n|\r/)
    return lines
      .slice(was_cut && lines.length > 1 ? Math.max(1, lines.length - MOST_LINES) : -MOST_LINES)
      .join('\n')
  }

  #was_cut = false

  #cut(): void {
    if (this.#bytes <= MOST_BYTES) return
    const kept = Buffer.concat(this.#chunks).subarray(-MOST_BYTES)
    this.#chunks = [Buffer.from(kept)]
    this.#bytes = kept.length
    this.#was_cut = true
  }
}
