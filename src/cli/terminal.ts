import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Control, direction-changing and other invisible characters that could drive or fool a terminal. */
const UNPRINTABLE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

/** Text from outside (a course's name) as it may stand on a terminal: in one line, without control characters. */
export function printable(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll(UNPRINTABLE, '\ufffd')
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

  constructor(options: TerminalOptions) {
    this.#options = options
  }

  /** A line of data. */
  data(line: string): void {
    this.#options.stdout.write(`${line}\n`)
  }

  /** A value as one line of JSON, without a sign that a terminal would obey. */
  json(value: unknown): void {
    this.data(
      JSON.stringify(value).replaceAll(
        UNPRINTABLE,
        (sign) => String.raw`\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
      ),
    )
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
