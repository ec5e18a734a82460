import { useSyncExternalStore, type ReactNode } from 'react'
import { dateText } from './date-text.ts'
import { ageText } from './number-text.ts'
import { useZone } from './time-zone.ts'

const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | null = null

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0 || timer === null) return
    clearInterval(timer)
    timer = null
  }
}

/** The time, once a second: one timer for the whole page. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now)

/** The time in the chosen zone, and as ISO 8601 writes it. */
export const exactText = (at_ms: number, zone: string): string =>
  `${dateText(at_ms, zone, 'second')} ${zone}\n${new Date(at_ms).toISOString()}`

/** How long ago something was, with the exact time to hover over. */
export function Ago({ at_ms }: { readonly at_ms: number }): ReactNode {
  const seconds = Math.max(0, Math.floor((useNow() - at_ms) / 1000))
  const zone = useZone()
  return (
    <time dateTime={new Date(at_ms).toISOString()} title={exactText(at_ms, zone)}>
      {seconds < 2 ? 'just now' : `${ageText(seconds)} ago`}
    </time>
  )
}
