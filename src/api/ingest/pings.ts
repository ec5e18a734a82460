import { randomUUID } from 'node:crypto'
import type { IngestEvent } from '../../core/ingest-event.ts'
import type { ApiServices } from '../services.ts'
import { problem, type Answer } from '../http/answer.ts'
import { takeValues } from './ingest-events.ts'

export type PingAction = 'start' | 'success' | 'fail' | 'log'

/** A line of a wrapper around a cron job: it says that a run starts or ends, and nothing more. */
export interface Ping {
  /** The job, which becomes the sync type. */
  readonly slug: string
  readonly action: PingAction
  /** The run; null for the newest that is running. */
  readonly run_id: string | null
  /** Why it failed. */
  readonly error_message?: string
  readonly duration_ms?: number
  readonly environment?: string
}

const TRIGGER = 'ping'
/** Runs of one job at the same time among which the newest is looked for. */
const MOST_RUNNING = 100

/** Reports the ping as events of a sync; the run's id, or why it was not taken. */
export async function takePing(
  services: ApiServices,
  ping: Ping,
): Promise<{ readonly run_id: string } | { readonly refused: Answer }> {
  const run_id = ping.run_id ?? (ping.action === 'start' ? null : await newestRun(services, ping.slug))
  if (ping.action === 'log' && run_id === null) return { run_id: '' }
  const named = run_id ?? randomUUID()
  const taken = await takeValues(services, eventsOf(ping, named))
  if ('refused' in taken) return taken
  return taken.report.rejected === 0
    ? { run_id: named }
    : { refused: problem(400, 'Another sync has the task id of this run: name the run otherwise.') }
}

/**
 * The start stands before an end, too: where it was taken before it is a duplicate, and where a job only says that it
 * has ended, it makes the row.
 */
function eventsOf(
  { slug, action, duration_ms, environment, error_message }: Ping,
  run_id: string,
): IngestEvent[] {
  const task_id = `${slug}:${run_id}`
  const start: IngestEvent = {
    type: 'start',
    task_id,
    sync_type: slug,
    trigger: TRIGGER,
    heartbeat_expected: false,
    ...(environment === undefined ? {} : { metadata: { environment } }),
  }
  if (action === 'start') return [start]
  if (action === 'log') return [start, { type: 'heartbeat', task_id }]
  return [
    start,
    {
      type: 'finish',
      task_id,
      status: action === 'success' ? 'completed' : 'failed',
      ...(action === 'fail' ? { error_message: error_message ?? 'The job reported a failure.' } : {}),
      ...(duration_ms === undefined ? {} : { duration_ms }),
    },
  ]
}

async function newestRun({ store }: ApiServices, slug: string): Promise<string | null> {
  const filter = { status: 'in_progress', sync_type: slug, limit: MOST_RUNNING } as const
  const running = await store.syncs.listSyncs(filter)
  const run = running.find((sync) => sync.trigger === TRIGGER && sync.sync_task_id.startsWith(`${slug}:`))
  return run?.sync_task_id.slice(slug.length + 1) ?? null
}
