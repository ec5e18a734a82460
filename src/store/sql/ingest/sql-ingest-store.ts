import { zstdCompressSync, zstdDecompressSync, constants } from 'node:zlib'
import { sql } from 'kysely'
import { MonitorError } from '../../../core/errors.ts'
import type {
  ForgottenEvents,
  BatchLines,
  IngestAnswer,
  IngestBatch,
  IngestStore,
  KnownSync,
  LineWriter,
  ReportedTask,
  RunSought,
  SyncReport,
} from '../../ingest-store.ts'
import { changesGroup, groupErrors } from '../figures/error-group-rows.ts'
import {
  ingestStatements,
  insertedValues,
  outcomeValues,
  updatedValues,
  type IngestStatements,
} from './ingest-statements.ts'
import type { SqlConnection, SqlDatabase } from '../sql-database.ts'
import { COUNTED_TOGETHER, countTogether, type WrittenSyncs } from './count-together.ts'
import { findEmpty } from './find-empty.ts'
import { findKnown, newestRun, takenEventsText } from './known-syncs.ts'

const TASKS_AT_ONCE = 200

/** Log lines shrink to a tenth with the quickest; more effort gains little. */
const QUICKEST = { params: { [constants.ZSTD_c_compressionLevel]: -3 } }

/** {@link IngestStore} in the SQL that both engines understand. */
export class SqlIngestStore implements IngestStore {
  readonly #database: SqlDatabase
  readonly #statements: IngestStatements
  readonly #takenEvents: string

  constructor(database: SqlDatabase) {
    this.#database = database
    this.#statements = ingestStatements(database.dialect)
    this.#takenEvents = takenEventsText(database.dialect)
  }

  find(tasks: readonly ReportedTask[]): Promise<KnownSync[]> {
    return this.#database.read(async (connection) => {
      const known: KnownSync[] = []
      for (let from = 0; from < tasks.length; from += TASKS_AT_ONCE) {
        known.push(
          ...(await findKnown(connection, tasks.slice(from, from + TASKS_AT_ONCE), this.#takenEvents)),
        )
      }
      return known
    })
  }

  newestRun(sought: RunSought): Promise<string | null> {
    return newestRun(this.#database, sought)
  }

  async apply(batch: IngestBatch): Promise<IngestAnswer> {
    let conflicts: string[] = []
    let empty: string[] = []
    // Outside of the transaction: another one may wait for its end.
    const lines = batch.lines === null ? null : zstdCompressSync(batch.lines.lines, QUICKEST)
    try {
      const sync_ids = await this.#database.write(async (connection) => {
        conflicts = []
        empty = []
        const ids: number[] = []
        const reports = inLockOrder(batch.reports)
        const write = async (): Promise<WrittenSyncs> => {
          for (const report of reports) {
            const id = await this.#applyReport(connection, report)
            if (id === null) conflicts.push(report.task_id)
            else ids.push(id)
          }
          if (conflicts.length === 0) empty = await findEmpty(connection, reports, ids)
          // What was begun is undone with it.
          if (conflicts.length + empty.length > 0)
            throw new MonitorError('internal', 'The reports assumed something else.')
          return writtenSyncs(reports, ids)
        }
        if (reports.filter(hasEnded).length < COUNTED_TOGETHER) await write()
        else await countTogether(connection, write)
        const grouped = ids.filter((_, index) => reports[index]?.changes.some(isGrouped))
        if (grouped.length > 0) await groupErrors(connection, grouped)
        await keepLines(connection, batch, lines)
        return new Map(reports.map(({ task_id }, index) => [task_id, ids[index] ?? 0]))
      })
      return {
        sync_ids: batch.reports.map(({ task_id }) => sync_ids.get(task_id) ?? 0),
        conflicts: [],
        empty: [],
      }
    } catch (error) {
      if (conflicts.length + empty.length > 0) return { sync_ids: [], conflicts, empty }
      throw error
    }
  }

  async openWriter(writer: LineWriter): Promise<void> {
    await this.#database.write(({ query }) =>
      query.insertInto('canvas_sync_ingest_writers').values(writer).execute(),
    )
  }

  listWriters(host: string, directory: string): Promise<LineWriter[]> {
    return this.#database.read(({ query }) =>
      query
        .selectFrom('canvas_sync_ingest_writers')
        .selectAll()
        .where('host', '=', host)
        .where('directory', '=', directory)
        .orderBy('opened_at')
        .execute(),
    )
  }

  claimWriter(gone: LineWriter, by: Pick<LineWriter, 'pid' | 'process_started'>): Promise<boolean> {
    return this.#database.write(async ({ query }) => {
      const { numUpdatedRows } = await query
        .updateTable('canvas_sync_ingest_writers')
        .set({ pid: by.pid, process_started: by.process_started })
        .where('writer', '=', gone.writer)
        .where('pid', '=', gone.pid)
        .where('process_started', '=', gone.process_started)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    })
  }

  unconfirmedLines(writer: string): Promise<BatchLines[]> {
    return this.#database.read(async ({ query }) => {
      const rows = await query
        .selectFrom('canvas_sync_ingest_lines')
        .selectAll()
        .where('writer', '=', writer)
        .orderBy('batch')
        .execute()
      return rows.map((row) => ({ ...row, lines: new Uint8Array(zstdDecompressSync(row.lines)) }))
    })
  }

  async confirmLines(writer: string, batch: number): Promise<void> {
    await this.#database.write((connection) => forgetLines(connection, writer, batch))
  }

  async closeWriter(writer: string): Promise<void> {
    await this.#database.write(async (connection) => {
      await forgetLines(connection, writer, Number.MAX_SAFE_INTEGER)
      await connection.query.deleteFrom('canvas_sync_ingest_writers').where('writer', '=', writer).execute()
    })
  }

  forgetEvents(ended_before: number, after: number, limit: number): Promise<ForgottenEvents> {
    return this.#database.write(async ({ query }) => {
      const { rows } = await sql<{ id: number; old: number }>`
        select held.id, case when sync.sync_status <> 'in_progress' and sync.sync_end_time < ${ended_before}
            then 1 else 0 end as old
          from (select distinct sync_id as id from canvas_sync_ingest_events
            where sync_id > ${after} order by sync_id limit ${limit}) as held
          join canvas_sync_metrics as sync on sync.id = held.id
          order by held.id`.execute(query)
      const ids = rows.flatMap(({ id, old }) => (old === 1 ? [id] : []))
      if (ids.length > 0) {
        await query.deleteFrom('canvas_sync_ingest_events').where('sync_id', 'in', ids).execute()
        await query.deleteFrom('canvas_sync_ingest_notes').where('sync_id', 'in', ids).execute()
      }
      return { syncs: ids.length, next: rows.length < limit ? null : (rows.at(-1)?.id ?? null) }
    })
  }

  /** The id of the row; null when the report assumed something else. */
  async #applyReport(connection: SqlConnection, report: SyncReport): Promise<number | null> {
    const { row, sync_id, notes } = report
    const texts = this.#statements
    let id = sync_id
    if (row !== null) {
      const rows =
        sync_id === null
          ? await connection.select<{ id: number }>(texts.insertSync, insertedValues(report, row))
          : await connection.select<{ id: number }>(
              report.reshaped ? texts.updateWhole : texts.updateProgress,
              updatedValues(report, row),
            )
      id = rows[0]?.id ?? null
    }
    if (id === null) return null
    if (report.event_ids.length > 0) {
      const events = [id, JSON.stringify(report.event_ids)]
      if (sync_id === null) await connection.executeMany(texts.insertNewEvents, [events])
      else {
        const taken = await connection.select(texts.insertEvents, events)
        if (taken.length < report.event_ids.length) return null
      }
    }
    const changes = report.changes.map((change) => [
      id,
      change.old_status,
      change.new_status,
      change.reason,
      change.changed_at,
    ])
    if (changes.length > 0) await connection.executeMany(texts.insertChange, changes)
    if (report.outcomes.length > 0) {
      const rows = report.outcomes.map((outcome) => outcomeValues(id, outcome, row?.sync_start_time ?? 0))
      await connection.executeMany(texts.upsertOutcome, rows)
    }
    if (report.start_moved && row !== null) {
      await connection.executeMany(texts.moveCourses, [[row.sync_start_time, id]])
    }
    if (notes !== null) {
      const { started, late_events, problems } = notes
      await connection.executeMany(texts.addLateEvents, [
        [id, started ? 1 : 0, late_events, JSON.stringify(problems)],
      ])
    }
    return id
  }
}

const isGrouped = ({ old_status, new_status }: SyncReport['changes'][number]): boolean =>
  changesGroup(old_status, new_status)

const hasEnded = ({ row }: SyncReport): boolean => row !== null && row.sync_status !== 'in_progress'
const hasJustEnded = (report: SyncReport): boolean =>
  hasEnded(report) && (report.status_before === null || report.status_before === 'in_progress')

function writtenSyncs(reports: readonly SyncReport[], ids: readonly number[]): WrittenSyncs {
  const idsOf = (which: (report: SyncReport) => boolean): number[] =>
    ids.filter((_, index) => reports[index] !== undefined && which(reports[index]))
  return { added: idsOf(hasEnded), ended: idsOf(hasJustEnded) }
}

/** Two servers that take the same syncs must lock their rows in one order. */
function inLockOrder(reports: readonly SyncReport[]): readonly SyncReport[] {
  if (reports.every(({ sync_id }) => sync_id === null)) return reports
  return reports.toSorted((a, b) => (a.task_id < b.task_id ? -1 : a.task_id > b.task_id ? 1 : 0))
}

async function keepLines(
  connection: SqlConnection,
  { lines: kept, confirmed }: IngestBatch,
  lines: Uint8Array | null,
): Promise<void> {
  if (kept !== null && lines !== null) {
    await connection.query
      .insertInto('canvas_sync_ingest_lines')
      .values({ writer: kept.writer, batch: kept.batch, taken_at: kept.taken_at, lines })
      .execute()
  }
  if (confirmed !== null) await forgetLines(connection, confirmed.writer, confirmed.batch)
}

async function forgetLines({ query }: SqlConnection, writer: string, batch: number): Promise<void> {
  await query
    .deleteFrom('canvas_sync_ingest_lines')
    .where('writer', '=', writer)
    .where('batch', '<=', batch)
    .execute()
}
