import { z } from 'zod'
import type { SyncRecord } from '../../../src/core/sync-record.ts'

const count = z.int().min(0)
const duration = z.number().min(0)
const time = z.iso.datetime({ precision: 3 })
const counts = z.strictObject({ processed: count, created: count, updated: count })

/** The record as other programs rely on it; more fields may be there. */
const RECORD = z.looseObject({
  id: z.int().min(1),
  sync_task_id: z.string().min(1).max(255),
  user_id: z.union([z.int(), z.string(), z.null()]),
  sync_start_time: time,
  sync_end_time: time.nullable(),
  total_duration_seconds: duration.nullable(),
  sync_status: z.enum(['in_progress', 'completed', 'partial', 'failed', 'cancelled', 'lost', 'timed_out']),
  error_message: z.string().nullable(),
  sync_type: z.string(),
  target_course_id: z.union([z.int(), z.string(), z.null()]),
  courses: counts,
  assignments: counts,
  submissions: counts,
  grades: z.strictObject({ processed: count, updated: count }),
  api_metrics: z.looseObject({
    calls_made: count,
    calls_failed: count,
    total_duration_ms: duration,
    rate_limit_hits: count,
  }),
  database_metrics: z.looseObject({ operations: count, duration_ms: duration }),
  data_size_bytes: count,
  incremental_sync: z.boolean(),
  use_pagination: z.boolean(),
  chunk_size: count.nullable(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
})

/** The one sync record that stands on stdout, and nothing else but the end of its line. */
export function parseSyncRecord(stdout: string): SyncRecord {
  const [line = '', ...more] = stdout.split('\n')
  if (more.length !== 1 || more[0] !== '') throw new Error(`not one line: ${stdout}`)
  return RECORD.parse(JSON.parse(line)) as unknown as SyncRecord
}
