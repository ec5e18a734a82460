import { z } from 'zod'
import { isoTime } from '../../core/iso-time.ts'
import type { TypeFigures } from '../../store/performance-figures.ts'
import { ok, type Answer } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { average, rounded, windowFor } from '../syncs/statistics.ts'

/** How long the completed syncs of one type took. */
export interface TypePerformance {
  readonly sync_type: string
  /** How many syncs it is of: the newest of the period. */
  readonly sync_count: number
  /** When the oldest of them started. */
  readonly since: string
  readonly p50_seconds: number
  readonly p95_seconds: number
  readonly p99_seconds: number
  /** 0 where no call was made. */
  readonly api_call_avg_ms: number
  readonly api_avg_ms_per_sync: number
  readonly database_avg_ms_per_sync: number
}

export interface TypePerformanceList {
  readonly period_days: number
  readonly count: number
  /** False when every completed sync of the period was looked at, else only the newest of each type were. */
  readonly sampled: boolean
  /** The slowest median first. */
  readonly types: readonly TypePerformance[]
}

const count = z.int().min(0)
const quantity = z.number().min(0)

export const typePerformanceListSchema: z.ZodType<TypePerformanceList> = z
  .object({
    period_days: count,
    count,
    sampled: z.boolean(),
    types: z.array(
      z.object({
        sync_type: z.string(),
        sync_count: count,
        since: z.iso.datetime(),
        p50_seconds: quantity,
        p95_seconds: quantity,
        p99_seconds: quantity,
        api_call_avg_ms: quantity,
        api_avg_ms_per_sync: quantity,
        database_avg_ms_per_sync: quantity,
      }),
    ),
  })
  .meta({ title: 'TypePerformanceList' })

/** Of the users whose data the caller may see. */
export async function getTypePerformance(
  { days }: { days: number },
  { store, clock }: ApiServices,
  { caller }: RequestFacts,
): Promise<Answer> {
  const { types, sampled } = await store.performance.byType(windowFor(caller, clock.now(), days))
  const body: TypePerformanceList = {
    period_days: days,
    count: types.length,
    sampled,
    types: types.map(performanceOf),
  }
  return ok(body)
}

function performanceOf(type: TypeFigures): TypePerformance {
  return {
    sync_type: type.sync_type,
    sync_count: type.syncs,
    since: isoTime(type.oldest_start),
    p50_seconds: rounded(type.p50_seconds),
    p95_seconds: rounded(type.p95_seconds),
    p99_seconds: rounded(type.p99_seconds),
    api_call_avg_ms: average(type.api_duration_ms, type.api_calls),
    api_avg_ms_per_sync: average(type.api_duration_ms, type.syncs),
    database_avg_ms_per_sync: average(type.db_duration_ms, type.syncs),
  }
}
