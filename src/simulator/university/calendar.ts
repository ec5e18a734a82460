const DAY_MS = 86_400_000

/** Everything made up happened before this day; what a mutation does happens at the simulator's `now`. */
const LATEST_ANCHOR_MS = Date.UTC(2026, 10, 20)

/** A fixed day, so that the university does not change overnight; earlier only under a clock set earlier. */
export function anchorOf(now_ms: number): number {
  return Math.min(LATEST_ANCHOR_MS, Math.floor(now_ms / DAY_MS) * DAY_MS)
}

export function daysBefore(anchor_ms: number, days: number): number {
  return Math.round((anchor_ms - days * DAY_MS) / 1000) * 1000
}

/** `YYYY-MM-DDTHH:MM:SSZ`: Canvas writes no fractions of a second. */
export function isoTime(time_ms: number): string
export function isoTime(time_ms: number | null): string | null
export function isoTime(time_ms: number | null): string | null {
  return time_ms === null ? null : `${new Date(time_ms).toISOString().slice(0, 19)}Z`
}
