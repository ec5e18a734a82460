import type { Terminal } from './terminal.ts'

const FLUSH_LENGTH = 16_384

/**
 * Lines of data without end: many go out in one write, the first of them as soon as there is nothing else to do, and
 * never half of one.
 */
export class LineFlow {
  readonly #terminal: Terminal
  readonly #beforeWrite: () => void
  #waiting = ''
  #timer: NodeJS.Immediate | undefined

  /** `beforeWrite` is called before each write: what is drawn on the same screen has to go. */
  constructor(terminal: Terminal, beforeWrite: () => void = () => {}) {
    this.#terminal = terminal
    this.#beforeWrite = beforeWrite
  }

  /** Resolves when more can be taken. */
  async add(line: string): Promise<void> {
    this.#waiting += `${line}\n`
    if (this.#waiting.length >= FLUSH_LENGTH) await this.flush()
    else this.#timer ??= setImmediate(() => void this.flush())
  }

  async flush(): Promise<void> {
    clearImmediate(this.#timer)
    this.#timer = undefined
    if (this.#waiting === '') return
    const lines = this.#waiting
    this.#waiting = ''
    this.#beforeWrite()
    await this.#terminal.flow(lines)
  }
}
