import type { Choice } from './sync-filters.ts'
import { SYNC_FILTERS, TROUBLE, withFilter, type SyncFilter } from './sync-filters.ts'

/** `name:value`, with quotes around a value that has spaces in it, or a word alone. */
const TOKEN = /(?:(\w+):)?(?:"([^"]*)"?|(\S+))/g

export interface ReadTokens {
  readonly address: URLSearchParams
  /** Names that no filter has; then nothing is to be changed. */
  readonly unknown: readonly string[]
}

const filterOf = (token: string): SyncFilter | undefined =>
  SYNC_FILTERS.find((filter) => filter.token === token || filter.name === token)

/** What an address becomes when this is searched for: `user:42 status:failed "took too long"`. */
export function readTokens(text: string, address: URLSearchParams): ReadTokens {
  const unknown: string[] = []
  const words: string[] = []
  let changed = address
  for (const [whole, name, quoted, plain] of text.matchAll(TOKEN)) {
    const value = quoted ?? plain ?? ''
    if (name === undefined) {
      // A name whose value is not there yet says nothing.
      if (!whole.endsWith(':')) words.push(value)
      continue
    }
    const filter = filterOf(name)
    // A time or an address of the web has a colon, too.
    if (filter === undefined) {
      if (/^\d/.test(name) || value.startsWith('//')) words.push(whole)
      else unknown.push(name)
    } else changed = withFilter(changed, filter.name, valueOf(filter, value, changed))
  }
  if (words.length > 0) changed = withFilter(changed, 'text', words.join(' '))
  return { address: changed, unknown }
}

/** Statuses come together; of all else the last counts. */
function valueOf({ name, kind }: SyncFilter, value: string, address: URLSearchParams): string {
  if (kind !== 'several') return value
  const meant = value === 'trouble' ? TROUBLE : value.replaceAll(/\brunning\b/g, 'in_progress')
  const before = address.get(name) ?? ''
  const all = [...before.split(','), ...meant.split(',')].filter((each) => each !== '')
  return [...new Set(all)].join(',')
}

export interface Suggestion {
  /** The whole text when it is taken. */
  readonly text: string
  readonly token: string
  readonly words: string
  /** Whether the text is then to be searched for, or goes on with a value. */
  readonly complete: boolean
}

/** Values that the list shows, by the name of the filter. */
export type SeenValues = Readonly<Record<string, readonly string[]>>

const MOST = 8

/** What the last word of the text may become. */
export function suggestionsFor(text: string, seen: SeenValues): readonly Suggestion[] {
  const [before, last] = splitLast(text)
  const colon = last.indexOf(':')
  if (colon === -1) {
    return SYNC_FILTERS.filter(({ token, words }) => startsWith(token, last) || startsWith(words, last))
      .slice(0, last === '' ? SYNC_FILTERS.length : MOST)
      .map(({ token, words, hint }) => ({
        text: `${before}${token}:`,
        token: `${token}:`,
        words: `${words}, such as ${hint}`,
        complete: false,
      }))
  }
  const filter = filterOf(last.slice(0, colon))
  if (filter === undefined) return []
  const begun = last.slice(colon + 1).replace('"', '')
  return choicesOf(filter, seen)
    .filter(({ value, words }) => startsWith(value, begun) || startsWith(words, begun))
    .slice(0, MOST)
    .map(({ value, words }) => {
      const token = `${filter.token}:${/[\s"]/.test(value) ? `"${value}"` : value}`
      return { text: `${before}${token}`, token, words, complete: true }
    })
}

function choicesOf({ name, kind, choices }: SyncFilter, seen: SeenValues): readonly Choice[] {
  if (kind === 'several') return [{ value: 'trouble', words: 'all that went wrong' }, ...choices]
  const shown = (seen[name] ?? []).map((value) => ({ value, words: 'in this list' }))
  return [...choices, ...shown]
}

function splitLast(text: string): readonly [string, string] {
  const quotes = text.split('"').length - 1
  const at = quotes % 2 === 1 ? text.lastIndexOf(' ', text.lastIndexOf('"')) : text.lastIndexOf(' ')
  return [text.slice(0, at + 1), text.slice(at + 1)]
}

const startsWith = (text: string, begun: string): boolean =>
  text.toLowerCase().startsWith(begun.toLowerCase())
