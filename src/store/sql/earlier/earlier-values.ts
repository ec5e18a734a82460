import { errorFingerprint } from '../../../core/error-fingerprint.ts'
import type { SyncErrorType } from '../../../core/error-types.ts'
import type { SyncStatus } from '../../../core/sync-status.ts'
import { EARLIER_COLUMNS, type EarlierColumn, type EarlierSync } from '../../earlier-store.ts'
import { groupOf } from '../figures/error-group-rows.ts'
import type { SqlConnection } from '../sql-database.ts'
import { sumEarlier, type SummedSync } from './earlier-sums.ts'
import { FigureSums } from './figure-sums.ts'
import { figureValues } from './figure-values.ts'
import { writeRows, type EarlierStatements } from './earlier-statements.ts'

const PLACES = Object.fromEntries(EARLIER_COLUMNS.map((name, place) => [name, place])) as Record<
  EarlierColumn,
  number
>

/** One column of a sync, as it is written. */
export const valueOf = ({ values }: EarlierSync, column: EarlierColumn): string | number | null =>
  values[PLACES[column]] ?? null

export const taskOf = (sync: EarlierSync): string => String(valueOf(sync, 'sync_task_id'))

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

/** A sync that was just written, with its group of errors, where that is to be counted. */
export interface WrittenSync {
  readonly sync: EarlierSync
  readonly id: number
  readonly error_group_id: number | null
}

const summed = (sync: EarlierSync, error_group_id: number | null): SummedSync => ({
  user_id: valueOf(sync, 'user_id') as string | null,
  sync_start_time: Number(valueOf(sync, 'sync_start_time')),
  sync_status: valueOf(sync, 'sync_status') as SyncStatus,
  error_group_id,
})

/** Adds syncs that have just been written to all figures. */
async function addFigures(
  connection: SqlConnection,
  texts: EarlierStatements,
  syncs: readonly WrittenSync[],
): Promise<void> {
  if (connection.dialect === 'postgres') {
    if (syncs.length > 0)
      await connection.executeMany(texts.addFigures, [[JSON.stringify(syncs.map(({ id }) => id))]])
    return
  }
  // The trigger that ingest has for it reads each row three times through a view: a quarter of the time of an import.
  const sums = new FigureSums()
  for (const { sync } of syncs) {
    const { user_id, sync_status, sync_start_time } = summed(sync, null)
    sums.add(user_id, sync_status, sync_start_time, figureValues(sync))
  }
  await connection.executeMany(texts.addTotals, [...sums.totals()])
  await connection.executeMany(texts.addUserTotals, [...sums.userTotals()])
  await connection.executeMany(texts.addDurations, [...sums.durations()])
}

/** In the order in which the triggers would: who writes one sync at the same time waits for the same rows in turn. */
export async function addSums(
  connection: SqlConnection,
  texts: EarlierStatements,
  written: readonly WrittenSync[],
): Promise<void> {
  const { users, errors, first_seen } = sumEarlier(
    written.map(({ sync, error_group_id }) => summed(sync, error_group_id)),
  )
  await connection.executeMany(
    texts.countErrors,
    errors.map((each) => [each.tier, each.bucket_start, each.error_group_id, each.syncs]),
  )
  await connection.executeMany(
    texts.seeErrors,
    [...first_seen].map(([id, at]) => [at, id, at]),
  )
  await addFigures(connection, texts, written)
  const in_order = [...users].sort(([a], [b]) => (a < b ? -1 : 1))
  await writeRows(
    connection,
    texts.addUser,
    in_order.map(([user_id, user]) => [
      user_id,
      user.last_start,
      user.ended_start,
      user.ended_status,
      user.ended_status === null || user.ended_status === 'completed' ? 1 : 0,
      user.completed_start,
    ]),
  )
}
