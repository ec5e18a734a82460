import type { Clock } from '../core/clock.ts'
import { isoTime } from '../core/iso-time.ts'
import type { SyncStatus } from '../core/sync-status.ts'
import type { LegacyZone } from '../logs/reading/legacy-zone.ts'
import type { EarlierStore } from '../store/earlier-store.ts'
import { BatchSender } from './batch-sender.ts'
import type { EarlierPage, EarlierSource } from './earlier-source.ts'
import { RowNotes, type ImportReport } from './import-report.ts'
import { planColumns, type ColumnPlan } from './rows/column-names.ts'
import { RowReader, type Correction, type Refusal } from './rows/read-row.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** How long writing a batch may take: others who write to a SQLite database wait, in PostgreSQL those with syncs of its users. */
const BATCH_MS = 1500
/** In a new database. Longer ones write the sums of a user less often. */
const FIRST_BATCH_MS = 3000

export interface ImportOptions {
  readonly source: EarlierSource
  readonly table: string
  /** Null: there is no database yet, and nothing is written. */
  readonly store: EarlierStore | null
  readonly clock: Clock
  /** The name of the earlier system. */
  readonly system: string
  readonly dry_run: boolean
  /** Of times that name none. */
  readonly zone: LegacyZone
  readonly keep_error_messages: boolean
  /** A sync in progress is lost when it began longer ago, hours. */
  readonly lost_after_hours: number
  readonly kept_columns: readonly string[]
  /** For how long syncs are kept here, days; null for ever. */
  readonly sync_days: number | null
  readonly signal: AbortSignal
  readonly onProgress?: (progress: ImportProgress) => void
}

export interface ImportProgress {
  readonly rows: number
  /** From 0 to 1; null when nobody knows. */
  readonly done: number | null
  /** Indexes that are still to be made, once all rows are written; null before. */
  readonly indexes: number | null
}

/**
 * Takes the syncs of an earlier system over. What was taken over before is found again, so that it can be done any number of
 * times and goes on where it was broken off.
 *
 * @throws MonitorError of the source and the store; `usage` for another system under the same name
 */
export async function importSyncs(options: ImportOptions): Promise<Omit<ImportReport, 'logs'>> {
  const is_new = ((await options.store?.countPostponedIndexes()) ?? 0) > 0
  const run = new ImportRun(options, is_new ? FIRST_BATCH_MS : BATCH_MS)
  let complete: boolean
  try {
    complete = await takeAll(run, options)
  } catch (error) {
    // The first error is the one to tell.
    await run.makeIndexes().catch(() => {})
    throw error
  }
  await run.makeIndexes()
  return run.report(complete)
}

/** Whether it came to the end. */
async function takeAll(run: ImportRun, { source, signal }: ImportOptions): Promise<boolean> {
  let complete = true
  try {
    for await (const page of source.pages(signal)) await run.take(page)
  } catch (error) {
    if (!signal.aborted) throw error
    complete = false
  }
  await run.end()
  return complete
}

class ImportRun {
  readonly #options: ImportOptions
  readonly #began: number
  readonly #now: number
  readonly #sender: BatchSender
  readonly #refused = new RowNotes<Refusal>()
  readonly #corrected = new RowNotes<Correction>()
  readonly #statuses: Partial<Record<SyncStatus, number>> = {}
  #plan: ColumnPlan | null = null
  #columns: readonly string[] = []
  #reader: RowReader | null = null
  #read = 0
  #done: number | null = null
  #first = Number.POSITIVE_INFINITY
  #last = Number.NEGATIVE_INFINITY
  #in_the_future = 0
  #older = 0

  constructor(options: ImportOptions, batch_ms: number) {
    this.#options = options
    this.#began = options.clock.monotonic()
    this.#now = options.clock.now()
    const { store, system, dry_run } = options
    this.#sender = new BatchSender({ store, system, dry_run, batch_ms, onWritten: () => this.#tell() })
  }

  /** Also of an import that was broken off: whoever opens the database next need not wait for them. */
  async makeIndexes(): Promise<void> {
    const { store, dry_run, onProgress } = this.#options
    if (store === null || dry_run) return
    let indexes = await store.countPostponedIndexes()
    while (indexes > 0) {
      onProgress?.({ rows: this.#read, done: this.#done, indexes })
      indexes = await store.makePostponedIndex()
    }
  }

  async take({ columns, rows, done }: EarlierPage): Promise<void> {
    const reader = this.#readerOf(columns)
    const { total } = this.#options.source
    for (const row of rows) {
      this.#read++
      const read = reader.read(row)
      if (read.kind === 'refused') {
        this.#refused.add(read.reason, read.key)
        continue
      }
      const { sync, status, start_ms, corrections } = read
      this.#statuses[status] = (this.#statuses[status] ?? 0) + 1
      for (const correction of corrections) this.#corrected.add(correction, sync.key)
      this.#look(start_ms)
      await this.#sender.add(sync)
    }
    this.#done = total === null || total === 0 ? null : Math.min(1, done / total)
  }

  async end(): Promise<void> {
    await this.#sender.end()
    this.#tell()
  }

  report(complete: boolean): Omit<ImportReport, 'logs'> {
    const { source, table, system, dry_run, kept_columns, sync_days, clock } = this.#options
    const { kept_ids, renamed, ...sums } = this.#sender.sums
    const still_running = this.#refused.rows('still_running')
    const refused = this.#refused.list().filter(({ reason }) => reason !== 'still_running')
    const plan = this.#plan
    const unknown = plan?.unknown.map(({ column }) => column) ?? []
    return {
      from: { kind: source.kind, place: source.place, table },
      system,
      dry_run,
      complete,
      rows: {
        read: this.#read,
        ...sums,
        still_running,
        refused: refused.reduce((sum, { rows }) => sum + rows, 0),
      },
      refused,
      corrected: this.#corrected.list(),
      kept_ids,
      renamed,
      statuses: this.#statuses,
      range: this.#last < this.#first ? null : { first: isoTime(this.#first), last: isoTime(this.#last) },
      columns: {
        renamed: plan?.renamed ?? [],
        unknown: unknown.filter((column) => !kept_columns.includes(column)),
        kept: unknown.filter((column) => kept_columns.includes(column)),
        missing: plan?.missing ?? [],
      },
      notes: source.notes(),
      in_the_future: this.#in_the_future,
      older_than_kept: sync_days === null ? null : { days: sync_days, rows: this.#older },
      duration_ms: Math.round(clock.monotonic() - this.#began),
    }
  }

  #look(start_ms: number): void {
    this.#first = Math.min(this.#first, start_ms)
    this.#last = Math.max(this.#last, start_ms)
    if (start_ms > this.#now + DAY_MS) this.#in_the_future++
    const { sync_days } = this.#options
    if (sync_days !== null && start_ms < this.#now - sync_days * DAY_MS) this.#older++
  }

  #readerOf(columns: readonly string[]): RowReader {
    if (this.#reader !== null && columns === this.#columns) return this.#reader
    const { zone, keep_error_messages, lost_after_hours, kept_columns } = this.#options
    this.#columns = columns
    this.#plan = planColumns(columns)
    this.#reader = new RowReader(this.#plan, {
      zone,
      keep_error_messages,
      lost_before: this.#now - lost_after_hours * HOUR_MS,
      kept_columns: new Set(kept_columns),
    })
    return this.#reader
  }

  #tell(): void {
    this.#options.onProgress?.({ rows: this.#read, done: this.#done, indexes: null })
  }
}
