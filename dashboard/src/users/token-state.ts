import { errorTypeFacts, type SyncErrorType } from '../../../src/core/error-types.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'

/** What the newest syncs of a user say of the Canvas token; the token itself is not known here. */
export type TokenState =
  | { readonly kind: 'worked'; readonly at_ms: number }
  | {
      readonly kind: 'refused'
      /** Of the first sync that was refused, as far as the given syncs reach. */
      readonly since_ms: number
      readonly error_type: SyncErrorType
      /** When it last worked before; null when none of the given syncs says so. */
      readonly worked_ms: number | null
    }
  /** No sync has got so far as to be answered by Canvas. */
  | { readonly kind: 'unknown' }

type Said = Pick<
  SyncRecord,
  'sync_status' | 'error_type' | 'sync_start_time' | 'sync_end_time' | 'heartbeat_at' | 'api_metrics'
>

const isTokenError = (error_type: SyncErrorType | null): boolean => errorTypeFacts(error_type)?.token === true

/** A sync that ended well, or that Canvas gave an answer to, also when it failed of something else. */
function worked({ sync_status, error_type, api_metrics: { calls_made, calls_failed } }: Said): boolean {
  if (isTokenError(error_type)) return false
  return sync_status === 'completed' || sync_status === 'partial' || calls_made > calls_failed
}

const timeOf = ({ sync_end_time, heartbeat_at }: Said): number => Date.parse(sync_end_time ?? heartbeat_at)

/** @param syncs newest first */
export function tokenState(syncs: readonly Said[]): TokenState {
  let since_ms: number | null = null
  let error_type: SyncErrorType | null = null
  for (const sync of syncs) {
    if (isTokenError(sync.error_type)) {
      since_ms = Date.parse(sync.sync_start_time)
      error_type ??= sync.error_type
    } else if (worked(sync)) {
      const at_ms = timeOf(sync)
      if (since_ms === null || error_type === null) return { kind: 'worked', at_ms }
      return { kind: 'refused', since_ms, error_type, worked_ms: at_ms }
    }
  }
  if (since_ms === null || error_type === null) return { kind: 'unknown' }
  return { kind: 'refused', since_ms, error_type, worked_ms: null }
}
