import { createContext, useContext, useSyncExternalStore, type Context } from 'react'
import type { Live, LiveUpdates } from '../data/live-updates.ts'

export const LiveContext: Context<LiveUpdates | null> = createContext<LiveUpdates | null>(null)

const NO_SUBSCRIPTION = (): (() => void) => () => {}
const WAITING: Live = { state: 'waiting', since: 0 }

function subscribeToNetwork(listener: () => void): () => void {
  addEventListener('online', listener)
  addEventListener('offline', listener)
  return () => {
    removeEventListener('online', listener)
    removeEventListener('offline', listener)
  }
}

interface LiveNow extends Live {
  /** Whether the computer has a network at all, as far as the browser knows. */
  readonly online: boolean
}

/** Whether changes arrive as they happen. Without a network none do, whatever the connection has noticed of it. */
export function useLive(): LiveNow {
  const live = useContext(LiveContext)
  const known = useSyncExternalStore(live?.subscribe ?? NO_SUBSCRIPTION, live?.get ?? (() => WAITING))
  const online = useSyncExternalStore(subscribeToNetwork, () => navigator.onLine)
  return online ? { ...known, online } : { ...known, state: 'away', online }
}
