import { systemClock } from '../../core/clock.ts'
import { isMonitorError, MonitorError } from '../../core/errors.ts'
import { readQueueStatus, unattendedSources, type QueueStatus } from '../../queue/queue-status.ts'
import { openQueueDepths } from '../../server/queue.ts'
import { openStore } from '../../store/open-store.ts'
import type { QueueAttempt } from '../../store/queue.ts'
import type { CommandContext } from '../command.ts'
import { counted } from '../numbers.ts'
import { waitingText } from './queue-text.ts'

/** More names than these help nobody. */
const MOST_NAMES = 3
const MOST_ATTEMPTS = 10_000

/**
 * What `doctor` says of the queue; null where nobody uses one. It looks as a server does: in PostgreSQL it neither makes the
 * tables of the queue nor brings them to this version.
 */
export async function checkQueue({ config }: CommandContext): Promise<string | null> {
  await using store = await openStore(config.database)
  await using server_depths = openQueueDepths(config.database, store.queue)
  const now = systemClock.now()
  const depths = server_depths ?? { depths: () => store.queue.depths(now) }
  let status: QueueStatus
  try {
    status = await readQueueStatus(depths, store.queue, now)
  } catch (error) {
    throw unreadable(error)
  }
  if (status.sources.length === 0 && status.workers.length === 0) return null
  const unattended = unattendedSources(status).map(({ source }) => source)
  if (unattended.length > 0) {
    throw new MonitorError(
      'storage',
      `Syncs of ${namesOf(unattended)} wait, and no living worker has the source: ${statusText(status)}.`,
      { next_step: `Start a worker where the source is configured: worker --source ${unattended[0] ?? ''}.` },
    )
  }
  const held = heldBySilent(status, await store.queue.listRunningAttempts(MOST_ATTEMPTS))
  if (held.length > 0) {
    throw new MonitorError(
      'storage',
      `Syncs of ${namesOf(held)} run on workers that nothing was heard of for 30 s: ${statusText(status)}.`,
      { next_step: 'See queue status for their machines; any living worker gives their syncs to others.' },
    )
  }
  return statusText(status)
}

/** One sync of a source runs at a time: whoever began the last one has it. `attempts` are the oldest first. */
function heldBySilent(
  { sources, workers }: QueueStatus,
  attempts: readonly Pick<QueueAttempt, 'source' | 'worker_id'>[],
): string[] {
  const silent = new Set(workers.filter(({ state }) => state === 'silent').map(({ id }) => id))
  const holders = new Map(attempts.map(({ source, worker_id }) => [source, worker_id]))
  return sources
    .filter(({ source, running }) => running > 0 && silent.has(holders.get(source) ?? ''))
    .map(({ source }) => source)
}

function statusText(status: QueueStatus): string {
  const inState = (state: QueueStatus['workers'][number]['state']): number =>
    status.workers.filter((worker) => worker.state === state).length
  const others = (['draining', 'silent'] as const)
    .map((state) => [inState(state), state] as const)
    .filter(([count]) => count > 0)
    .map(([count, state]) => `, ${count} ${state}`)
  return `${waitingText(status)}; ${counted(inState('working'), 'worker')}${others.join('')}`
}

function namesOf(sources: readonly string[]): string {
  const more = sources.length - MOST_NAMES
  return sources.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${counted(more, 'more source')}` : '')
}

/** pg-boss and the driver throw errors of their own. */
function unreadable(error: unknown): MonitorError {
  if (isMonitorError(error)) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new MonitorError('storage', `The queue of workers cannot be read: ${reason}.`, {
    cause: error,
    next_step: 'Run migrate as the owner of its tables, and give this role the rights of a worker.',
  })
}
