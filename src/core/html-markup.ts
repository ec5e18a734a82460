import { printable } from './printable.ts'

/** Markup of our own; whatever else is put into a template is text. */
export class Markup {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

type Value = Markup | string | number | null | readonly (Markup | null)[]

/** A longer text would make the page unusable; both of its ends are shown. */
const LONGEST = 2_000
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

/**
 * A template whose values are text, never markup, unless they were made by this function. Line breaks of the
 * template itself are for its reader and count as a space.
 */
export function html(strings: readonly string[], ...values: readonly Value[]): Markup {
  return new Markup(
    strings.reduce((text, part, index) => text + markupOf(values[index - 1] ?? null) + inOneLine(part), ''),
  )
}

const inOneLine = (part: string): string => part.replaceAll(/\s*\n\s*/g, ' ').replaceAll(' >', '>')

function markupOf(value: Value): string {
  if (value === null) return ''
  if (value instanceof Markup) return value.toString()
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? escaped(value) : value.map((part) => part?.toString() ?? '').join('')
}

/** For text between tags and in quoted attributes. */
function escaped(text: string): string {
  const short =
    text.length <= LONGEST
      ? text
      : `${text.slice(0, LONGEST / 2)} … (${text.length} characters) … ${text.slice(-LONGEST / 2)}`
  return printable(short.toWellFormed()).replaceAll(/[&<>"'`]/g, (sign) => ENTITIES[sign] ?? '')
}
