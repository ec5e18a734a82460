import type { FreshnessRecord } from '../../../src/api/freshness/freshness.ts'
import type { FreshnessVerdict } from '../../../src/core/freshness-verdict.ts'
import { durationText } from '../parts/number-text.ts'

/** The lists that one token reads of one Canvas, in a line. */
export interface SourceFreshness {
  readonly source_id: number
  readonly base_url: string
  readonly words: string
  /** The worst of its lists. */
  readonly verdict: FreshnessVerdict
  readonly lists: number
  /** Lists of which no read ever came to its end. */
  readonly never: number
  /** Lists whose last whole read is older than the target. */
  readonly stale: number
  readonly deletions_held: number
  /** When the stalest of those that were ever read whole was, epoch milliseconds; null when there is none. */
  readonly oldest_ms: number | null
  /** Which list that is. */
  readonly oldest_words: string | null
}

/** A duration that is round for people, such as a target: `24 h`. */
export const targetText = (seconds: number): string => durationText(seconds).replace(/ 0 (?:s|min|h)$/, '')

const hostOf = (base_url: string): string => URL.parse(base_url)?.host ?? base_url

const wordsOf = ({ entity, course_id }: FreshnessRecord): string =>
  course_id === null ? entity.replaceAll('_', ' ') : `${entity.replaceAll('_', ' ')} of course ${course_id}`

/** The worst source first: one of which a list was never read whole, then by age. */
export function bySource(records: readonly FreshnessRecord[]): SourceFreshness[] {
  const sources = new Map<number, SourceFreshness>()
  for (const record of records) {
    const { source_id, base_url, canvas_user_id, last_complete_at, verdict } = record
    const known = sources.get(source_id) ?? {
      source_id,
      base_url,
      words: `${hostOf(base_url)}${canvas_user_id === null ? '' : `, user ${canvas_user_id}`}`,
      verdict: 'fresh',
      lists: 0,
      never: 0,
      stale: 0,
      deletions_held: 0,
      oldest_ms: null,
      oldest_words: null,
    }
    const at_ms = last_complete_at === null ? null : Date.parse(last_complete_at)
    const older = at_ms !== null && (known.oldest_ms === null || at_ms < known.oldest_ms)
    sources.set(source_id, {
      ...known,
      verdict: worseOf(known.verdict, verdict),
      lists: known.lists + 1,
      never: known.never + (verdict === 'never' ? 1 : 0),
      stale: known.stale + (verdict === 'stale' ? 1 : 0),
      deletions_held: known.deletions_held + record.deletions_held,
      ...(older ? { oldest_ms: at_ms, oldest_words: wordsOf(record) } : {}),
    })
  }
  return [...sources.values()].sort(
    (a, b) =>
      badness(b.verdict) - badness(a.verdict) ||
      (a.oldest_ms ?? 0) - (b.oldest_ms ?? 0) ||
      a.source_id - b.source_id,
  )
}

const BADNESS: Readonly<Record<FreshnessVerdict, number>> = { final: 0, fresh: 0, stale: 1, never: 2 }
const badness = (verdict: FreshnessVerdict): number => BADNESS[verdict]
const worseOf = (a: FreshnessVerdict, b: FreshnessVerdict): FreshnessVerdict =>
  badness(b) > badness(a) ? b : a
