/** What is said of the age of a list; the worst first. `final` is one that is not expected to change any more. */
export const FRESHNESS_VERDICTS = ['never', 'stale', 'fresh', 'final'] as const
export type FreshnessVerdict = (typeof FRESHNESS_VERDICTS)[number]

/** How old the last whole read of a list may be where nothing else is said. */
export const DEFAULT_FRESHNESS_TARGET = '24h'
export const DEFAULT_FRESHNESS_TARGET_MS = 86_400_000

interface ListAge {
  /** Since the last whole read; null when there was none. */
  readonly age_seconds: number | null
  readonly final: boolean
}

export function freshnessVerdict({ age_seconds, final }: ListAge, target_seconds: number): FreshnessVerdict {
  if (age_seconds === null) return 'never'
  if (final) return 'final'
  return age_seconds > target_seconds ? 'stale' : 'fresh'
}
