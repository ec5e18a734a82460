import type { RunningSync } from '../store/sync-store.ts'
import type { ProcessIdentity } from './process-identity.ts'

/** After this long without a heartbeat a sync of another host is taken for lost. */
export const LOST_AFTER_MS = 30_000

export interface Surroundings {
  readonly self: ProcessIdentity
  /** When the process with this pid started; undefined when there is none, `unknown` where it cannot be told. */
  readonly startOf: (pid: number) => string | undefined
}

type Reporter = Pick<RunningSync, 'host' | 'pid' | 'process_started'>

/**
 * Whether the process of a sync can be looked at from here, and lives: `elsewhere` for another host, another pid
 * namespace, another machine of the same name, and for this machine before it was started anew.
 */
export function processState(
  sync: Reporter,
  { self, startOf }: Surroundings,
): 'alive' | 'gone' | 'elsewhere' {
  const [space, started, boot = 'none'] = sync.process_started?.split(' ') ?? []
  if (sync.host !== self.host || space !== self.pid_space || sync.pid === null) return 'elsewhere'
  if (boot !== self.boot && boot !== 'none' && self.boot !== 'none') return 'elsewhere'
  const start = startOf(sync.pid)
  if (start === undefined) return 'gone'
  return start === 'unknown' || started === 'unknown' || start === started ? 'alive' : 'gone'
}

/**
 * Why a sync in progress must be dead, or null when it may live. Where the process can be looked at, one that is
 * stopped or busy is left alone however long it is silent; from elsewhere only the heartbeats can be seen.
 *
 * @param silent_ms how long its heartbeat has been seen not to change, by a clock of our own
 */
export function whyLost(
  sync: Reporter & Pick<RunningSync, 'heartbeat_expected'>,
  silent_ms: number,
  surroundings: Surroundings,
): string | null {
  const state = processState(sync, surroundings)
  if (state === 'gone') return `Process ${sync.pid} that ran the sync is gone.`
  if (state === 'alive' || !sync.heartbeat_expected || silent_ms < LOST_AFTER_MS) return null
  return `No heartbeat from ${sync.host ?? 'its host'} for ${Math.round(silent_ms / 1000)} s.`
}
