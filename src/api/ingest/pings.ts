import { randomUUID } from 'node:crypto'
import type { IngestEvent } from '../../core/ingest-event.ts'
import type { Reporter } from '../../ingest/reporter.ts'
import type { ApiServices } from '../services.ts'
import { problem, type Answer } from '../http/answer.ts'
import type { Caller } from '../../core/access.ts'
import { reporterOf, takeValues } from './ingest-events.ts'

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

const NOT_YOURS =
  'A run with this id was started with a token of another name: use that one, or name the run otherwise.'
const TAKEN = 'Another sync has the task id of this run: name the run otherwise.'

/** Reports the ping as events of a sync; the run's id, or why it was not taken. */
export async function takePing(
  services: ApiServices,
  ping: Ping,
  caller: Caller,
): Promise<{ readonly run_id: string } | { readonly refused: Answer }> {
  const reporter = reporterOf(caller)
  const run_id =
    ping.run_id ?? (ping.action === 'start' ? null : await newestRun(services, ping.slug, reporter))
  if (ping.action === 'log' && run_id === null) return { run_id: '' }
  const named = run_id ?? randomUUID()
  const taken = await takeValues(services, eventsOf(ping, named), reporter)
  if ('refused' in taken) return taken
  const [refusal] = taken.report.errors
  if (refusal === undefined) return { run_id: named }
  return { refused: refusal.code === 'not_your_sync' ? problem(403, NOT_YOURS) : problem(400, TAKEN) }
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
      // It says nothing of what was read.
      may_be_empty: true,
      ...(action === 'fail' ? { error_message: error_message ?? 'The job reported a failure.' } : {}),
      ...(duration_ms === undefined ? {} : { duration_ms }),
    },
  ]
}

/** Of the reporter's own, and of those that belong to nobody: even one that may end them all seldom means another's. */
async function newestRun({ store }: ApiServices, slug: string, { name }: Reporter): Promise<string | null> {
  const task_id_prefix = `${slug}:`
  const task_id = await store.ingest.newestRun({ task_id_prefix, trigger: TRIGGER, reported_by: name })
  return task_id?.slice(task_id_prefix.length) ?? null
}
