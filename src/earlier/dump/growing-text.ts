/**
 * A text that comes in pieces and is read from its beginning. What lies before {@link at} is forgotten with the next piece,
 * so that any length is read in flat memory.
 */
export class GrowingText {
  readonly #pieces: AsyncIterator<string>
  /** What is known of it, from some place on. */
  text = ''
  /** How far it is read. */
  at = 0
  ended = false

  constructor(pieces: AsyncIterable<string>) {
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  /** What is known and not read. */
  get left(): number {
    return this.text.length - this.at
  }

  /** One more piece, or as many as there is unread text: reading the same again and again would cost the square. */
  async more(): Promise<void> {
    const wanted = Math.max(1, this.left)
    const parts = [this.text.slice(this.at)]
    this.at = 0
    for (let got = 0; got < wanted && !this.ended;) {
      const { done, value } = await this.#pieces.next()
      if (done === true) this.ended = true
      else {
        parts.push(value)
        got += value.length
      }
    }
    this.text = parts.join('')
  }

  /** So many characters, or all that there are. */
  async ensure(characters: number): Promise<void> {
    while (this.left < characters && !this.ended) await this.more()
  }

  async close(): Promise<void> {
    await this.#pieces.return?.()
  }
}
