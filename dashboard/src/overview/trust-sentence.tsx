import type { ReactNode } from 'react'
import type { FreshnessList } from '../../../src/api/freshness/freshness.ts'
import type { SyncListPage } from '../../../src/api/syncs/list.ts'
import { durationText } from '../parts/number-text.ts'
import type { Period } from './period.ts'

interface TrustSentenceProps {
  readonly troubled: SyncListPage | undefined
  readonly freshness: FreshnessList | undefined
  readonly period: Period
}

/** The answer in a sentence, before any figure. */
export function TrustSentence({ troubled, freshness, period }: TrustSentenceProps): ReactNode {
  if (troubled === undefined || freshness === undefined) return <p className="trust">&nbsp;</p>
  const never = freshness.freshness.filter(({ never_complete }) => never_complete).length
  const oldest = freshness.freshness.reduce((age, { age_seconds }) => Math.max(age, age_seconds ?? 0), 0)
  const more = troubled.next_cursor === null ? '' : 'More than '
  const parts = [
    troubled.count === 0
      ? `Nothing went wrong in the last ${period.words}.`
      : `${more}${troubled.count} ${troubled.count === 1 ? 'sync' : 'syncs'} went wrong in the last ${period.words}.`,
    never === 0 ? null : `${never} ${never === 1 ? 'list was' : 'lists were'} never read whole.`,
    freshness.count === 0 ? null : `The oldest data is ${durationText(oldest)} old.`,
  ].filter((part) => part !== null)
  const well = troubled.count === 0 && never === 0
  return <p className={`trust ${well ? 'trust-well' : 'trust-not'}`}>{parts.join(' ')}</p>
}
