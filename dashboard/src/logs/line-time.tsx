import type { ReactNode } from 'react'
import { dateText } from '../parts/date-text.ts'
import { useZone } from '../parts/time-zone.ts'

/** `22 Nov 10:15:30.123`, in a zone of the IANA database. */
export const lineTimeText = (at_ms: number, zone: string): string =>
  dateText(at_ms, zone, 'millisecond').replace(',', '')

/** When a line was written, with the exact time to hover over. */
export function LineTime({ timestamp }: { readonly timestamp: string | null }): ReactNode {
  const zone = useZone()
  if (timestamp === null) return <span className="line-time">no time</span>
  return (
    <time className="line-time" dateTime={timestamp} title={timestamp}>
      {lineTimeText(Date.parse(timestamp), zone)}
    </time>
  )
}
