import { spokenDuration } from '../../core/number-text.ts'
import { toWallTime, type WallTime } from '../../core/local-time.ts'

/** What stands for a figure that there is none of. */
export const NONE = '–'

/** `2.1 %`; a share that is not nothing is never shown as 0, nor one that is not all as 100. */
export function percent(part: number, whole: number): string {
  const share = (100 * part) / whole
  if (!Number.isFinite(share)) return NONE
  if (share > 0 && share < 0.1) return '< 0.1 %'
  if (share < 100 && share > 99.9) return '> 99.9 %'
  return `${share === 0 || share === 100 ? share : share.toFixed(1)} %`
}

/** A duration; below 10 ms with one digit behind the point. */
export function duration(duration_ms: number | null): string {
  if (duration_ms === null) return NONE
  return duration_ms > 0 && duration_ms < 9.95 ? `${duration_ms.toFixed(1)} ms` : spokenDuration(duration_ms)
}

const digits = (number: number, length = 2): string => String(number).padStart(length, '0')

/** `2026-11-20 10:15` on the clocks of `zone`; what is no time, or a zone that is unknown here, is left as it is. */
export function moment(time: string, zone: string): string {
  const wall = wallTime(time, zone)
  if (wall === null) return time
  const { year, month, day, hour, minute } = wall
  return `${digits(year, 4)}-${digits(month)}-${digits(day)} ${digits(hour)}:${digits(minute)}`
}

function wallTime(time: string, zone: string): WallTime | null {
  const time_ms = Date.parse(time)
  if (Number.isNaN(time_ms)) return null
  try {
    return toWallTime(time_ms, zone)
  } catch {
    return null
  }
}
