import { errorFingerprint } from '../../../core/error-fingerprint.ts'
import type { SyncErrorType } from '../../../core/error-types.ts'
import type { SyncStatus } from '../../../core/sync-status.ts'
import { EARLIER_COLUMNS, type EarlierColumn, type EarlierSync } from '../../earlier-sync.ts'
import { groupOf } from '../figures/error-group-rows.ts'
import type { SqlConnection } from '../sql-database.ts'

const PLACES = Object.fromEntries(EARLIER_COLUMNS.map((name, place) => [name, place])) as Record<
  EarlierColumn,
  number
>

/** One column of a sync, as it is written. */
export const valueOf = ({ values }: EarlierSync, column: EarlierColumn): string | number | null =>
  values[PLACES[column]] ?? null

export const taskOf = (sync: EarlierSync): string => String(valueOf(sync, 'sync_task_id'))

const LONGEST_TASK_ID = 255

/** Two syncs of the earlier system with one task id: the second is told apart by its key. */
export function renamedTask(task_id: string, key: string): string {
  const suffix = ` (earlier ${key})`
  return task_id.slice(0, LONGEST_TASK_ID - suffix.length).toWellFormed() + suffix
}

/** When it was last known to live: at its end, as far as that is known. */
export const heartbeatOf = (sync: EarlierSync): number =>
  Number(valueOf(sync, 'sync_end_time') ?? valueOf(sync, 'sync_start_time'))

/** Finds the group of each sync's error, each group once. */
export class ErrorGroupFinder {
  readonly #connection: SqlConnection
  readonly #known = new Map<string, number>()

  constructor(connection: SqlConnection) {
    this.#connection = connection
  }

  async groupOf(sync: EarlierSync): Promise<number | null> {
    const error = {
      sync_status: valueOf(sync, 'sync_status') as SyncStatus,
      error_type: valueOf(sync, 'error_type') as SyncErrorType | null,
      error_message: valueOf(sync, 'error_message') as string | null,
    }
    const fingerprint = errorFingerprint(error)
    if (fingerprint === null) return null
    const known = this.#known.get(fingerprint)
    if (known !== undefined) return known
    const id = await groupOf(this.#connection, fingerprint, error)
    this.#known.set(fingerprint, id)
    return id
  }
}
