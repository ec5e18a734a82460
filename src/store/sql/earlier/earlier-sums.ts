import type { SyncStatus } from '../../../core/sync-status.ts'

/** What the monitor keeps of a user, out of the syncs of a batch. */
export interface UserSums {
  last_start: number
  /** Of the newest that ended by itself: see migration 0013. Null when none did. */
  ended_status: SyncStatus | null
  ended_start: number
  completed_start: number
}

/** One sync as far as users and errors go. */
export interface SummedSync {
  readonly user_id: string | null
  readonly sync_start_time: number
  readonly sync_status: SyncStatus
  readonly error_group_id: number | null
}

export type ErrorTier = 'day' | 'month'

export interface ErrorCount {
  readonly tier: ErrorTier
  readonly bucket_start: number
  readonly error_group_id: number
  syncs: number
}

export interface EarlierSums {
  readonly users: ReadonlyMap<string, UserSums>
  readonly errors: readonly ErrorCount[]
  /** When each group of errors was first met. */
  readonly first_seen: ReadonlyMap<number, number>
}

const DAY_MS = 86_400_000

/** What triggers would do for each sync, for all of them. A time before 1970 is in no bucket of ours. */
export function sumEarlier(syncs: readonly SummedSync[]): EarlierSums {
  const users = new Map<string, UserSums>()
  const errors = new Map<string, ErrorCount>()
  const first_seen = new Map<number, number>()
  for (const sync of syncs) {
    if (sync.user_id !== null) addToUser(users, sync.user_id, sync)
    const { error_group_id, sync_start_time: at } = sync
    if (error_group_id === null) continue
    for (const tier of ['day', 'month'] as const) {
      const bucket_start = tier === 'day' ? at - (at % DAY_MS) : monthStart(at)
      const key = `${tier} ${bucket_start} ${error_group_id}`
      const counted = errors.get(key)
      if (counted === undefined) errors.set(key, { tier, bucket_start, error_group_id, syncs: 1 })
      else counted.syncs++
    }
    first_seen.set(error_group_id, Math.min(at, first_seen.get(error_group_id) ?? at))
  }
  return { users, errors: [...errors.values()], first_seen }
}

function addToUser(
  users: Map<string, UserSums>,
  user_id: string,
  { sync_start_time: at, sync_status }: SummedSync,
): void {
  let sums = users.get(user_id)
  if (sums === undefined) {
    sums = { last_start: at, ended_status: null, ended_start: 0, completed_start: 0 }
    users.set(user_id, sums)
  }
  sums.last_start = Math.max(sums.last_start, at)
  if (sync_status === 'in_progress' || sync_status === 'cancelled') return
  if (at >= sums.ended_start) sums.ended_status = sync_status
  sums.ended_start = Math.max(sums.ended_start, at)
  if (sync_status === 'completed') sums.completed_start = Math.max(sums.completed_start, at)
}

/** In UTC. */
export function monthStart(at: number): number {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
}
