import type { JobWithMetadata } from 'pg-boss'
import type { QueuedSync, QueueJobResult } from '../core/queued-sync.ts'
import type { QueueJob, SourceDepth, TakenJob } from '../store/queue.ts'

/** What lists need of pg-boss's table, which pg-boss itself can only page through from the oldest on. Read, never written. */
const COLUMNS = `id, data, priority::float8 as priority, state::text as state, output,
  extract(epoch from created_on)::float8 * 1000 as created_at,
  extract(epoch from start_after)::float8 * 1000 as start_after,
  extract(epoch from started_on)::float8 * 1000 as taken_at,
  extract(epoch from completed_on)::float8 * 1000 as ended_at`
const FROM = 'from $schema.job where name = $queue'
const OF_SOURCE = '($1::text is null or group_id = $1)'

export const FIND: string = `select ${COLUMNS} ${FROM} and id = $1::uuid`

export const LIST: Readonly<Record<'running' | 'queued' | 'ended', string>> = {
  running: `select ${COLUMNS} ${FROM} and state = 'active' and ${OF_SOURCE} order by group_id limit $2`,
  queued: `select ${COLUMNS} ${FROM} and state < 'active' and ${OF_SOURCE} order by priority desc, created_on limit $2`,
  ended: `select ${COLUMNS} ${FROM} and state > 'active' and ${OF_SOURCE} order by completed_on desc limit $2`,
}

export const DEPTHS: string = `select group_id as source,
    count(*) filter (where state < 'active')::float8 as queued,
    count(*) filter (where state = 'active')::float8 as running,
    extract(epoch from min(greatest(created_on, start_after)) filter (where state < 'active' and start_after <= now()))
      ::float8 * 1000 as oldest_waiting_at
  ${FROM} and state <= 'active' group by group_id order by group_id`

export interface DepthRow {
  readonly source: string
  readonly queued: number
  readonly running: number
  readonly oldest_waiting_at: number | null
}

export interface JobRow {
  readonly id: string
  readonly data: QueuedSync
  readonly priority: number
  readonly state: 'created' | 'retry' | 'active' | 'completed' | 'cancelled' | 'failed'
  readonly output: QueueJobResult | null
  readonly created_at: number
  readonly start_after: number
  readonly taken_at: number | null
  readonly ended_at: number | null
}

const CANCELLED: QueueJobResult = { status: 'cancelled', error_type: 'cancelled', sync_id: null }
/** Nobody but pg-boss itself ends a job so: it had no retries left. */
const GIVEN_UP: QueueJobResult = { status: 'lost', error_type: 'lost', sync_id: null }

export function toQueueJob(row: JobRow): QueueJob {
  const waits = row.state === 'created' || row.state === 'retry'
  const state = waits ? 'queued' : row.state === 'active' ? 'running' : 'ended'
  const ended_well = row.state === 'completed' ? row.output : null
  const otherwise = row.state === 'cancelled' ? CANCELLED : GIVEN_UP
  return {
    id: row.id,
    sync: row.data,
    priority: row.priority,
    state,
    created_at: Math.round(row.created_at),
    start_after: Math.round(row.start_after),
    taken_at: row.taken_at === null ? null : Math.round(row.taken_at),
    ended_at: row.ended_at === null ? null : Math.round(row.ended_at),
    result: state === 'ended' ? (ended_well ?? otherwise) : null,
  }
}

export function toDepth({ oldest_waiting_at, ...depth }: DepthRow): SourceDepth {
  return { ...depth, oldest_waiting_at: oldest_waiting_at === null ? null : Math.round(oldest_waiting_at) }
}

export function toTaken(job: JobWithMetadata<QueuedSync>): TakenJob {
  return {
    job_id: job.id,
    token: job.retryCount,
    // That of whoever added it: pg-boss looks at nothing else.
    ...(job.heartbeatSeconds === null ? {} : { lease_ms: job.heartbeatSeconds * 1000 }),
    job: {
      id: job.id,
      sync: job.data,
      priority: job.priority,
      state: 'running',
      created_at: job.createdOn.getTime(),
      start_after: job.startAfter.getTime(),
      taken_at: job.startedOn.getTime(),
      ended_at: null,
      result: null,
    },
  }
}
