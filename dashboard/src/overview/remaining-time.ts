import type { SyncRecord } from '../../../src/core/sync-record.ts'

/** How long a sync will still run, and how one knows; null when nobody can say. */
export type RemainingTime =
  | { readonly from: 'progress' | 'earlier'; readonly seconds: number }
  | { readonly from: 'overdue'; readonly seconds: number }
  | null

/** Below this the pace of its beginning says nothing about the rest. */
const LEAST_PERCENT = 10

interface Running {
  readonly elapsed_s: number
  readonly percent: number | null
  /** How long earlier syncs like it took. */
  readonly earlier_s: readonly number[]
}

/**
 * By its own pace once it has some, for a sync may have more to do than the last ones; until then by how long these took.
 */
export function remainingTime({ elapsed_s, percent, earlier_s }: Running): RemainingTime {
  if (percent !== null && percent >= LEAST_PERCENT) {
    return { from: 'progress', seconds: percent >= 100 ? 0 : (elapsed_s * (100 - percent)) / percent }
  }
  const usual_s = medianOf(earlier_s)
  if (usual_s === null) return null
  return usual_s > elapsed_s
    ? { from: 'earlier', seconds: usual_s - elapsed_s }
    : { from: 'overdue', seconds: elapsed_s - usual_s }
}

/** How long the earlier ones took that read as much: whole lists, or what changed. */
export function earlierDurations(earlier: readonly SyncRecord[], running: SyncRecord): number[] {
  return earlier
    .filter(({ incremental_sync }) => incremental_sync === running.incremental_sync)
    .flatMap(({ total_duration_seconds }) => total_duration_seconds ?? [])
}

function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}
