import { MonitorError } from '../../../core/errors.ts'
import type { EarlierAnswer } from '../../earlier-store.ts'
import { IMPORT_TRIGGER, type EarlierSync } from '../../earlier-sync.ts'
import type { SqlConnection } from '../sql-database.ts'
import type { BatchSums } from './batch-sums.ts'
import { COPIED_COLUMNS, EARLIER_ROWS, ROW_COLUMNS, type EarlierStatements } from './earlier-statements.ts'
import { heartbeatOf, renamedTask, taskOf, type ErrorGroupFinder } from './earlier-values.ts'
import { writeRows } from './given-rows.ts'

interface IdAndTask {
  readonly id: number
  readonly sync_task_id: string
}
interface Found extends IdAndTask {
  readonly made_by: string
}

/** A sync with the id and the task id that it is to have. */
interface Placed {
  readonly sync: EarlierSync
  readonly id: number
  readonly task_id: string
}

interface Written extends Placed {
  readonly error_group_id: number | null
}

/** Each time somebody else has taken ids or task ids meanwhile, or one more earlier system has the same task id. */
const MOST_ROUNDS = 20

/** What the writes of one transaction have in common. */
export interface EarlierWrite {
  readonly connection: SqlConnection
  readonly texts: EarlierStatements
  readonly system_id: number
  /** Whether an id that no row has can be used. */
  readonly may_have: (id: number) => boolean
  readonly groups: ErrorGroupFinder
  /** Gets what is to be in the sums. */
  readonly sums: BatchSums
  /** Whether it is worth while to try a COPY; false once one was refused. */
  copies: boolean
}

/** Writes syncs that were never taken over, but not their sums; the triggers must leave them alone. */
export async function insertFresh(
  write: EarlierWrite,
  fresh: readonly EarlierSync[],
): Promise<Pick<EarlierAnswer, 'imported' | 'kept_ids' | 'renamed' | 'tracked'>> {
  const { connection, texts, system_id, may_have, groups, sums } = write
  if (fresh.length === 0) return { imported: 0, kept_ids: 0, renamed: 0, tracked: 0 }
  const written: Written[] = []
  let tracked = 0
  let waiting = await placeAll(connection, texts, fresh, may_have)
  for (let round = 0; waiting.length > 0; round++) {
    if (round === MOST_ROUNDS) throw idsAreTaken()
    const tried: Written[] = []
    for (const placed of waiting) tried.push({ ...placed, error_group_id: await groups.groupOf(placed.sync) })
    if (round === 0 && (await copySyncs(write, tried))) {
      written.push(...tried)
      break
    }
    await writeRows(connection, texts.insertSync, tried.map(insertedRow))
    const refused = await refusedOf(connection, texts, tried, written)
    if (refused.length === 0) break
    const again = await tryAgain(connection, texts, refused)
    waiting = again.placed
    tracked += again.tracked
  }
  const rows = written.map(({ sync, id }) => [system_id, sync.key, id, sync.task_digest, sync.content_digest])
  // Nobody else writes them meanwhile.
  if (!((await connection.copyIn?.(EARLIER_ROWS, ROW_COLUMNS, rows)) ?? false)) {
    await writeRows(connection, texts.insertRow, rows)
  }
  for (const each of written) sums.add(each)
  return {
    imported: written.length,
    kept_ids: written.filter(({ sync, id }) => sync.id === id).length,
    renamed: written.filter(({ sync, task_id }) => task_id !== taskOf(sync)).length,
    tracked,
  }
}

/** PostgreSQL: all of them with one COPY, unless one has an id or a task id that is there; then with statements, also the next. */
async function copySyncs(write: EarlierWrite, tried: readonly Written[]): Promise<boolean> {
  if (write.connection.copyIn === undefined || !write.copies) return false
  const rows = function* (): Generator<unknown[]> {
    for (const each of tried) yield [...insertedRow(each), IMPORT_TRIGGER, 0]
  }
  write.copies = await write.connection.copyIn('canvas_sync_metrics', COPIED_COLUMNS, rows())
  return write.copies
}

const insertedRow = ({ sync, id, task_id, error_group_id }: Written): unknown[] => [
  task_id,
  ...sync.values.slice(1),
  id,
  heartbeatOf(sync),
  error_group_id,
]

function idsAreTaken(): MonitorError {
  return new MonitorError(
    'database_busy',
    'Syncs could not be written: their ids are taken again and again.',
    {
      next_step: 'Run the import again when fewer syncs begin; what it has done stays.',
      retryable: true,
    },
  )
}

/**
 * What a write would meet.
 * @param seen task ids of the pages before this one; gets those of this one
 */
export async function findTracked(
  connection: SqlConnection,
  texts: EarlierStatements,
  fresh: readonly EarlierSync[],
  seen: Set<string>,
): Promise<{
  readonly tracked: ReadonlySet<string>
  readonly repeated: number
  readonly taken_ids: ReadonlySet<number>
}> {
  const tasks = JSON.stringify(fresh.map(taskOf))
  const found = await connection.select<Found>(texts.syncsByTask, [tasks])
  const imported = new Set(
    found.filter(({ made_by }) => made_by === IMPORT_TRIGGER).map((row) => row.sync_task_id),
  )
  const tracked = new Set(found.map((row) => row.sync_task_id).filter((task_id) => !imported.has(task_id)))
  let repeated = 0
  for (const task_id of fresh.map(taskOf)) {
    if (seen.has(task_id) || imported.has(task_id)) repeated++
    seen.add(task_id)
  }
  return { tracked, repeated, taken_ids: await takenIds(connection, texts, fresh) }
}

async function takenIds(
  connection: SqlConnection,
  { syncsById }: EarlierStatements,
  fresh: readonly EarlierSync[],
): Promise<Set<number>> {
  const wished = fresh.flatMap(({ id }) => (id === null ? [] : [id]))
  if (wished.length === 0) return new Set()
  const rows = await connection.select<IdAndTask>(syncsById, [JSON.stringify(wished)])
  return new Set(rows.map(({ id }) => id))
}

/** Each keeps its id where that is free. */
async function placeAll(
  connection: SqlConnection,
  texts: EarlierStatements,
  fresh: readonly EarlierSync[],
  may_have: (id: number) => boolean,
): Promise<Placed[]> {
  const taken = await takenIds(connection, texts, fresh)
  const keeps = ({ id }: EarlierSync): boolean => id !== null && !taken.has(id) && may_have(id)
  const highest = fresh.reduce((most, sync) => (keeps(sync) ? Math.max(most, sync.id ?? 0) : most), 0)
  const others = await reserveIds(connection, texts, fresh.filter((sync) => !keeps(sync)).length, highest)
  let next = 0
  return fresh.map((sync) => ({
    sync,
    id: (keeps(sync) ? sync.id : others[next++]) ?? 0,
    task_id: taskOf(sync),
  }))
}

/** So many ids that nobody else has or gets; in SQLite all above `above`. */
async function reserveIds(
  connection: SqlConnection,
  { nextIds }: EarlierStatements,
  count: number,
  above: number,
): Promise<number[]> {
  if (count === 0) return []
  if (connection.dialect === 'postgres') {
    return (await connection.select<{ id: number }>(nextIds, [count])).map(({ id }) => id)
  }
  // One writer at a time: what is free now is free to the end of the transaction.
  const [row] = await connection.select<{ id: number }>(nextIds, [])
  const first = Math.max(row?.id ?? 1, above + 1)
  return Array.from({ length: count }, (_, index) => first + index)
}

/** Those that did not get in; the others are added to `written`. */
async function refusedOf(
  connection: SqlConnection,
  { syncsById }: EarlierStatements,
  tried: readonly Written[],
  written: Written[],
): Promise<Placed[]> {
  const rows = await connection.select<IdAndTask>(syncsById, [JSON.stringify(tried.map(({ id }) => id))])
  const there = new Map(rows.map((row) => [row.id, row.sync_task_id]))
  const refused: Placed[] = []
  for (const placed of tried) {
    if (there.get(placed.id) === placed.task_id) written.push(placed)
    else refused.push(placed)
  }
  return refused
}

/** Their id was taken meanwhile, or their task id is. */
async function tryAgain(
  connection: SqlConnection,
  texts: EarlierStatements,
  refused: readonly Placed[],
): Promise<{ readonly placed: Placed[]; readonly tracked: number }> {
  const tasks = JSON.stringify(refused.map(({ task_id }) => task_id))
  const found = await connection.select<Found>(texts.syncsByTask, [tasks])
  const makers = new Map(found.map((row) => [row.sync_task_id, row.made_by]))
  const again: { readonly sync: EarlierSync; readonly task_id: string }[] = []
  let tracked = 0
  for (const { sync, task_id } of refused) {
    const maker = makers.get(task_id)
    if (maker === undefined) again.push({ sync, task_id })
    else if (maker !== IMPORT_TRIGGER) tracked++
    else again.push({ sync, task_id: renamedTask(task_id, sync.key) })
  }
  const ids = await reserveIds(connection, texts, again.length, 0)
  return { placed: again.map((each, index) => ({ ...each, id: ids[index] ?? 0 })), tracked }
}
