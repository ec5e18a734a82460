import { randomUUID } from 'node:crypto'
import { systemClock } from '../../../core/clock.ts'
import { leaseOf } from '../../../config/queue.ts'
import { MonitorError } from '../../../core/errors.ts'
import { cancelJob } from '../../../queue/cancel-job.ts'
import { openQueue } from '../../../queue/open-queue.ts'
import type { SyncQueue } from '../../../queue/sync-queue.ts'
import { openStore } from '../../../store/open-store.ts'
import type { QueueJobState } from '../../../core/queued-sync.ts'
import type { Store } from '../../../store/store.ts'
import { stringValue, type Command, type CommandContext } from '../../command.ts'
import { wholeNumberOption } from '../../numbers.ts'
import {
  durationOption,
  priorityOption,
  QUEUED_SYNC_OPTIONS,
  queuedSyncOf,
} from '../../queue/queued-sync-options.ts'
import { queueSources } from '../../queue/queue-sources.ts'
import { attemptRecord, jobTable, queueJobRecord, second, stateText } from '../../queue/queue-text.ts'
import { printable } from '../../terminal.ts'
import { textTable } from '../../text-table.ts'

const STATES: readonly QueueJobState[] = ['queued', 'running', 'ended']

export const queueAdd: Command = {
  name: 'queue add',
  summary: 'put a sync into the queue and print its id',
  options: {
    ...QUEUED_SYNC_OPTIONS,
    'task-id': {
      type: 'string',
      value: 'ID',
      help: 'of its first attempt; the others have .2, .3 behind it',
    },
    after: { type: 'string', value: 'TIME', help: 'not before so long from now: 10m, 2h' },
  },
  notes: ['One sync of a source runs at a time, over all workers. The token is known to the workers alone.'],
  async run(context) {
    const { terminal, json } = context
    const sync = queuedSyncOf(context, 'queue')
    const priority = priorityOption(context)
    const start_after = systemClock.now() + durationOption(context, 'after', 0)
    if (!queueSources(context).has(sync.source))
      terminal.message(
        `This machine has no source "${sync.source}": a worker that has it must run elsewhere.`,
      )
    return await withQueue(context, async (queue) => {
      const id = randomUUID()
      await queue.add({ id, sync, priority, start_after })
      if (json) terminal.json({ id })
      else terminal.data(id)
      return 0
    })
  },
}

export const queueList: Command = {
  name: 'queue list',
  summary: 'the syncs that run, wait and have ended',
  options: {
    state: { type: 'string', value: 'STATE', help: STATES.join(', ') },
    source: { type: 'string', value: 'NAME', help: 'only of this source' },
    limit: { type: 'string', value: 'N', help: 'at most so many (default 50)' },
  },
  async run(context) {
    const { terminal, json } = context
    const limit = wholeNumberOption(stringValue(context, 'limit'), '--limit', {
      minimum: 1,
      maximum: 10_000,
      missing: 50,
    })
    const state = STATES.find((known) => known === stringValue(context, 'state'))
    if (state === undefined && stringValue(context, 'state') !== undefined) {
      throw new MonitorError('usage', `--state must be one of ${STATES.join(', ')}.`, {
        next_step: 'For example --state queued.',
      })
    }
    const source = stringValue(context, 'source')
    return await withQueue(context, async (queue) => {
      const jobs = await queue.list({
        limit,
        ...(state === undefined ? {} : { state }),
        ...(source === undefined ? {} : { source }),
      })
      if (json) terminal.json(jobs.map(queueJobRecord))
      else if (jobs.length === 0) terminal.message('There is no such sync in the queue.')
      else for (const line of jobTable(jobs)) terminal.data(line)
      return 0
    })
  },
}

export const queueShow: Command = {
  name: 'queue show',
  summary: 'one queued sync and its attempts',
  positionals: 'ID',
  options: {},
  async run(context) {
    const { terminal, json } = context
    const id = idOf(context, 'show')
    return await withQueue(context, async (queue, store) => {
      const job = await queue.find(id)
      if (job === null) throw noSuch(id)
      const attempts = await store.queue.listAttempts(id)
      if (json) terminal.json({ ...queueJobRecord(job), attempts: attempts.map(attemptRecord) })
      else {
        const { source, sync_type } = job.sync
        terminal.data(`${id}: ${sync_type} of ${printable(source)}, ${stateText(job)}`)
        if (job.state === 'queued') terminal.data(`Not before ${second(job.start_after)} UTC`)
        const rows = attempts.map((attempt) => [
          String(attempt.attempt),
          attempt.sync_task_id,
          attempt.state,
          printable(attempt.worker_id),
          second(attempt.started_at),
          second(attempt.ended_at),
        ])
        const heads = ['attempt', 'task id', 'state', 'worker', 'started (UTC)', 'ended (UTC)']
        if (rows.length > 0) for (const line of textTable([heads, ...rows])) terminal.data(line)
      }
      return 0
    })
  },
}

export const queueCancel: Command = {
  name: 'queue cancel',
  summary: 'cancel a queued sync, also one that runs',
  positionals: 'ID',
  options: {},
  notes: ['One that runs is stopped by its worker within seconds; what it has read is kept.'],
  async run(context) {
    const { terminal, json } = context
    const id = idOf(context, 'cancel')
    return await withQueue(context, async (queue, store) => {
      const became = await cancelJob(id, queue, store.queue, systemClock.now())
      if (became === 'unknown') throw noSuch(id)
      if (json) terminal.json({ id, became })
      else terminal.data(`${id}: ${SENTENCES[became]}`)
      return became === 'ended_before' ? 1 : 0
    })
  },
}

const SENTENCES = {
  cancelled: 'cancelled',
  stopping: 'its worker will stop it within seconds',
  ended_before: 'it had ended before',
} as const

/** The queue and its database, closed in the end. */
export async function withQueue<T>(
  { config }: CommandContext,
  use: (queue: SyncQueue, store: Store) => Promise<T>,
): Promise<T> {
  await using store = await openStore(config.database)
  await using queue = await openQueue(config.database, store, { lease_ms: leaseOf(config) })
  return await use(queue, store)
}

function idOf({ positionals }: CommandContext, verb: string): string {
  const [id, ...rest] = positionals
  if (id !== undefined && rest.length === 0) return id
  throw new MonitorError('usage', `queue ${verb} needs the id of one queued sync.`, {
    next_step: 'See queue list for them.',
  })
}

const noSuch = (id: string): MonitorError =>
  new MonitorError('not_found_locally', `There is no queued sync ${printable(id)}.`, {
    next_step: 'See queue list for their ids.',
  })
