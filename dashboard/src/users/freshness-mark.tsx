import type { ReactNode } from 'react'
import type { FreshnessVerdict } from '../../../src/core/freshness-verdict.ts'
import { Ago } from '../parts/time-text.tsx'

/** Shape and word say what the colour says. */
const MARKS: Readonly<Record<FreshnessVerdict, { readonly shape: string; readonly words: string }>> = {
  never: { shape: '✕', words: 'Never read whole' },
  stale: { shape: '!', words: 'Stale' },
  fresh: { shape: '✓', words: 'Fresh' },
  final: { shape: '■', words: 'Final' },
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
        <span aria-hidden="true">{shape}</span> {words}
      </span>{' '}
      {at_ms === null ? null : <Ago at_ms={at_ms} />}
    </span>
  )
}
