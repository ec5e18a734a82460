import { useSyncExternalStore, type ReactNode } from 'react'
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

function subscribe(listener: () => void): () => void {
  addEventListener('online', listener)
  addEventListener('offline', listener)
  return () => {
    removeEventListener('online', listener)
    removeEventListener('offline', listener)
  }
}

/** Whether the computer has a network at all, as far as the browser knows. */
const useOnline = (): boolean => useSyncExternalStore(subscribe, () => navigator.onLine)

/** No number may look fresh that is not. */
export function LiveBanner(): ReactNode {
  const { state, since } = useLive()
  const online = useOnline()
  if (state !== 'away' && online) return null
  return (
    <p className="banner" role="alert">
      {online ? (
        <>
          Live updates stopped <Ago at_ms={since} />: what you see may be out of date. The page tries again by
          itself.
        </>
      ) : (
        <>
          This computer is offline: what you see may be out of date. The page goes on by itself when the
          network is back.
        </>
      )}
    </p>
  )
}
