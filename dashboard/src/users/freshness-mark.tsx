import type { ReactNode } from 'react'
import type { FreshnessVerdict } from '../../../src/core/freshness-verdict.ts'
import type { SignShape } from '../parts/mark.ts'
import { Sign } from '../parts/sign.tsx'
import { Ago } from '../parts/time-text.tsx'

/** Shape and word say what the colour says. */
const MARKS: Readonly<Record<FreshnessVerdict, { readonly shape: SignShape; readonly words: string }>> = {
  never: { shape: 'cross', words: 'Never read whole' },
  stale: { shape: 'exclamation', words: 'Stale' },
  fresh: { shape: 'check', words: 'Fresh' },
  final: { shape: 'square', words: 'Final' },
}

interface FreshnessMarkProps {
  readonly verdict: FreshnessVerdict
  /** The last whole read, epoch milliseconds; null when there was none. */
  readonly at_ms: number | null
}

export function FreshnessMark({ verdict, at_ms }: FreshnessMarkProps): ReactNode {
  const { shape, words } = MARKS[verdict]
  return (
    <span className="freshness">
      <span className={`status freshness-${verdict}`}>
        <Sign shape={shape} /> {words}
      </span>{' '}
      {at_ms === null ? null : <Ago at_ms={at_ms} />}
    </span>
  )
}
