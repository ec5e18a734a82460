import type { Mark } from './visible-text.ts'

/** Where what was looked for stands in a text. */
export type Marker = (text: string) => readonly Mark[]

/** Of a text, so much is looked at: what is behind it is seldom seen. */
const LOOKED_AT = 8192
const MOST_MARKS = 200

export const NO_MARKS: Marker = () => []

export interface Wanted {
  readonly text: string
  readonly regex: string
  readonly ignore_case: boolean
}

/** The same rules as the server has for a plain text. */
export function textMarker(text: string, ignore_case: boolean): Marker {
  if (text === '') return NO_MARKS
  if (!ignore_case) return (whole) => marksOf((from) => whole.indexOf(text, from), text.length)
  const expression = new RegExp(text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`), 'gi')
  return (whole) => {
    const findFrom = (from: number): number => {
      expression.lastIndex = from
      return expression.exec(whole)?.index ?? -1
    }
    return marksOf(findFrom, text.length)
  }
}

function marksOf(find: (from: number) => number, length: number): Mark[] {
  const marks: Mark[] = []
  for (let at = find(0); at !== -1 && at < LOOKED_AT && marks.length < MOST_MARKS; at = find(at + length)) {
    marks.push([at, at + length])
  }
  return marks
}

/**
 * Linear in time, as on the server: the browser's own expressions can be made to work for ever. Marks nothing when the
 * expression is wrong; the server says so.
 */
export async function regexMarker(regex: string, ignore_case: boolean): Promise<Marker> {
  // Large; most searches do without.
  const { RE2JS } = await import('re2js')
  try {
    const compiled = RE2JS.compile(regex, ignore_case ? RE2JS.CASE_INSENSITIVE : 0)
    return (whole) => {
      const marks: Mark[] = []
      const matcher = compiled.matcher(whole.slice(0, LOOKED_AT))
      while (marks.length < MOST_MARKS && matcher.find()) {
        if (matcher.end() > matcher.start()) marks.push([matcher.start(), matcher.end()])
      }
      return marks
    }
  } catch {
    return NO_MARKS
  }
}
