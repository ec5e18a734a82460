import { ageText } from '../parts/number-text.ts'
import { targetText, type SourceFreshness } from './source-freshness.ts'

export interface TrustFacts {
  /** How many syncs went wrong. */
  readonly troubled: number
  /** Of how many of them somebody muted or resolved the error. */
  readonly settled: number
  /** There are more than that. */
  readonly more_troubled: boolean
  readonly period_words: string
  readonly sources: readonly SourceFreshness[]
  readonly target_seconds: number
  readonly now_ms: number
}

export interface TrustWords {
  readonly words: string
  /** Nothing speaks against the data. */
  readonly well: boolean
}

const counted = (count: number, one: string, several: string): string =>
  count === 1 ? `1 ${one}` : `${count} ${several}`

/** Whether the data is fresh, complete and true, before any figure. */
export function trustWords(facts: TrustFacts): TrustWords {
  const { troubled, settled, more_troubled, period_words, sources, target_seconds, now_ms } = facts
  const sum = (of: 'never' | 'stale' | 'deletions_held' | 'lists'): number =>
    sources.reduce((total, source) => total + source[of], 0)
  const [never, stale, held] = [sum('never'), sum('stale'), sum('deletions_held')]
  const oldest_ms = Math.min(...sources.map(({ oldest_ms: at_ms }) => at_ms ?? Number.POSITIVE_INFINITY))
  const age = Number.isFinite(oldest_ms) ? ageText(Math.max(0, (now_ms - oldest_ms) / 1000)) : null
  const well = troubled === 0 && never === 0 && stale === 0 && held === 0
  const settledWords = settled > 0 && !more_troubled ? `, ${settled} of them muted or resolved` : ''
  const parts = [
    troubled === 0
      ? `Nothing went wrong in the last ${period_words}.`
      : `${more_troubled ? 'More than ' : ''}${counted(troubled, 'sync', 'syncs')} went wrong in the last ${period_words}${settledWords}.`,
    never === 0 ? null : `${counted(never, 'list was', 'lists were')} never read whole.`,
    stale === 0
      ? null
      : `${counted(stale, 'list is', 'lists are')} older than ${targetText(target_seconds)}, the oldest ${age ?? 'unknown'}.`,
    held === 0 ? null : `${counted(held, 'deletion is', 'deletions are')} held back.`,
    sources.length > 0 && never === 0 && stale === 0 && age !== null
      ? `The data is fresh and whole: the oldest is ${age} old.`
      : null,
  ]
  return { words: parts.filter((part) => part !== null).join(' '), well }
}
