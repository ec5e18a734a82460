import type { ReactNode } from 'react'
import type { FreshnessVerdict } from '../../../src/core/freshness-verdict.ts'
import { ageText, countText } from '../parts/number-text.ts'
import type { SignShape } from '../parts/mark.ts'
import { Sign } from '../parts/sign.tsx'
import { Ago, useNow } from '../parts/time-text.tsx'
import type { SourceFreshness } from './source-freshness.ts'

/** Shape and word say what the colour says. */
const MARKS: Readonly<
  Record<FreshnessVerdict, { readonly shape: SignShape; readonly words: string; readonly tone: string }>
> = {
  never: { shape: 'cross', words: 'Never read whole', tone: 'bad' },
  stale: { shape: 'exclamation', words: 'Stale', tone: 'warn' },
  fresh: { shape: 'check', words: 'Fresh', tone: 'good' },
  final: { shape: 'check', words: 'Final', tone: 'good' },
}

interface SourceRowProps {
  readonly source: SourceFreshness
  readonly target_seconds: number
}

/** One source: how old its oldest data is beside the target. */
export function SourceRow({ source, target_seconds }: SourceRowProps): ReactNode {
  const { words, verdict, lists, never, stale, deletions_held, oldest_ms, oldest_words } = source
  const { shape, words: verdict_words, tone } = MARKS[verdict]
  // What was never read whole is older than anything that was.
  const age_ms = verdict === 'never' ? null : oldest_ms
  const facts = [
    `${countText(lists)} ${lists === 1 ? 'list' : 'lists'}`,
    never === 0 ? null : `${countText(never)} never read whole`,
    stale === 0 ? null : `${countText(stale)} stale`,
    deletions_held === 0 ? null : `${countText(deletions_held)} deletions held`,
  ].filter((fact) => fact !== null)
  return (
    <li>
      <p className="source-head">
        <span className={`verdict verdict-${tone}`}>
          <Sign shape={shape} /> {verdict_words}
        </span>
        <span className="source-name">{words}</span>
        <span className="numeric">{age_ms === null ? 'never' : <Ago at_ms={age_ms} />}</span>
      </p>
      <AgeBar oldest_ms={age_ms} target_seconds={target_seconds} tone={tone} />
      <p className="source-facts">
        {facts.map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
        {oldest_ms === null ? null : (
          <span>
            {age_ms === null ? (
              <>
                the oldest of the others <Ago at_ms={oldest_ms} />
              </>
            ) : (
              'oldest'
            )}
            : {oldest_words}
          </span>
        )}
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
  const part = age_s === null ? 1 : Math.min(1, age_s / (2 * target_seconds))
  const words =
    age_s === null
      ? 'Past any target: a list was never read whole'
      : `${ageText(age_s)} old, ${Math.round((100 * age_s) / target_seconds)} % of the target`
  return (
    <svg className="age-bar" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label={words}>
      <rect className="bar-ground" width="100" height="6" />
      <rect className={`age age-${tone}`} width={100 * part} height="6" />
      <rect className="age-target" x="49.8" width="0.4" height="6" />
    </svg>
  )
}
