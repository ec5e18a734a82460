/** Before so much is done, an estimate would be a guess. */
const LEAST_PERCENT = 2
const LEAST_ELAPSED_MS = 2000

/**
 * Milliseconds that a sync still takes when it goes on as until now; null as long as nobody can say.
 * @param percent what it has done
 */
export function remainingOf(percent: number | null, elapsed_ms: number): number | null {
  if (percent === null || percent < LEAST_PERCENT || percent >= 100 || elapsed_ms < LEAST_ELAPSED_MS)
    return null
  return (elapsed_ms / percent) * (100 - percent)
}
