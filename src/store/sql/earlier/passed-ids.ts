import type { SqlDatabase } from '../sql-database.ts'

const SEQUENCE = `pg_get_serial_sequence('canvas_sync_metrics', 'id')`

/**
 * The ids that PostgreSQL's sequence was moved past: nobody gets them any more, so that syncs can have them again. Those
 * below may be on their way in a transaction that is not seen yet.
 */
export class PassedIds {
  readonly #database: SqlDatabase
  /** From, and to, both ours. */
  #ours: readonly [number, number] = [1, 0]

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  /** Moves the sequence past the highest id of some syncs; answers which ids can be used where no row has them. */
  async pass(highest: number): Promise<(id: number) => boolean> {
    // One writer at a time: what is seen is all there is.
    if (this.#database.dialect === 'sqlite') return () => true
    const [from, to] = this.#ours
    if (highest > to) {
      const given = await this.#moveTo(highest)
      this.#ours = given <= to ? [from, highest] : [given + 1, highest]
    }
    const [first, last] = this.#ours
    return (id) => id >= first && id <= last
  }

  /** The highest id that was given before. */
  #moveTo(highest: number): Promise<number> {
    return this.#database.write(async ({ select }) => {
      // Waits for those who have an id and have not written it; for a moment nobody else gets one.
      await select('lock table canvas_sync_metrics in share row exclusive mode', [])
      const [name] = await select<{ sequence: string }>(`select ${SEQUENCE} as sequence`, [])
      const [state] = await select<{ given: number }>(
        `select case when is_called then last_value else last_value - 1 end as given from ${name?.sequence ?? ''}`,
        [],
      )
      const given = state?.given ?? 0
      if (highest > given) await select(`select setval(${SEQUENCE}, cast($1 as bigint))`, [highest])
      return given
    })
  }
}
