import { createContext, useContext, useSyncExternalStore, type Context } from 'react'
import type { Live, LiveUpdates } from '../data/live-updates.ts'

export const LiveContext: Context<LiveUpdates | null> = createContext<LiveUpdates | null>(null)

const NO_SUBSCRIPTION = (): (() => void) => () => {}
const WAITING: Live = { state: 'waiting', since: 0 }

/** Whether changes arrive as they happen. */
export function useLive(): Live {
  const live = useContext(LiveContext)
  return useSyncExternalStore(live?.subscribe ?? NO_SUBSCRIPTION, live?.get ?? (() => WAITING))
}
