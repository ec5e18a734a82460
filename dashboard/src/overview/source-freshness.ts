import type { FreshnessRecord } from '../../../src/api/freshness/freshness.ts'

/** The lists that one token reads of one Canvas, in a line. */
export interface SourceFreshness {
  readonly source_id: number
  readonly words: string
  readonly lists: number
  /** Lists of which no read ever came to its end. */
  readonly never: number
  readonly deletions_held: number
  /** When the stalest of the others was last read whole, epoch milliseconds; null when there is none. */
  readonly oldest_ms: number | null
  /** Which list that is. */
  readonly oldest_words: string | null
}

const hostOf = (base_url: string): string => URL.parse(base_url)?.host ?? base_url

const wordsOf = ({ entity, course_id }: FreshnessRecord): string =>
  course_id === null ? entity.replaceAll('_', ' ') : `${entity.replaceAll('_', ' ')} of course ${course_id}`

/** The stalest source first; one of which a list was never read whole comes before all others. */
export function bySource(records: readonly FreshnessRecord[]): SourceFreshness[] {
  const sources = new Map<number, SourceFreshness>()
  for (const record of records) {
    const { source_id, base_url, canvas_user_id, last_complete_at } = record
    const known = sources.get(source_id) ?? {
      source_id,
      words: `${hostOf(base_url)}${canvas_user_id === null ? '' : `, user ${canvas_user_id}`}`,
      lists: 0,
      never: 0,
      deletions_held: 0,
      oldest_ms: null,
      oldest_words: null,
    }
    const at_ms = last_complete_at === null ? null : Date.parse(last_complete_at)
    const older = at_ms !== null && (known.oldest_ms === null || at_ms < known.oldest_ms)
    sources.set(source_id, {
      ...known,
      lists: known.lists + 1,
      never: known.never + (at_ms === null ? 1 : 0),
      deletions_held: known.deletions_held + record.deletions_held,
      ...(older ? { oldest_ms: at_ms, oldest_words: wordsOf(record) } : {}),
    })
  }
  return [...sources.values()].sort(
    (a, b) => Math.sign(b.never) - Math.sign(a.never) || (a.oldest_ms ?? 0) - (b.oldest_ms ?? 0),
  )
}
