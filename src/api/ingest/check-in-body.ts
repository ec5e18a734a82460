import { z } from 'zod'
import type { MonitorConfig } from './ping-schedules.ts'

export const CHECK_IN_STATUSES = ['in_progress', 'ok', 'error'] as const
export type CheckInStatus = (typeof CHECK_IN_STATUSES)[number]

/** What the body of a check-in may hold besides, or instead of, its address; whatever else is in it is left out. */
export interface CheckInBody {
  readonly status?: CheckInStatus | undefined
  readonly check_in_id?: string | undefined
  readonly environment?: string | undefined
  readonly monitor_config?: MonitorConfig | undefined
}

const count = z.number().min(0).max(1_000_000)
const monitorConfig: z.ZodType<MonitorConfig> = z.object({
  schedule: z.discriminatedUnion('type', [
    z.object({ type: z.literal('crontab'), value: z.string().meta({ examples: ['0 2 * * *'] }) }),
    z.object({
      type: z.literal('interval'),
      value: z.int().min(1).max(1_000_000),
      unit: z.enum(['minute', 'hour', 'day', 'week', 'month', 'year']),
    }),
  ]),
  checkin_margin: count.nullish().meta({ description: 'Minutes', examples: [5] }),
  max_runtime: count.nullish().meta({ description: 'Minutes', examples: [30] }),
  timezone: z
    .string()
    .nullish()
    .meta({ examples: ['Europe/Zurich'] }),
})

const id = z.string().min(1).max(100)

export const checkInBodySchema: z.ZodType<CheckInBody> = z
  .object({
    status: z
      .enum(CHECK_IN_STATUSES)
      .optional()
      .meta({ examples: ['ok'] }),
    check_in_id: id.optional().meta({ examples: ['0'] }),
    environment: id.optional().meta({ examples: ['production'] }),
    monitor_config: monitorConfig
      .optional()
      .meta({ description: 'Makes or changes the schedule of the slug' }),
  })
  .meta({ title: 'CheckInBody' })

/** Of a body that is none, nothing: wrappers send what they like. `wrong` when it is one, and not as it must be. */
export function readCheckIn(bytes: Uint8Array, media_type: string | null): CheckInBody | 'wrong' {
  if (bytes.length === 0 || media_type?.split(';')[0]?.trim().toLowerCase() !== 'application/json') return {}
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return {}
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  const result = checkInBodySchema.safeParse(value)
  return result.success ? result.data : 'wrong'
}
