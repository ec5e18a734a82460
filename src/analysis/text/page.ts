import { printable } from '../../core/printable.ts'
import { cutText, textWidth } from '../../core/text-width.ts'
import type { Piece, Tone } from '../view/view.ts'
import { bar, inAscii } from './glyphs.ts'
import type { Style } from './style.ts'

export interface PageOptions {
  /** Columns that no line exceeds. */
  readonly width: number
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean
  readonly style: Style
}

type Look = Tone | 'title' | 'chart'

export interface Span {
  readonly text: string
  readonly look?: Look
}

/** Longer texts are not measured sign by sign. */
const LONGEST = 600

/** Lines that fit, whatever is put on them. */
export class Page {
  readonly #options: PageOptions
  readonly #lines: string[] = []

  constructor(options: PageOptions) {
    this.#options = options
  }

  get width(): number {
    return this.#options.width
  }

  get unicode(): boolean {
    return this.#options.unicode
  }

  /** Text as it may stand on the page; of a very long one both ends. */
  clean(text: string): string {
    const short = text.length <= LONGEST ? text : `${text.slice(0, LONGEST / 2)}…${text.slice(-LONGEST / 2)}`
    const shown = printable(short.toWellFormed())
    return this.#options.unicode ? shown : inAscii(shown)
  }

  columnsOf(text: string): number {
    return textWidth(this.clean(text))
  }

  /** At most so many columns; what is too much is left out in the middle, so that both ends stay. */
  fit(text: string, columns: number): string {
    const clean = this.clean(text)
    if (textWidth(clean) <= columns) return clean
    if (columns < 4) return this.clean(cutText(clean, Math.max(1, columns)))
    const behind = Math.floor((columns - 1) / 2)
    return this.clean(cutText(clean, columns - behind) + lastColumns(clean, behind))
  }

  /** Filled up to so many columns on the right, or on the left for numbers. */
  pad(text: string, columns: number, numeric: boolean): string {
    const clean = this.clean(text)
    const space = ' '.repeat(Math.max(0, columns - textWidth(clean)))
    return numeric ? space + clean : clean + space
  }

  bar(share: number, columns: number): string {
    return bar(share, columns, this.#options.unicode)
  }

  blank(): void {
    this.#lines.push('')
  }

  line(...spans: readonly (Span | string)[]): void {
    let left = this.#options.width
    let line = ''
    // Neighbours of one look share their escapes, and so do the spaces between them.
    let run = { text: '', look: 'plain' as Look }
    for (const span of spans) {
      const { text, look = 'plain' } = typeof span === 'string' ? { text: span } : span
      const fitting = this.clean(cutText(this.clean(text), left))
      if (left <= 0 || fitting === '') continue
      left -= textWidth(fitting)
      if (look === run.look || fitting.trim() === '') run.text += fitting
      else {
        line += this.#styled(run)
        run = { text: fitting, look }
      }
    }
    this.#lines.push((line + this.#styled(run)).trimEnd())
  }

  /**
   * Groups of words in as many lines as they need, each line beginning with `indent` spaces; what stands before
   * the first group takes the place of its spaces. A group is broken only where it is wider than a line.
   */
  flow(
    groups: readonly (readonly Piece[])[],
    options: { separator: string; indent: number; before?: Span },
  ): void {
    const { separator, indent, before } = options
    let start: Span = before ?? { text: ' '.repeat(indent) }
    let spans: Span[] = []
    let used = indent
    const end = (): void => {
      if (spans.length > 0 || start.text.trim() !== '') this.line(start, ...spans)
      start = { text: ' '.repeat(indent) }
      spans = []
      used = indent
    }
    const add = (group: readonly Piece[], between: string): void => {
      const columns = this.#columnsOfGroup(group)
      if (spans.length > 0 && used + between.length + columns > this.width) end()
      if (spans.length > 0) {
        spans.push({ text: between, look: 'quiet' })
        used += between.length
      }
      spans.push(...group.flatMap((piece, index) => [...(index > 0 ? [{ text: ' ' }] : []), spanOf(piece)]))
      used += columns
    }
    for (const group of groups) {
      if (indent + this.#columnsOfGroup(group) <= this.width) add(group, separator)
      else for (const [index, word] of wordsOf(group).entries()) add([word], index === 0 ? separator : ' ')
    }
    end()
  }

  /** A sentence in as many lines as it needs. */
  sentence(text: string, look: Tone, options: { indent?: number; before?: Span } = {}): void {
    const { indent = 0, ...rest } = options
    this.flow(
      wordsOf([{ text: this.clean(text), tone: look }]).map((word) => [word]),
      { separator: ' ', indent, ...rest },
    )
  }

  #columnsOfGroup(group: readonly Piece[]): number {
    return group.reduce((sum, { text }) => sum + this.columnsOf(text) + 1, -1)
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`
  }

  /** The spaces around it stay outside, so that those at the end of a line can go. */
  #styled({ text, look }: { readonly text: string; readonly look: Look }): string {
    const shown = text.trim()
    if (look === 'plain' || shown === '') return text
    const from = text.indexOf(shown)
    return text.slice(0, from) + this.#options.style[look](shown) + text.slice(from + shown.length)
  }
}

const spanOf = ({ text, tone = 'plain' }: Piece): Span => ({ text, look: tone })

const wordsOf = (group: readonly Piece[]): Piece[] =>
  group.flatMap((piece) => piece.text.split(' ').map((text) => ({ ...piece, text })))

const SEGMENTER = new Intl.Segmenter()

function lastColumns(text: string, columns: number): string {
  let kept = ''
  let width = 0
  for (const segment of Array.from(SEGMENTER.segment(text), ({ segment }) => segment).toReversed()) {
    width += textWidth(segment)
    if (width > columns) break
    kept = segment + kept
  }
  return kept
}
