import type { ReactNode } from 'react'
import { Ago } from '../parts/time-text.tsx'
import { useLive } from './live-context.ts'

const WORDS = { waiting: 'Connecting', live: 'Live', away: 'Not live' } as const

export function LiveMark(): ReactNode {
  const { state } = useLive()
  return (
    <span className={`live-mark live-${state}`} role="status">
      {WORDS[state]}
    </span>
  )
}

/** No number may look fresh that is not. */
export function LiveBanner(): ReactNode {
  const { state, since, online } = useLive()
  if (state !== 'away') return null
  return (
    <p className="banner">
      {/* Without the seconds that pass: it would be read out again with each. */}
      <span role="alert">{online ? STOPPED : OFFLINE}</span>
      {online ? <Ago at_ms={since} /> : null}
    </p>
  )
}

const STOPPED = 'Live updates stopped: what you see may be out of date. The page tries again by itself.'
const OFFLINE =
  'This computer is offline: what you see may be out of date. The page goes on by itself when the network is back.'
