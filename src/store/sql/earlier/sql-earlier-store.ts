import type { EarlierAnswer, EarlierBatch, EarlierStore, EarlierSync } from '../../earlier-store.ts'
import type { SqlConnection, SqlDatabase } from '../sql-database.ts'
import { earlierStatements, type EarlierStatements } from './earlier-statements.ts'
import { findTracked, insertFresh } from './insert-fresh.ts'
import { PassedIds } from './passed-ids.ts'
import { quietly } from './quiet-writes.ts'
import { updateChanged, type ChangedSync } from './update-changed.ts'

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

  async importSyncs({ system, syncs, dry_run }: EarlierBatch): Promise<EarlierAnswer> {
    const texts = this.#statements
    if (dry_run) return await this.#database.read((connection) => plan(connection, texts, system, syncs))
    const may_have = await this.#ids.pass(syncs)
    return await this.#database.write(async (connection) => {
      // Two importers would want the same rows.
      await connection.lock('canvas_sync_import')
      const system_id = await systemId(connection, system)
      const sorted = await sortSyncs(connection, texts, system_id, syncs)
      if (sorted.other_system.length > 0) return answerOf(sorted)
      let answer = answerOf(sorted)
      await quietly(connection, async () => {
        answer = { ...answer, ...(await insertFresh(connection, texts, system_id, sorted.fresh, may_have)) }
        answer = { ...answer, ...(await updateChanged(connection, texts, system_id, sorted.changed)) }
      })
      return answer
    })
  }
}

/** What a write would do, by looking. */
async function plan(
  connection: SqlConnection,
  texts: EarlierStatements,
  system: string,
  syncs: readonly EarlierSync[],
): Promise<EarlierAnswer> {
  const known = await connection.query
    .selectFrom('canvas_sync_earlier_systems')
    .select('id')
    .where('name', '=', system)
    .executeTakeFirst()
  const sorted = await sortSyncs(connection, texts, known?.id ?? 0, syncs)
  const { tracked, taken_ids, repeated } = await findTracked(connection, texts, sorted.fresh)
  const kept = sorted.fresh.filter(({ id }) => id !== null && !taken_ids.has(id)).length
  const imported = sorted.fresh.length - tracked.size
  return {
    ...answerOf(sorted),
    imported,
    kept_ids: Math.min(kept, imported),
    renamed: repeated,
    tracked: tracked.size,
    updated: sorted.changed.length,
  }
}

const answerOf = ({ unchanged, other_system }: Sorted): EarlierAnswer => ({
  imported: 0,
  kept_ids: 0,
  renamed: 0,
  unchanged,
  updated: 0,
  deleted: 0,
  tracked: 0,
  other_system,
})

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
  { knownRows }: EarlierStatements,
  system_id: number,
  syncs: readonly EarlierSync[],
): Promise<Sorted> {
  const rows = await connection.select<KnownRow>(knownRows, [
    system_id,
    JSON.stringify(syncs.map(({ key }) => key)),
  ])
  const sorted: Sorted = { fresh: [], changed: [], other_system: [], unchanged: 0 }
  const known = new Map(rows.map((row) => [row.earlier_key, row]))
  for (const sync of syncs) {
    const row = known.get(sync.key)
    if (row === undefined) sorted.fresh.push(sync)
    else if (row.task_digest !== sync.task_digest) sorted.other_system.push(sync.key)
    else if (row.content_digest === sync.content_digest) sorted.unchanged++
    else sorted.changed.push({ sync, sync_id: row.sync_id })
  }
  return sorted
}
