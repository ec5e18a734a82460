import type { ReactNode } from 'react'
import type { ErrorGroupState } from '../../../src/core/error-group-state.ts'
import { dateText } from '../parts/date-text.ts'
import type { SignShape } from '../parts/mark.ts'
import { Sign } from '../parts/sign.tsx'
import { exactText } from '../parts/time-text.tsx'
import { useZone } from '../parts/time-zone.ts'
import { STATE_WORDS } from './error-words.ts'

/** Shape and word say what the colour says. */
const SHAPES: Readonly<Record<ErrorGroupState, SignShape>> = {
  came_back: 'back',
  new: 'star',
  open: 'disc',
  muted: 'dash',
  resolved: 'check',
}

export function StateMark({ state }: { readonly state: ErrorGroupState }): ReactNode {
  return (
    <span className={`status error-state-${state}`}>
      <Sign shape={SHAPES[state]} /> {STATE_WORDS[state]}
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
