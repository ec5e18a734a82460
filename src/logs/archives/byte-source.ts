const EMPTY = Buffer.alloc(0)

/** The bytes of an iterable of chunks, asked for in other sizes than they come in. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = EMPTY

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** At least one byte and at most `limit`; undefined at the end. */
  async some(limit: number): Promise<Buffer | undefined> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#chunks.next()
      if (done) return undefined
      this.#rest = value
    }
    const bytes = this.#rest.subarray(0, limit)
    this.#rest = this.#rest.subarray(bytes.length)
    return bytes
  }

  /**
   * Undefined at the end.
   * @throws Error when it ends within these bytes
   */
  async exactly(count: number): Promise<Buffer | undefined> {
    const first = await this.some(count)
    if (!first || first.length === count) return first
    const parts = [first]
    for (let left = count - first.length; left > 0;) {
      const part = await this.some(left)
      if (!part) throw new Error('the archive ends too early')
      parts.push(part)
      left -= part.length
    }
    return Buffer.concat(parts, count)
  }

  /** @throws Error when it ends within these bytes */
  async skip(count: number): Promise<void> {
    for (let left = count; left > 0;) {
      const part = await this.some(left)
      if (!part) throw new Error('the archive ends too early')
      left -= part.length
    }
  }
}
