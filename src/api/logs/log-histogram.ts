import { z } from 'zod'
import { isoTime } from '../../core/iso-time.ts'
import { LOG_LEVELS, type LogLevel } from '../../core/log-event.ts'
import { legacyZone } from '../../logs/reading/legacy-zone.ts'
import { DEFAULT_BUCKETS, MOST_BUCKETS, type LineHistogram } from '../../search/histogram-query.ts'
import { lineHistogram } from '../../search/line-histogram.ts'
import type { UnreadableSource } from '../../search/log-query.ts'
import { ok, problem, type Answer, type Members } from '../http/answer.ts'
import { wholeNumber } from '../http/parameters.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import {
  FILTER_PARAMETERS,
  readFilter,
  readRange,
  readSource,
  text,
  type FilterInput,
} from './log-parameters.ts'
import { STOPPING } from './log-stream.ts'

export interface HistogramInput extends FilterInput {
  readonly since: string | undefined
  readonly until: string | undefined
  readonly buckets: number
}

/** How many lines match, over time and by level. */
export interface LogHistogram {
  readonly since: string
  readonly until: string
  readonly bucket_ms: number
  /** Where each piece of time begins; the first may begin before `since`. */
  readonly starts: readonly string[]
  /** Of each level one number for each start. */
  readonly counts: Readonly<Record<LogLevel, readonly number[]>>
  readonly total: number
  /** Whether every line was counted; otherwise the numbers are estimates from samples. */
  readonly exact: boolean
  /** Compressed files that there was no time for: nothing of them is counted. */
  readonly uncounted: readonly string[]
  readonly unreadable: readonly UnreadableSource[]
  readonly bytes_read: number
  readonly duration_ms: number
}

const count = z.int().min(0)
const counts = z.array(count)

export const logHistogramSchema: z.ZodType<LogHistogram> = z
  .object({
    since: z.iso.datetime(),
    until: z.iso.datetime(),
    bucket_ms: z.int().min(1),
    starts: z.array(z.iso.datetime()),
    counts: z.object({ DEBUG: counts, INFO: counts, WARNING: counts, ERROR: counts }),
    total: count,
    exact: z.boolean(),
    uncounted: z.array(z.string()),
    unreadable: z.array(z.object({ source: z.string(), reason: z.string() })),
    bytes_read: count,
    duration_ms: z.number().min(0),
  })
  .meta({ title: 'LogHistogram' })

export const HISTOGRAM_PARAMETERS: Members<HistogramInput> = {
  ...FILTER_PARAMETERS,
  since: text('From then on, as for /logs/search; by default from the oldest line', 64),
  until: text('Before then; by default now', 64),
  buckets: wholeNumber(1, MOST_BUCKETS)
    .default(DEFAULT_BUCKETS)
    .meta({ description: 'At most so many pieces of time, of a width that people count in' }),
}

/** Ends within seconds whatever the folder holds: what it cannot count by then is estimated, and it says so. */
export async function countLogLines(
  input: HistogramInput,
  { clock, log_reading }: ApiServices,
  request: RequestFacts,
): Promise<Answer> {
  const read = await readFilter(input)
  if ('refused' in read) return read.refused
  const { directory, fleet, zone, histograms, stopping } = log_reading
  const from = readSource(input, fleet)
  if ('refused' in from) return from.refused
  const ranged = readRange(input, { now_ms: clock.now(), zone })
  if ('refused' in ranged) return ranged.refused
  const release = histograms.take()
  if (release === null) {
    return problem(
      429,
      'Lines are being counted for others; try again in a moment.',
      {},
      { 'retry-after': '2' },
    )
  }
  try {
    const signal = AbortSignal.any([request.signal, stopping])
    const query = { ...read.filter, ...ranged.range, buckets: input.buckets }
    const found =
      from.fleet === null
        ? await lineHistogram(directory, query, { signal, clock, zone: legacyZone(zone) })
        : await from.fleet.histogram({ ...query, ...from.of }, { signal, clock })
    return ok(record(found))
  } catch (error) {
    // Who has left is no fault of the server, and nobody reads this answer.
    if (request.signal.aborted || stopping.aborted) return problem(503, STOPPING)
    throw error
  } finally {
    release()
  }
}

function record(found: LineHistogram): LogHistogram {
  const { since_ms, until_ms, bucket_ms, first_ms, counts: by_level, is_exact, ...rest } = found
  const { uncounted, unreadable, bytes_read, duration_ms } = rest
  const starts = by_level.INFO.map((_, at) => isoTime(first_ms + at * bucket_ms))
  const total = LOG_LEVELS.flatMap((level) => by_level[level]).reduce((sum, each) => sum + each, 0)
  return {
    since: isoTime(since_ms),
    until: isoTime(until_ms),
    bucket_ms,
    starts,
    counts: by_level,
    total,
    exact: is_exact,
    uncounted,
    unreadable,
    bytes_read,
    duration_ms,
  }
}
