/** Completes the sentence "… must be …". */
export const DURATION_FORMS = 'a duration such as 500ms, 90s, 1.5h or 7d'

const DURATION = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d|w)$/
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** A duration as people write it, in milliseconds; null when it is none. A day has 24 hours, whatever the clocks do. */
export function parseDuration(text: string): number | null {
  const [, amount, unit = ''] = DURATION.exec(text.trim().toLowerCase()) ?? []
  const unit_ms = UNIT_MS[unit]
  return amount === undefined || unit_ms === undefined ? null : Number(amount) * unit_ms
}

/** A duration as it is written in a configuration, in the largest unit of which it is a whole number: `10m`, `36h`. */
export function writeDuration(duration_ms: number): string {
  const unit =
    duration_ms === 0 ? 's' : ['d', 'h', 'm', 's'].find((each) => duration_ms % (UNIT_MS[each] ?? 1) === 0)
  return unit === undefined ? `${duration_ms}ms` : `${duration_ms / (UNIT_MS[unit] ?? 1)}${unit}`
}
