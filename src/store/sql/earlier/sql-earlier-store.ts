import type { EarlierAnswer, EarlierBatch, EarlierStore } from '../../earlier-store.ts'
import type { EarlierSync } from '../../earlier-sync.ts'
import { unpackSyncs, type PackedSyncs } from '../../packed-syncs.ts'
import type { SqlConnection, SqlDatabase } from '../sql-database.ts'
import { BatchSums } from './batch-sums.ts'
import { earlierStatements, type EarlierStatements } from './earlier-statements.ts'
import { ErrorGroupFinder } from './earlier-values.ts'
import { findTracked, insertFresh, type EarlierWrite } from './insert-fresh.ts'
import { PassedIds } from './passed-ids.ts'
import { countPostponed, makePostponedIndex } from './make-postponed-index.ts'
import { quietly } from './quiet-writes.ts'
import { isTheSame, updateChanged, type ChangedSync, type SyncThere } from './update-changed.ts'

interface KnownRow {
  readonly earlier_key: string
  readonly sync_id: number
  readonly task_digest: number
  readonly content_digest: number
}

interface Sorted {
  readonly fresh: EarlierSync[]
  readonly changed: ChangedSync[]
  readonly other_system: string[]
  unchanged: number
}

/** {@link EarlierStore} in the SQL that both engines understand. */
export class SqlEarlierStore implements EarlierStore {
  readonly #database: SqlDatabase
  readonly #statements: EarlierStatements
  readonly #ids: PassedIds

  constructor(database: SqlDatabase) {
    this.#database = database
    this.#statements = earlierStatements(database.dialect)
    this.#ids = new PassedIds(database)
  }

  countPostponedIndexes(): Promise<number> {
    return this.#database.read(countPostponed)
  }

  makePostponedIndex(): Promise<number> {
    return makePostponedIndex(this.#database)
  }

  async importSyncs({ system, pages, dry_run }: EarlierBatch): Promise<EarlierAnswer> {
    const texts = this.#statements
    if (dry_run) return await this.#database.read((connection) => plan(connection, texts, system, pages))
    const may_have = await this.#ids.pass(Math.max(0, ...pages.map(({ highest_id }) => highest_id)))
    let others: readonly string[] = []
    try {
      return await this.#database.write(async (connection) => {
        // Two importers would want the same rows.
        await connection.lock('canvas_sync_import')
        const system_id = await systemId(connection, system)
        const answer = noAnswer()
        await quietly(connection, async () => {
          const sums = new BatchSums(connection, texts)
          const groups = new ErrorGroupFinder(connection)
          const write: EarlierWrite = { connection, texts, system_id, may_have, groups, sums, copies: true }
          // A page at a time: only its syncs are in memory as objects.
          for (const page of pages) {
            const sorted = await sortSyncs(connection, texts, system_id, unpackSyncs(page))
            others = sorted.other_system
            // Nothing of the batch stays.
            if (others.length > 0) throw new Error('The rows are of another system.')
            answer.unchanged += sorted.unchanged
            add(answer, await insertFresh(write, sorted.fresh))
            add(answer, await updateChanged(write, sorted.changed))
          }
          await sums.write()
        })
        return { ...answer, other_system: [] }
      })
    } catch (error) {
      if (others.length === 0) throw error
      return { ...noAnswer(), other_system: others }
    }
  }
}

type Counts = Record<Exclude<keyof EarlierAnswer, 'other_system'>, number>

const noAnswer = (): Counts => ({
  imported: 0,
  kept_ids: 0,
  renamed: 0,
  unchanged: 0,
  updated: 0,
  deleted: 0,
  tracked: 0,
})

function add(answer: Counts, counts: Partial<Counts>): void {
  for (const [name, count] of Object.entries(counts)) answer[name as keyof Counts] += count
}

/** What a write would do, by looking. */
async function plan(
  connection: SqlConnection,
  texts: EarlierStatements,
  system: string,
  pages: readonly PackedSyncs[],
): Promise<EarlierAnswer> {
  const known = await connection.query
    .selectFrom('canvas_sync_earlier_systems')
    .select('id')
    .where('name', '=', system)
    .executeTakeFirst()
  const answer = noAnswer()
  const other_system: string[] = []
  const seen = new Set<string>()
  for (const page of pages) {
    const sorted = await sortSyncs(connection, texts, known?.id ?? 0, unpackSyncs(page))
    const { fresh, changed, unchanged } = sorted
    const { tracked, taken_ids, repeated } = await findTracked(connection, texts, fresh, seen)
    const kept = fresh.filter(({ id }) => id !== null && !taken_ids.has(id)).length
    const imported = fresh.length - tracked.size
    other_system.push(...sorted.other_system)
    add(answer, {
      imported,
      kept_ids: Math.min(kept, imported),
      renamed: repeated,
      tracked: tracked.size,
      updated: changed.length,
      unchanged,
    })
  }
  return { ...answer, other_system }
}

async function systemId({ query }: SqlConnection, name: string): Promise<number> {
  const known = await query
    .selectFrom('canvas_sync_earlier_systems')
    .select('id')
    .where('name', '=', name)
    .executeTakeFirst()
  if (known !== undefined) return known.id
  const made = await query
    .insertInto('canvas_sync_earlier_systems')
    .values({ name })
    .returning('id')
    .executeTakeFirstOrThrow()
  return made.id
}

async function sortSyncs(
  connection: SqlConnection,
  texts: EarlierStatements,
  system_id: number,
  syncs: readonly EarlierSync[],
): Promise<Sorted> {
  const rows = await connection.select<KnownRow>(texts.knownRows, [
    system_id,
    JSON.stringify(syncs.map(({ key }) => key)),
  ])
  const sorted: Sorted = { fresh: [], changed: [], other_system: [], unchanged: 0 }
  const known = new Map(rows.map((row) => [row.earlier_key, row]))
  const renamed: ChangedSync[] = []
  for (const sync of syncs) {
    const row = known.get(sync.key)
    if (row === undefined) sorted.fresh.push(sync)
    else if (row.content_digest === sync.content_digest) sorted.unchanged++
    else if (row.task_digest === sync.task_digest) sorted.changed.push({ sync, sync_id: row.sync_id })
    else renamed.push({ sync, sync_id: row.sync_id })
  }
  await sortRenamed(connection, texts, renamed, sorted)
  return sorted
}

/** A sync that began when it did is the same under another task id: some systems fill that in later. */
async function sortRenamed(
  { select }: SqlConnection,
  { syncsById }: EarlierStatements,
  renamed: readonly ChangedSync[],
  { changed, other_system }: Sorted,
): Promise<void> {
  if (renamed.length === 0) return
  const rows = await select<SyncThere>(syncsById, [JSON.stringify(renamed.map(({ sync_id }) => sync_id))])
  const there = new Map(rows.map((row) => [row.id, row]))
  for (const each of renamed) {
    const row = there.get(each.sync_id)
    // One that is not here any more cannot be compared, and does not come back either way.
    if (row === undefined || isTheSame(row, each.sync)) changed.push(each)
    else other_system.push(each.sync.key)
  }
}
