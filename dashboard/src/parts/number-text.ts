const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

export const countText = (count: number): string => whole.format(count)
export const percentText = (percent: number): string => `${short.format(percent)} %`

/** How old something is, in one unit: what is two days old need not be told by the minute. */
export function ageText(seconds: number): string {
  if (seconds < 60) return `${Math.floor(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`
}

/** A duration in at most two units, as people say it. */
export function durationText(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 60) return `${short.format(seconds)} s`
  // Rounded first: 239.7 s are 4 minutes, not 3 and 60 seconds.
  const whole_seconds = Math.round(seconds)
  const minutes = Math.floor(whole_seconds / 60)
  if (minutes < 60) return `${minutes} min ${whole_seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}
