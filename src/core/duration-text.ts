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
