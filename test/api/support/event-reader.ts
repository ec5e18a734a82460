export interface ServerEvent {
  /** `message` when it has none, as browsers have it. */
  readonly event: string
  readonly id: string | null
  readonly data: string
}

/** Reads server-sent events as a browser does: blocks between empty lines, comments left out. */
export class EventReader {
  readonly response: Response
  readonly #reader: ReadableStreamDefaultReader<string>
  #text = ''
  /** The last id, also of a block without data. */
  last_id = ''
  comments = 0

  constructor(response: Response) {
    this.response = response
    if (response.body === null) throw new Error('an answer without a body')
    this.#reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  }

  /** The next event with data; null at the end. */
  async next(): Promise<ServerEvent | null> {
    for (;;) {
      const event = this.#readBlock()
      if (event === undefined) {
        const { done, value } = await this.#reader.read()
        if (done) return null
        this.#text += value
      } else if (event !== null) return event
    }
  }

  /** The next so many events. */
  async take(count: number): Promise<ServerEvent[]> {
    const events: ServerEvent[] = []
    while (events.length < count) {
      const event = await this.next()
      if (event === null) throw new Error(`it ended after ${events.length} events`)
      events.push(event)
    }
    return events
  }

  async close(): Promise<void> {
    await this.#reader.cancel()
  }

  /** Undefined while there is no whole block; null for one without data. */
  #readBlock(): ServerEvent | null | undefined {
    const end = this.#text.indexOf('\n\n')
    if (end === -1) return undefined
    const block = this.#text.slice(0, end)
    this.#text = this.#text.slice(end + 2)
    let event = 'message'
    let id: string | null = null
    const data: string[] = []
    for (const line of block.split('\n')) {
      const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
      if (name === '') this.comments++
      else if (name === 'event') event = value
      else if (name === 'data') data.push(value)
      else if (name === 'id') {
        id = value
        this.last_id = value
      }
    }
    return data.length === 0 ? null : { event, id, data: data.join('\n') }
  }
}
