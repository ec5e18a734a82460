import { stripVTControlCharacters } from 'node:util'
import type { Display, Terminal } from '../terminal.ts'
import { cutText, textWidth } from '../text-width.ts'

const REDRAW_MS = 100
const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'
const CLEAR_BELOW = '\u001b[0J'

/** A few lines at the bottom of the screen that are drawn again and again; other lines scroll above them. */
export class LiveDisplay implements Display {
  readonly #terminal: Terminal
  readonly #lines: () => readonly string[]
  #drawn = 0
  #timer: NodeJS.Timeout | undefined
  readonly #restoreCursor = (): void => {
    this.#terminal.draw(SHOW_CURSOR)
  }

  /** `lines` is asked for the lines of the moment; they are cut to the screen. */
  constructor(terminal: Terminal, lines: () => readonly string[]) {
    this.#terminal = terminal
    this.#lines = lines
  }

  start(): void {
    this.#terminal.display = this
    this.#terminal.draw(HIDE_CURSOR)
    // A process that is ended in mid-display must not leave a terminal without cursor.
    process.once('exit', this.#restoreCursor)
    this.#timer = setInterval(() => {
      this.draw()
    }, REDRAW_MS)
    this.#timer.unref()
  }

  /** A line that stays, above the display. */
  print(line: string): void {
    this.#terminal.draw(`${this.#upAndClear()}${line}\n`)
    this.#drawn = 0
    this.draw()
  }

  draw(): void {
    const { columns, rows } = this.#terminal.size
    const lines = this.#lines()
      .slice(0, Math.max(1, rows - 2))
      .map((line) => cut(line, columns - 1))
    this.#terminal.draw(this.#upAndClear() + lines.map((line) => `${line}\n`).join(''))
    this.#drawn = lines.length
  }

  /** Takes the display away. */
  stop(): void {
    this.#terminal.display = null
    clearInterval(this.#timer)
    process.off('exit', this.#restoreCursor)
    this.#terminal.draw(this.#upAndClear() + SHOW_CURSOR)
    this.#drawn = 0
  }

  #upAndClear(): string {
    return this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A\r${CLEAR_BELOW}`
  }
}

/** A line that is longer than the screen would wrap and shift all that is drawn over it. */
function cut(line: string, columns: number): string {
  const bare = stripVTControlCharacters(line)
  return textWidth(bare) <= columns ? line : cutText(bare, columns)
}
