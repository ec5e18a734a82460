const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** `1234567` as `1,234,567`. */
export function grouped(number: number): string {
  return GROUPED.format(Math.round(number))
}

/** `1 call`, `1,234 calls`. */
export function counted(number: number, noun: string): string {
  return `${grouped(number)} ${noun}${number === 1 ? '' : 's'}`
}

/** A duration for people: `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 10 min`. */
export function spokenDuration(duration_ms: number): string {
  if (duration_ms < 999.5) return `${Math.round(duration_ms)} ms`
  const seconds = duration_ms / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole_seconds = Math.round(seconds)
  const minutes = Math.floor(whole_seconds / 60)
  if (minutes < 60) return `${minutes} min ${String(whole_seconds % 60).padStart(2, '0')} s`
  return `${grouped(Math.floor(minutes / 60))} h ${String(minutes % 60).padStart(2, '0')} min`
}

const BYTE_UNITS = ['kB', 'MB', 'GB', 'TB', 'PB']

/** Decimal units: `812 bytes`, `1.5 kB`, `948 MB`. */
export function spokenBytes(bytes: number): string {
  if (bytes < 999.5) return counted(Math.round(bytes), 'byte')
  let value = bytes / 1000
  let unit = 0
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 9.95 ? value.toFixed(1) : grouped(value)} ${BYTE_UNITS[unit] ?? ''}`
}
