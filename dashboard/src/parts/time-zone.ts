import { useSyncExternalStore } from 'react'

/** `UTC`, the name of a zone of the IANA database, or `local`: that of the browser. */
export type ZoneChoice = string

const KEY = 'canvas-sync-time-zone'
const listeners = new Set<() => void>()
let choice: ZoneChoice = isZone(localStorage.getItem(KEY)) ?? 'local'

function isZone(name: string | null): ZoneChoice | null {
  if (name === null || name === 'local') return name
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format(0)
    return name
  } catch {
    return null
  }
}

/** Takes effect on all texts of the page at once, and on later visits. Returns false when there is no such zone. */
export function chooseZone(name: string): boolean {
  const zone = isZone(name)
  if (zone === null) return false
  choice = zone
  localStorage.setItem(KEY, zone)
  for (const listener of listeners) listener()
  return true
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useZoneChoice = (): ZoneChoice => useSyncExternalStore(subscribe, () => choice)

/** The name of the chosen zone in the IANA database; of the browser's own when that is chosen. */
export function useZone(): string {
  return zoneName(useZoneChoice())
}

const zoneName = (chosen: ZoneChoice): string =>
  chosen === 'local' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : chosen
