import type { Generated } from 'kysely'
import type { AttemptState } from '../../queue.ts'

export interface QueueJobsTable {
  id: string
  source: string
  sync: string
  priority: Generated<number>
  state: 'queued' | 'running' | 'ended'
  start_after: number
  created_at: number
  token: Generated<number>
  taken_at: number | null
  heartbeat_at: number | null
  ended_at: number | null
  result: string | null
}

export interface QueueAttemptsTable {
  job_id: string
  attempt: number
  sync_task_id: string
  source: string
  token: number
  worker_id: string
  host: string
  pid: number
  process_started: string
  state: AttemptState
  started_at: number
  ended_at: number | null
}

export interface QueueWorkersTable {
  id: string
  host: string
  pid: number
  version: string
  sources: string
  concurrency: number
  running: number
  state: 'working' | 'draining'
  started_at: number
  heartbeat_at: number
}

export interface QueueSchedulesTable {
  slug: string
  cron: string
  time_zone: string
  source: string
  sync: string
  priority: number
  created_at: number
  next_at: number | null
  last_at: number | null
  last_job_id: string | null
}

export interface QueueTables {
  canvas_queue_jobs: QueueJobsTable
  canvas_queue_attempts: QueueAttemptsTable
  canvas_queue_cancellations: { job_id: string; requested_at: number }
  canvas_queue_workers: QueueWorkersTable
  canvas_queue_schedules: QueueSchedulesTable
}
