import type { Clock } from '../core/clock.ts'
import type { ChangeFeed } from '../store/change-feed.ts'

/** Who was away for longer than so many changes loads everything again, which is faster anyway. */
const MOST_CHANGES = 1_000_000
const INTERVAL_MS = 60_000
/** Short enough that no report of a sync waits for it noticeably. */
const STEP = 5_000

/**
 * Holds the number of changes that are kept, every minute: at thousands of syncs a second the nightly deletion of the
 * old ones would come too late. Several servers may do it at once. Returns how to stop.
 *
 * @param onError must not throw
 */
export function limitChanges(
  changes: Pick<ChangeFeed, 'prune'>,
  clock: Clock,
  onError: (error: unknown) => void,
): () => void {
  let running = false
  const stopped = new AbortController()
  const prune = async (): Promise<void> => {
    if (running) return
    running = true
    try {
      const step = { before: 0, keep: MOST_CHANGES, limit: STEP }
      let deleted = STEP
      while (!stopped.signal.aborted && deleted === STEP) deleted = await changes.prune(step)
    } catch (error) {
      if (!stopped.signal.aborted) onError(error)
    } finally {
      running = false
    }
  }
  const stop = clock.every(INTERVAL_MS, () => void prune())
  return () => {
    stopped.abort()
    stop()
  }
}
