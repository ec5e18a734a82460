import type { Selectable } from 'kysely'
import { systemClock, type Clock } from '../../../core/clock.ts'
import type { SyncRow } from '../../../core/sync-record.ts'
import type {
  Change,
  ChangedCourse,
  ChangeFeed,
  ChangePage,
  PruneChanges,
  ReadChanges,
} from '../../change-feed.ts'
import { ChangeBell } from './change-bell.ts'
import { ChangeSettlement } from './change-settlement.ts'
import type { SqlConnection, SqlDatabase } from '../sql-database.ts'
import { outcomeOfRow, syncOfRow } from '../syncs/sync-rows.ts'
import type { ChangesTable } from './change-tables.ts'

const CHANGES = 'canvas_sync_changes'
const PRUNED = 'canvas_sync_changes_pruned'

/** How often who waits looks by itself. In SQLite it is one step in a tree of a mapped file: about 20 µs. */
const LOOK_MS = { sqlite: 25, postgres: 100 }
/** How soon it looks again while a transaction that may bring an earlier change is about to end. */
const SETTLE_MS = 5
/** How long the latest place may wait for them; after that it lies so many changes back. */
const SETTLE_LIMIT_MS = 2000
const STEP_BACK = 1000

type Row = Selectable<ChangesTable>

interface Look {
  readonly rows: readonly Row[]
  /** There are changes behind these, but one before them may still come. */
  readonly unsettled: boolean
}

/** {@link ChangeFeed} in the SQL that both engines understand. */
export class SqlChangeFeed implements ChangeFeed {
  readonly #database: SqlDatabase
  readonly #clock: Clock
  readonly #settlement: ChangeSettlement
  readonly #bell: ChangeBell
  #listening = false

  constructor(database: SqlDatabase, clock: Clock = systemClock) {
    this.#database = database
    this.#clock = clock
    this.#settlement = new ChangeSettlement(database)
    this.#bell = new ChangeBell(clock)
  }

  async latest(): Promise<number> {
    const newest = await this.#newest()
    if (this.#database.dialect === 'sqlite') return newest
    const until = this.#clock.monotonic() + SETTLE_LIMIT_MS
    while ((await this.#settlement.through(newest)) < newest) {
      if (this.#clock.monotonic() > until) return Math.max(0, newest - STEP_BACK)
      await this.#bell.wait(SETTLE_MS)
    }
    return newest
  }

  async readAfter(place: number, { limit, wait_ms = 0 }: ReadChanges): Promise<ChangePage> {
    const until = this.#clock.monotonic() + wait_ms
    for (let first = true; ; first = false) {
      const heard = this.#bell.rings
      const { rows, unsettled } = await this.#look(place, limit)
      // Asked after the rows: what was deleted in between would be missed.
      const answers = first || rows.length > 0
      if (answers && place < (await this.#prunedThrough())) return await this.#lost()
      if (rows.length > 0) return await this.#join(rows)
      if (first && !unsettled && place > (await this.#newest())) return await this.#lost()
      const rest_ms = until - this.#clock.monotonic()
      if (rest_ms <= 0) return { changes: [], syncs: [], courses: [], place, lost: false }
      this.#listen()
      const look_ms = unsettled ? SETTLE_MS : LOOK_MS[this.#database.dialect]
      await this.#bell.wait(Math.min(rest_ms, look_ms), heard)
    }
  }

  async prune({ before, keep, limit }: PruneChanges): Promise<number> {
    const kept_from = (await this.#newest()) - keep + 1
    const stays = ({ id, changed_at }: Pick<Row, 'id' | 'changed_at'>): boolean =>
      id >= kept_from && changed_at >= before
    // Most often there is nothing to do, and no writer has to wait for it.
    const [oldest] = await this.#rowsAfter(0, 1)
    if (oldest === undefined || stays(oldest)) return 0
    return await this.#database.write(async ({ query }) => {
      const rows = await query
        .selectFrom(CHANGES)
        .select(['id', 'changed_at'])
        .orderBy('id')
        .limit(limit)
        .execute()
      const end = rows.findIndex(stays)
      const last = end === -1 ? rows.at(-1) : rows[end - 1]
      if (last === undefined) return 0
      const { numDeletedRows } = await query.deleteFrom(CHANGES).where('id', '<=', last.id).executeTakeFirst()
      await query.updateTable(PRUNED).set({ through: last.id }).where('through', '<', last.id).execute()
      return Number(numDeletedRows)
    })
  }

  /** From the first wait on; not awaited, because who waits looks by itself anyway. */
  #listen(): void {
    if (this.#listening) return
    this.#listening = true
    this.#database
      .listen?.(CHANGES, () => {
        this.#bell.ring()
      })
      .catch(() => {
        this.#listening = false
      })
  }

  async #look(place: number, limit: number): Promise<Look> {
    const rows = await this.#rowsAfter(place, limit)
    const last = rows.at(-1)
    if (last === undefined || this.#database.dialect === 'sqlite') return { rows, unsettled: false }
    if (last.id === place + rows.length) return { rows, unsettled: false }
    const settled = await this.#settlement.through(last.id)
    // What became visible between the two questions is in order now.
    const now = settled > place ? await this.#rowsAfter(place, limit) : rows
    const end = endOfSettled(now, Math.max(place, settled))
    return { rows: now.slice(0, end), unsettled: end < now.length }
  }

  #rowsAfter(place: number, limit: number): Promise<Row[]> {
    return this.#database.read(({ query }) =>
      query.selectFrom(CHANGES).selectAll().where('id', '>', place).orderBy('id').limit(limit).execute(),
    )
  }

  async #prunedThrough(): Promise<number> {
    const row = await this.#database.read(({ query }) =>
      query.selectFrom(PRUNED).select('through').executeTakeFirst(),
    )
    return row?.through ?? 0
  }

  async #newest(): Promise<number> {
    const row = await this.#database.read(({ query }) =>
      query.selectFrom(CHANGES).select('id').orderBy('id', 'desc').limit(1).executeTakeFirst(),
    )
    return row?.id ?? (await this.#prunedThrough())
  }

  async #lost(): Promise<ChangePage> {
    return { changes: [], syncs: [], courses: [], place: await this.latest(), lost: true }
  }

  #join(rows: readonly Row[]): Promise<ChangePage> {
    return this.#database.read(async (connection) => ({
      changes: rows.map(changeOfRow),
      syncs: await syncsOf(connection, rows),
      courses: await coursesOf(connection, rows),
      place: rows.at(-1)?.id ?? 0,
      lost: false,
    }))
  }
}

/** How many of the rows, from the first on, have nothing before them that may still come. */
function endOfSettled(rows: readonly Row[], settled: number): number {
  let through = settled
  for (const [index, { id }] of rows.entries()) {
    if (id > through + 1) return index
    through = Math.max(through, id)
  }
  return rows.length
}

function changeOfRow(row: Row): Change {
  return { ...row }
}

const distinct = <T>(values: readonly (T | null)[]): T[] => [
  ...new Set(values.filter((value) => value !== null)),
]

async function syncsOf({ query }: SqlConnection, changes: readonly Row[]): Promise<SyncRow[]> {
  const ids = distinct(changes.map(({ sync_id }) => sync_id))
  if (ids.length === 0) return []
  const rows = await query.selectFrom('canvas_sync_metrics').selectAll().where('id', 'in', ids).execute()
  return rows.map(syncOfRow)
}

async function coursesOf({ query }: SqlConnection, changes: readonly Row[]): Promise<ChangedCourse[]> {
  const about = changes.filter(({ kind }) => kind === 'course_outcome')
  if (about.length === 0) return []
  const rows = await query
    .selectFrom('canvas_sync_courses')
    .selectAll()
    .where('sync_id', 'in', distinct(about.map(({ sync_id }) => sync_id)))
    .where('course_id', 'in', distinct(about.map(({ course_id }) => course_id)))
    .execute()
  return rows.map((row) => ({ sync_id: row.sync_id, ...outcomeOfRow(row) }))
}
