import type { SystemInfo } from '../../../src/api/system/system-schemas.ts'
import type { CleanupStatus } from '../../../src/logs/cleanup/log-directory.ts'
import type { QueueStatus } from '../../../src/queue/queue-status.ts'
import { counted, spokenBytes } from '../../../src/core/number-text.ts'
import { queueProblem } from './queue-words.ts'

/** `look`: it works, and somebody should look at it. */
export type PartState = 'well' | 'look' | 'bad' | 'off'

/** One part of the server, and what to do when it is not well. */
export interface HealthPart {
  readonly name: string
  readonly state: PartState
  readonly words: string
  /** A line for the shell. */
  readonly command: string | null
}

const DAY_MS = 86_400_000
/** A night may be missed while the server is off; two of them are a habit. */
const LATE_MS = 2 * DAY_MS
const LITTLE_FREE_BYTES = 2e9
const HARDLY_FREE_BYTES = 200e6
const MANY_CONNECTIONS = 0.8

type Part = (
  system: SystemInfo,
  logs: CleanupStatus | undefined,
  now_ms: number,
  queue: QueueStatus | undefined,
) => HealthPart | null

/** The parts that can be told of, in the order in which one depends on the other. */
export function healthParts(
  system: SystemInfo,
  logs: CleanupStatus | undefined,
  now_ms: number,
  queue?: QueueStatus,
): readonly HealthPart[] {
  return PARTS.map((part) => part(system, logs, now_ms, queue)).filter((part) => part !== null)
}

const part = (name: string, state: PartState, words: string, command: string | null = null): HealthPart => ({
  name,
  state,
  words,
  command: state === 'well' ? null : command,
})

const database: Part = ({ health, database: facts }) => {
  if (health.database === 'error' || facts === null) {
    return part('Database', 'bad', 'It does not answer. This says why:', 'canvas-sync-monitor doctor')
  }
  const { connections, connections_most } = facts
  if (
    connections !== null &&
    connections_most !== null &&
    connections > MANY_CONNECTIONS * connections_most
  ) {
    const words = `${counted(connections, 'connection')} of at most ${connections_most}: who comes next may be refused. Give servers and workers a smaller pool.`
    return part('Database', 'look', words, 'postgres://…?pool_size=5')
  }
  return part('Database', 'well', 'It answers.')
}

const log_folder: Part = ({ health }) =>
  health.logs_directory === 'ok'
    ? part('Log folder', 'well', 'It can be written.')
    : part(
        'Log folder',
        'bad',
        'It cannot be written, or its disk is full: syncs go on, and what they log is lost. This says why:',
        'canvas-sync-monitor doctor',
      )

const disk: Part = ({ disk_free_bytes }) => {
  if (disk_free_bytes === null) return null
  const free = `${spokenBytes(disk_free_bytes)} are free where the logs are.`
  if (disk_free_bytes >= LITTLE_FREE_BYTES) return part('Disk', 'well', free)
  const state = disk_free_bytes < HARDLY_FREE_BYTES ? 'bad' : 'look'
  return part('Disk', state, `Only ${free} Archive and delete old logs:`, 'canvas-sync-monitor logs cleanup')
}

const cleanup: Part = (_system, logs, now_ms) => {
  if (logs === undefined) return null
  const { last_cleanup, next_cleanup } = logs
  if (last_cleanup !== null && last_cleanup.errors.length > 0) {
    const words = `The last one met ${counted(last_cleanup.errors.length, 'problem')}, which stands below. Try again:`
    return part('Log clean-up', 'look', words, 'canvas-sync-monitor logs cleanup')
  }
  if (next_cleanup === null) {
    const words = 'No clean-up is planned: logs grow to their limits and archives stay. Clean up by hand:'
    return part('Log clean-up', 'off', words, 'canvas-sync-monitor logs cleanup')
  }
  const late = last_cleanup !== null && now_ms - Date.parse(last_cleanup.finished_at) > LATE_MS
  return late
    ? part(
        'Log clean-up',
        'look',
        'The last nights were missed. This says why:',
        'canvas-sync-monitor logs search cleanup --stream errors',
      )
    : part('Log clean-up', 'well', 'It is done every night.')
}

const retention: Part = ({ retention: schedule, jobs }, _logs, now_ms) => {
  if (schedule === null) {
    const words = 'Old syncs are never deleted by themselves. See what could go:'
    return part('Retention', 'off', words, 'canvas-sync-monitor syncs prune --dry-run')
  }
  const job = jobs?.find((each) => each.job === 'prune')
  if (job?.running === true) return part('Retention', 'well', 'Old syncs are being deleted now.')
  const done_at = job?.done_at ?? null
  if (done_at !== null && now_ms - Date.parse(done_at) > LATE_MS) {
    return part(
      'Retention',
      'look',
      'The last nights were missed. This says why:',
      'canvas-sync-monitor logs search prune --stream errors',
    )
  }
  return part('Retention', 'well', `Syncs are kept for ${counted(schedule.sync_days, 'day')}.`)
}

const live: Part = ({ health: { live_clients, live_overloaded } }) =>
  live_overloaded
    ? part(
        'Live updates',
        'look',
        'Changes come faster than they can be sent: pages load again every few seconds instead. It ends by itself.',
      )
    : part(
        'Live updates',
        'well',
        `${counted(live_clients, 'page')} or program${live_clients === 1 ? '' : 's'} connected.`,
      )

const workers: Part = ({ health: { running_syncs } }, _logs, _now_ms, queue) => {
  const problem = queue === undefined ? null : queueProblem(queue)
  if (problem !== null) {
    return part('Workers', 'bad', `${problem.words} Start one where it is configured:`, problem.command)
  }
  if (running_syncs === null) return null
  const words = running_syncs === 0 ? 'No sync is running.' : `${counted(running_syncs, 'sync')} running.`
  return part('Workers', 'well', words)
}

const PARTS: readonly Part[] = [database, log_folder, disk, workers, live, cleanup, retention]
