import { once } from 'node:events'
import { styleText } from 'node:util'
import { UNPRINTABLE } from '../core/printable.ts'

export { printable } from '../core/printable.ts'

type Style = Parameters<typeof styleText>[0]

/** JSON without a sign that a terminal would obey. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    UNPRINTABLE,
    (sign) => String.raw`\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

export interface TerminalOptions {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** A part of the screen that is drawn again and again; other lines have to go above it. */
export interface Display {
  print(line: string): void
}

/** Where a command writes: data on stdout, messages and progress on stderr. */
export class Terminal {
  readonly #options: TerminalOptions
  /** What is drawn on the screen now, if anything. */
  display: Display | null = null
  /** Set by `--quiet`: no messages but errors. */
  quiet = false
  /** Set by `--no-color`. */
  plain = false
  #reader_gone: AbortSignal | null = null

  constructor(options: TerminalOptions) {
    this.#options = options
  }

  /** A line of data. */
  data(line: string): void {
    this.#options.stdout.write(`${line}\n`)
  }

  /** A value as one line of JSON. */
  json(value: unknown): void {
    this.data(jsonText(value))
  }

  /** Lines of data, each with its newline; resolves when more can be taken. For those who write without end. */
  async flow(lines: string): Promise<void> {
    const signal = this.reader_gone
    const { stdout } = this.#options
    if (signal.aborted || stdout.write(lines)) return
    await once(stdout, 'drain', { signal }).catch(() => {})
  }

  /** Aborts when nobody takes the data any more, as behind `| head`. */
  get reader_gone(): AbortSignal {
    if (this.#reader_gone === null) {
      const gone = new AbortController()
      this.#options.stdout.once('error', () => {
        gone.abort()
      })
      this.#reader_gone = gone.signal
    }
    return this.#reader_gone
  }

  /** Whether the data goes to a person's screen. */
  get shows_data(): boolean {
    return this.#options.stdout.isTTY
  }

  /** Columns of the screen that the data goes to; 80 where it goes elsewhere. */
  get data_columns(): number {
    const { stdout } = this.#options
    return stdout.isTTY && stdout.columns ? stdout.columns : 80
  }

  /** Whether more than ASCII can be shown: the locale says UTF-8, or nothing. */
  get unicode(): boolean {
    const { environment } = this.#options
    const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || 'UTF-8'
    return environment['TERM'] !== 'dumb' && /utf-?8/i.test(locale)
  }

  /** A line for people. */
  message(line: string): void {
    if (this.quiet) return
    if (this.display === null) this.#options.stderr.write(`${line}\n`)
    else this.display.print(line)
  }

  /** A line that is written in any case. */
  error(line: string): void {
    this.#options.stderr.write(`${line}\n`)
  }

  /** Raw text to stderr, for a display that redraws itself. */
  draw(text: string): void {
    this.#options.stderr.write(text)
  }

  /** Whether messages go to a person's screen that can be redrawn. */
  get interactive(): boolean {
    return this.#options.stderr.isTTY && this.#options.environment['TERM'] !== 'dumb'
  }

  /** Columns and rows of the screen; 100 × 24 where there is none. */
  get size(): { readonly columns: number; readonly rows: number } {
    const { stderr } = this.#options
    return { columns: stderr.columns || 100, rows: stderr.rows || 24 }
  }

  /** Coloured where `stream` shows colours: not in a pipe, with NO_COLOR, a dumb terminal or --no-color. */
  style(style: Style, text: string, stream: 'stdout' | 'stderr' = 'stderr'): string {
    const { environment } = this.#options
    const target = this.#options[stream]
    const coloured = !this.plain && target.isTTY && environment['TERM'] !== 'dumb' && !environment['NO_COLOR']
    return coloured ? styleText(style, text, { validateStream: false }) : text
  }
}
