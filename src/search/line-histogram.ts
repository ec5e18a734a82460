import { systemClock, type Clock } from '../core/clock.ts'
import { UTC_ZONE, type LegacyZone } from '../logs/reading/legacy-zone.ts'
import type { LogSource } from '../logs/reading/log-source.ts'
import { readBlocks } from '../logs/reading/read-blocks.ts'
import { SourceHold } from '../logs/reading/source-hold.ts'
import { UnreadableSourceError } from '../logs/reading/unreadable-source.ts'
import { checkQuery } from './check-query.ts'
import { bucketsFor } from './histogram-buckets.ts'
import { DEFAULT_BUCKETS, type HistogramQuery, type LineHistogram } from './histogram-query.ts'
import { HistogramRun } from './histogram-run.ts'
import { LineCounter } from './line-counter.ts'
import { LineMatcher } from './line-matcher.ts'
import { firstTimes } from './line-time.ts'

export interface HistogramOptions {
  readonly signal?: AbortSignal
  readonly clock?: Clock
  readonly zone?: LegacyZone
}

const DEFAULT_BUDGET_MS = 2000
const HOUR_MS = 3_600_000
const LOOK_BYTES = 16_384

/**
 * Counts the lines that match. Its time is bounded whatever the folder holds: samples of all plain files come first, then
 * as much as there is time for is counted line by line, the newest first.
 *
 * @throws MonitorError `usage`; system errors of listing the folder; the signal's reason
 */
export async function lineHistogram(
  directory: string,
  query: HistogramQuery,
  { signal, clock = systemClock, zone = UTC_ZONE }: HistogramOptions = {},
): Promise<LineHistogram> {
  const { buckets: most = DEFAULT_BUCKETS, time_budget_ms = DEFAULT_BUDGET_MS, ...filter } = query
  checkQuery(filter)
  const started_ms = clock.monotonic()
  const matcher = await LineMatcher.for(filter, zone)
  await using hold = new SourceHold()
  const sources = await hold.list(directory, query.streams)
  const until_ms = query.until_ms ?? clock.now()
  const since_ms = query.since_ms ?? (await oldestTime(sources, zone)) ?? until_ms - HOUR_MS
  const range = { since_ms: Math.min(since_ms, until_ms - 1), until_ms }
  const buckets = bucketsFor(range.since_ms, until_ms, most)
  const run = new HistogramRun({
    sources,
    range: { ...range, buckets, signal },
    counter: new LineCounter(matcher, zone),
    zone,
    clock,
    time_budget_ms,
  })
  await run.count()
  const { bucket_ms, first_ms } = buckets
  return { ...range, bucket_ms, first_ms, ...run.result(), duration_ms: clock.monotonic() - started_ms }
}

/** When the oldest line was written, as far as the beginnings of the oldest files tell. */
async function oldestTime(sources: readonly LogSource[], zone: LegacyZone): Promise<number | undefined> {
  const oldest = new Map<string, LogSource>()
  for (const source of sources) if (!oldest.has(source.stream)) oldest.set(source.stream, source)
  const times = await Promise.all([...oldest.values()].map((source) => firstTime(source, zone)))
  const known = times.filter((time) => time !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

async function firstTime(source: LogSource, zone: LegacyZone): Promise<number | undefined> {
  try {
    for await (const { bytes } of readBlocks(source, {}, { block_bytes: LOOK_BYTES })) {
      return firstTimes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), zone)?.earliest_ms
    }
  } catch (error) {
    if (!(error instanceof UnreadableSourceError)) throw error
  }
  return undefined
}
