import type { ReactNode } from 'react'
import { useNow } from '../parts/time-text.tsx'
import { trustWords, type TrustFacts } from './trust-words.ts'

/** The answer in a sentence, before any figure. */
export function TrustSentence({ facts }: { readonly facts: Omit<TrustFacts, 'now_ms'> | null }): ReactNode {
  const now_ms = useNow()
  if (facts === null) return <p className="trust">&nbsp;</p>
  const { words, well } = trustWords({ ...facts, now_ms })
  return <p className={`trust ${well ? 'trust-well' : 'trust-not'}`}>{words}</p>
}
