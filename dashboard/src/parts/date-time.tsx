import type { ReactNode } from 'react'
import { dateText, type DatePrecision } from './date-text.ts'
import { ageText } from './number-text.ts'
import { exactText, useNow } from './time-text.tsx'
import { useZone } from './time-zone.ts'

interface DateTimeProps {
  /** ISO 8601. */
  readonly at: string
  /** By default the minute. */
  readonly precision?: DatePrecision
}

/** A time as a date: what is to come, or must be told exactly. */
export function DateTime({ at, precision = 'minute' }: DateTimeProps): ReactNode {
  const zone = useZone()
  const at_ms = Date.parse(at)
  return (
    <time dateTime={at} title={exactText(at_ms, zone)}>
      {dateText(at_ms, zone, precision)}
    </time>
  )
}

/** How long it is until then: `in 3 h`, and `now` when it has come. */
export function Ahead({ at }: { readonly at: string }): ReactNode {
  const zone = useZone()
  const at_ms = Date.parse(at)
  const seconds = Math.floor((at_ms - useNow()) / 1000)
  return (
    <time dateTime={at} title={exactText(at_ms, zone)}>
      {seconds < 1 ? 'now' : `in ${ageText(seconds)}`}
    </time>
  )
}
