import type { ReactNode } from 'react'
import type { ErrorGroupState } from '../../../src/core/error-group-state.ts'
import { dateText } from '../parts/date-text.ts'
import { exactText } from '../parts/time-text.tsx'
import { useZone } from '../parts/time-zone.ts'
import { STATE_MARKS } from './error-words.ts'

export function StateMark({ state }: { readonly state: ErrorGroupState }): ReactNode {
  const { shape, words } = STATE_MARKS[state]
  return (
    <span className={`status error-state-${state}`}>
      <span aria-hidden="true">{shape}</span> {words}
    </span>
  )
}

/** Times to come are told as dates. */
export function MutedUntil({ at_ms }: { readonly at_ms: number }): ReactNode {
  const zone = useZone()
  return (
    <span className="quiet-text">
      until{' '}
      <time dateTime={new Date(at_ms).toISOString()} title={exactText(at_ms, zone)}>
        {dateText(at_ms, zone, 'minute')}
      </time>
    </span>
  )
}
