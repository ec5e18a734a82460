import type { LegacyZone } from '../logs/reading/legacy-zone.ts'
import type { LogSource } from '../logs/reading/log-source.ts'
import { DISORDER_MS, seekTime, seekTimeEnd } from '../logs/reading/seek-time.ts'
import { UnreadableSourceError } from '../logs/reading/unreadable-source.ts'
import type { Segment } from './scan-segment.ts'

/** Small enough that threads end together, large enough that starting one costs nothing. */
const SEGMENT_BYTES = 16 * 1_048_576

export interface Plan {
  readonly segments: readonly Segment[]
  readonly unreadable: readonly { readonly source: string; readonly reason: string }[]
}

/**
 * Which parts of the sources can hold lines of the range. Compressed files first: they are read by one thread each and
 * take longest.
 */
export async function planSegments(
  sources: readonly LogSource[],
  from_ms: number,
  until_ms: number,
  zone: LegacyZone,
): Promise<Plan> {
  const whole: Segment[] = []
  const parts: Segment[] = []
  const unreadable: { source: string; reason: string }[] = []
  for (const source of sources) {
    // What was last written before the range holds nothing of it.
    if (source.modified_ms < from_ms - DISORDER_MS) continue
    if (source.kind === 'gzip' || source.kind === 'archive') {
      whole.push({ source, from: 0, to: Number.POSITIVE_INFINITY })
      continue
    }
    try {
      const start = Number.isFinite(from_ms) ? await seekTime(source, from_ms, zone) : 0
      const end = Number.isFinite(until_ms) ? await seekTimeEnd(source, until_ms, zone) : source.size_bytes
      // An empty file is told of too.
      if (source.size_bytes === 0) parts.push({ source, from: 0, to: 0 })
      for (let from = start; from < end; from += SEGMENT_BYTES) {
        parts.push({ source, from, to: Math.min(from + SEGMENT_BYTES, end) })
      }
    } catch (error) {
      if (!(error instanceof UnreadableSourceError)) throw error
      unreadable.push({ source: error.source, reason: error.reason })
    }
  }
  whole.sort((a, b) => b.source.size_bytes - a.source.size_bytes)
  return { segments: [...whole, ...parts], unreadable }
}
