import type { SyncStatus } from '../../../core/sync-status.ts'
import type { EarlierSync } from '../../earlier-sync.ts'
import type { SqlConnection } from '../sql-database.ts'
import type { EarlierStatements } from './earlier-statements.ts'
import { EarlierSums } from './earlier-sums.ts'
import { valueOf } from './earlier-values.ts'
import { FigureSums } from './figure-sums.ts'
import { figureValues } from './figure-values.ts'
import { writeRows } from './given-rows.ts'

/** A sync that was just written, with its group of errors, where that is to be counted. */
export interface WrittenSync {
  readonly sync: EarlierSync
  readonly error_group_id: number | null
}

/**
 * What all syncs of a batch add to the sums, so that they are written once for all: the rows of thousands of users are
 * written again with each time.
 */
export class BatchSums {
  readonly #connection: SqlConnection
  readonly #texts: EarlierStatements
  readonly #sums = new EarlierSums()
  /** What the triggers do for it reads each row three times through a view: a quarter of an import's time. */
  readonly #figures = new FigureSums()

  constructor(connection: SqlConnection, texts: EarlierStatements) {
    this.#connection = connection
    this.#texts = texts
  }

  add({ sync, error_group_id }: WrittenSync): void {
    const user_id = valueOf(sync, 'user_id') as string | null
    const sync_start_time = Number(valueOf(sync, 'sync_start_time'))
    const sync_status = valueOf(sync, 'sync_status') as SyncStatus
    this.#sums.add({ user_id, sync_start_time, sync_status, error_group_id })
    const figures = figureValues(sync, this.#connection.dialect)
    this.#figures.add(user_id, sync_status, sync_start_time, figures)
  }

  /** In the order in which the triggers would: who writes one sync at the same time waits for the same rows in turn. */
  async write(): Promise<void> {
    const { executeMany } = this.#connection
    const { errors, first_seen } = this.#sums
    await executeMany(
      this.#texts.countErrors,
      Array.from(errors, (each) => [each.tier, each.bucket_start, each.error_group_id, each.syncs]),
    )
    await executeMany(
      this.#texts.seeErrors,
      Array.from(first_seen, ([id, at]) => [at, id, at]),
    )
    await this.#writeFigures()
    await this.#writeUsers()
  }

  async #writeFigures(): Promise<void> {
    const texts = this.#texts
    await writeRows(this.#connection, texts.addTotals, this.#figures.totals())
    await writeRows(this.#connection, texts.addUserTotals, this.#figures.userTotals())
    await writeRows(this.#connection, texts.addDurations, this.#figures.durations())
  }

  async #writeUsers(): Promise<void> {
    const in_order = [...this.#sums.users].sort(([a], [b]) => (a < b ? -1 : 1))
    await writeRows(
      this.#connection,
      this.#texts.addUser,
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
}
