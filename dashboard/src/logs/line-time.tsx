import type { ReactNode } from 'react'
import { useZone } from '../parts/time-zone.ts'

// Making a format takes a hundred times as long as using it.
const formats = new Map<string, Intl.DateTimeFormat>()

/** `22 Nov 10:15:30.123`, in a zone of the IANA database. */
export function lineTimeText(at_ms: number, zone: string): string {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      day: '2-digit',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
      hourCycle: 'h23',
      timeZone: zone,
    })
    formats.set(zone, format)
  }
  return format.format(at_ms).replace(',', '')
}

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
