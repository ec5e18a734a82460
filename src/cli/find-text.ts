import type { LineFilter } from '../search/log-query.ts'
import type { Finder } from './log-text.ts'

const MOST_SPANS = 100

/**
 * Finds in a message what a search looked for, so that it can be shown; null when it looked for no text, or for an
 * expression that is none (the search itself says so).
 */
export async function finderOf({ text, regex, ignore_case = false }: LineFilter): Promise<Finder | null> {
  if (text !== undefined && text !== '') {
    const expression = new RegExp(RegExp.escape(text), ignore_case ? 'giu' : 'gu')
    return (message) =>
      Array.from(
        message.matchAll(expression),
        (match) => [match.index, match.index + match[0].length] as const,
      )
  }
  return regex === undefined ? null : await regexFinder(regex, ignore_case)
}

/** In linear time, as the search itself: an expression of JavaScript could take for ever. */
async function regexFinder(regex: string, ignore_case: boolean): Promise<Finder | null> {
  const { RE2JS } = await import('re2js')
  try {
    const expression = RE2JS.compile(regex, ignore_case ? RE2JS.CASE_INSENSITIVE : 0)
    return (message) => {
      const spans: (readonly [number, number])[] = []
      const matcher = expression.matcher(message)
      while (spans.length < MOST_SPANS && matcher.find()) {
        if (matcher.end() > matcher.start()) spans.push([matcher.start(), matcher.end()])
      }
      return spans
    }
  } catch {
    return null
  }
}
