import { z } from 'zod'
import { maySee } from '../../core/access.ts'
import { isoTime } from '../../core/iso-time.ts'
import { mostBuckets, TIME_BUCKETS, type TimeBucket } from '../../core/time-buckets.ts'
import { emitUserId } from '../../core/user-id.ts'
import { SERIES_METRICS, SERIES_PERCENTILES, type SeriesMetric } from '../../store/sync-figures.ts'
import { otherUsers } from '../access/refusals.ts'
import { ok, type Answer, type Members } from '../http/answer.ts'
import { badParameter, userId } from '../http/parameters.ts'
import type { RequestFacts } from '../http/route.ts'
import { readRange } from '../logs/log-parameters.ts'
import type { ApiServices } from '../services.ts'
import { rounded, windowStart } from './statistics.ts'
import { emittedId, type EmittedId } from './sync-schemas.ts'

const MOST_POINTS = 1000
/** A percentile needs all counts of durations of its bucket. */
const MOST_PERCENTILE_POINTS = 200
const MOST_METRICS = 8
const DEFAULT_DAYS = 7

const LONGEST_TIME = 64

export interface SeriesInput {
  readonly metric: readonly SeriesMetric[]
  readonly bucket: TimeBucket | undefined
  readonly since: string | undefined
  readonly until: string | undefined
  readonly user_id: string | undefined
}

/** Figures over time, in whole buckets of UTC. */
export interface Series {
  readonly bucket: TimeBucket
  readonly user_id: EmittedId
  readonly count: number
  /** Where each bucket begins; the last one may not be over yet. */
  readonly starts: readonly string[]
  readonly series: readonly {
    readonly metric: SeriesMetric
    /** One for each start. Sums are 0 where nothing was; what cannot be said then is null. */
    readonly values: readonly (number | null)[]
  }[]
}

const metrics_error = `1 to ${MOST_METRICS} of ${SERIES_METRICS.join(', ')}, with commas between them`
const metric = z.enum(SERIES_METRICS, { error: metrics_error })

export const seriesSchema: z.ZodType<Series> = z
  .object({
    bucket: z.enum(TIME_BUCKETS),
    user_id: emittedId,
    count: z.int().min(0),
    starts: z.array(z.iso.datetime()),
    series: z.array(z.object({ metric, values: z.array(z.number().nullable()) })),
  })
  .meta({ title: 'Series' })

function momentOf(description: string): z.ZodType<string | undefined> {
  const error = `text of 1 to ${LONGEST_TIME} characters`
  return z.string({ error }).min(1, { error }).max(LONGEST_TIME, { error }).optional().meta({ description })
}

export const SERIES_PARAMETERS: Members<SeriesInput> = {
  metric: z
    .preprocess(
      (given) => (typeof given === 'string' ? [...new Set(given.split(','))] : given),
      z
        .array(
          z.enum(SERIES_METRICS as readonly [SeriesMetric, ...SeriesMetric[]], { error: metrics_error }),
          {
            error: metrics_error,
          },
        )
        .min(1, { error: metrics_error })
        .max(MOST_METRICS, { error: metrics_error })
        .default(['syncs']),
    )
    .meta({ description: 'Which figures, with commas between them' }),
  bucket: z
    .enum(TIME_BUCKETS, { error: `one of ${TIME_BUCKETS.join(', ')}` })
    .optional()
    .meta({ description: 'How long a piece of time each point is; without it one that suits the window' }),
  since: momentOf('The first point holds it: 7d, 2026-11-22, 2026-11-22T10:15:30Z; without it 7d'),
  until: momentOf('The last point ends then or after, in the same forms; without it now'),
  user_id: userId.optional().meta({ description: 'Only syncs of this user' }),
}

/** Of the users whose data the caller may see. */
export async function getSeries(
  { metric: metrics, user_id, ...input }: SeriesInput,
  { store, clock, log_reading }: ApiServices,
  { caller, audit }: RequestFacts,
): Promise<Answer> {
  if (user_id !== undefined && !maySee(caller, user_id)) return otherUsers(caller)
  const now_ms = clock.now()
  const ranged = readRange(input, { now_ms, zone: log_reading.zone })
  if ('refused' in ranged) return ranged.refused
  // A sync whose clock is ahead by less than this bucket is in it.
  const until = ranged.range.until_ms ?? now_ms + 1
  const since = ranged.range.since_ms ?? windowStart(until, DEFAULT_DAYS)
  if (since >= until) return badParameter('since', 'before "until"')
  const bucket = input.bucket ?? suitableBucket(since, until)
  const refused = refusalOf(metrics, bucket, mostBuckets(bucket, since, until))
  if (refused !== null) return refused
  const user_ids = user_id === undefined ? caller.users : [user_id]
  const whose = user_ids === null ? {} : { user_ids }
  const points = await store.figures.series({ metrics, bucket, since, until, ...whose })
  if (user_id !== undefined) audit.viewed(user_id)
  const series: Series = {
    bucket,
    user_id: user_id === undefined ? null : emitUserId(user_id),
    count: points.length,
    starts: points.map(({ start }) => isoTime(start)),
    series: metrics.map((metric, index) => ({
      metric,
      values: points.map(({ values }) => {
        const value = values[index] ?? null
        return value === null ? null : rounded(value)
      }),
    })),
  }
  return ok(series)
}

const DAY_MS = 86_400_000

function suitableBucket(since: number, until: number): TimeBucket {
  // Without an end the window is a millisecond longer than asked.
  const days = (until - since - 1) / DAY_MS
  if (days <= 1) return '5m'
  if (days <= 7) return 'hour'
  return days <= 180 ? 'day' : 'month'
}

function refusalOf(metrics: readonly SeriesMetric[], bucket: TimeBucket, points: number): Answer | null {
  const percentiles: readonly SeriesMetric[] = SERIES_PERCENTILES
  const ranked = metrics.some((metric) => percentiles.includes(metric))
  if (ranked && bucket === '5m') return badParameter('bucket', 'hour, day or month for percentiles')
  const most = ranked ? MOST_PERCENTILE_POINTS : MOST_POINTS
  return points <= most
    ? null
    : badParameter('bucket', `long enough for at most ${most} points in this window`)
}
