import type { ReactNode } from 'react'
import type { FreshnessVerdict } from '../../../src/core/freshness-verdict.ts'
import { countText, durationText } from '../parts/number-text.ts'
import { Ago, useNow } from '../parts/time-text.tsx'
import type { SourceFreshness } from './source-freshness.ts'

/** Shape and word say what the colour says. */
const MARKS: Readonly<
  Record<FreshnessVerdict, { readonly shape: string; readonly words: string; readonly tone: string }>
> = {
  never: { shape: '✕', words: 'Never read whole', tone: 'bad' },
  stale: { shape: '◐', words: 'Stale', tone: 'warn' },
  fresh: { shape: '✓', words: 'Fresh', tone: 'good' },
  final: { shape: '✓', words: 'Final', tone: 'good' },
}

interface SourceRowProps {
  readonly source: SourceFreshness
  readonly target_seconds: number
}

/** One source: how old its oldest data is beside the target. */
export function SourceRow({ source, target_seconds }: SourceRowProps): ReactNode {
  const { words, verdict, lists, never, stale, deletions_held, oldest_ms, oldest_words } = source
  const { shape, words: verdict_words, tone } = MARKS[verdict]
  const facts = [
    `${countText(lists)} ${lists === 1 ? 'list' : 'lists'}`,
    never === 0 ? null : `${countText(never)} never read whole`,
    stale === 0 ? null : `${countText(stale)} stale`,
    deletions_held === 0 ? null : `${countText(deletions_held)} deletions held`,
    oldest_words === null ? null : `oldest: ${oldest_words}`,
  ].filter((fact) => fact !== null)
  return (
    <li>
      <p className="source-head">
        <span className={`verdict verdict-${tone}`}>
          <span aria-hidden="true">{shape}</span> {verdict_words}
        </span>
        <span className="source-name">{words}</span>
        <span className="numeric">{oldest_ms === null ? 'never' : <Ago at_ms={oldest_ms} />}</span>
      </p>
      <AgeBar oldest_ms={oldest_ms} target_seconds={target_seconds} tone={tone} />
      <p className="source-facts">
        {facts.map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      </p>
    </li>
  )
}

interface AgeBarProps {
  readonly oldest_ms: number | null
  readonly target_seconds: number
  readonly tone: string
}

/** The age in a bar that is full at twice the target; a line marks the target. */
function AgeBar({ oldest_ms, target_seconds, tone }: AgeBarProps): ReactNode {
  const now_ms = useNow()
  const age_s = oldest_ms === null ? null : Math.max(0, (now_ms - oldest_ms) / 1000)
  const part = age_s === null ? 0 : Math.min(1, age_s / (2 * target_seconds))
  const words =
    age_s === null
      ? 'No age'
      : `${durationText(Math.floor(age_s))} old, ${Math.round((100 * age_s) / target_seconds)} % of the target`
  return (
    <svg className="age-bar" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label={words}>
      <rect className="bar-ground" width="100" height="6" />
      <rect className={`age age-${tone}`} width={100 * part} height="6" />
      <rect className="age-target" x="49.8" width="0.4" height="6" />
    </svg>
  )
}
