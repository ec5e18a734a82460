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

const DAY_MS = 86_400_000

/** What triggers would do for each sync, for all of them. A time before 1970 is in no bucket of ours. */
export class EarlierSums {
  readonly users: Map<string, UserSums> = new Map()
  /** When each group of errors was first met. */
  readonly first_seen: Map<number, number> = new Map()
  readonly #errors = new Map<string, ErrorCount>()

  get errors(): Iterable<ErrorCount> {
    return this.#errors.values()
  }

  add(sync: SummedSync): void {
    if (sync.user_id !== null) addToUser(this.users, sync.user_id, sync)
    const { error_group_id, sync_start_time: at } = sync
    if (error_group_id === null) return
    for (const tier of ['day', 'month'] as const) {
      const bucket_start = tier === 'day' ? at - (at % DAY_MS) : monthStart(at)
      const key = `${tier} ${bucket_start} ${error_group_id}`
      const counted = this.#errors.get(key)
      if (counted === undefined) this.#errors.set(key, { tier, bucket_start, error_group_id, syncs: 1 })
      else counted.syncs++
    }
    this.first_seen.set(error_group_id, Math.min(at, this.first_seen.get(error_group_id) ?? at))
  }
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
