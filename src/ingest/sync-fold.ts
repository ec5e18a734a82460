import type { Clock } from '../core/clock.ts'
import type {
  IngestCourseOutcome,
  IngestEvent,
  IngestFinish,
  IngestLog,
  IngestStart,
  IngestState,
} from '../core/ingest-event.ts'
import { noCounters, type CourseOutcome, type SyncCounters } from '../core/sync-record.ts'
import { canBecome, type SyncStatus } from '../core/sync-status.ts'
import { mayBeUnexpectedlyEmpty, processedOf, UNEXPECTEDLY_EMPTY } from '../core/unexpected-empty.ts'
import type { KnownSync, SyncReport } from '../store/ingest-store.ts'
import { SyncLog } from '../tracker/sync-log.ts'
import { courseOutcomeOf } from './course-outcome.ts'
import type { EventLines } from './event-lines.ts'
import { timeOf } from './event-times.ts'
import { endOf, endRow } from './reported-end.ts'
import { ReportedLedger } from './reported-ledger.ts'
import {
  fillFromStart,
  fillFromState,
  isSameStart,
  knownRow,
  newRow,
  type ChangingRow,
} from './reported-row.ts'

export interface FoldParts {
  readonly task_id: string
  /** Null when the sync is new. */
  readonly known: KnownSync | null
  /** The store has found that it read nothing where the syncs before it read something. */
  readonly is_empty: boolean
  /** Whose the sync is when it is new. */
  readonly reported_by: string | null
  readonly lines: EventLines
  readonly clock: Clock
  /** The time of the batch. */
  readonly now_ms: number
  readonly keep_error_messages: boolean
}

/** How an event was taken; `taken` of a start: the task id belongs to another sync. */
export type Taken = 'accepted' | 'late' | 'duplicate' | 'taken'

/** Kept of a sync: its verdict needs no more, and they are read and written with every further request. */
const MOST_PROBLEMS = 100

/** The events of one sync in one request, folded into what changes in its row. Each writes its line meanwhile. */
export class SyncFold {
  readonly #parts: FoldParts
  readonly #event_ids: string[] = []
  readonly #outcomes = new Map<string, CourseOutcome>()
  readonly #changes: SyncReport['changes'][number][] = []
  readonly #floors: Partial<SyncCounters> = {}
  readonly #status_before: SyncStatus | null
  #row: ChangingRow | null
  #started: boolean
  #notes_changed = false
  #reshaped = false
  #row_changed = false
  #late_events = 0
  #asks_before = false
  readonly #problems_known: number
  #sync_log: SyncLog | null = null
  #log_user: string | null = null
  #ledger: ReportedLedger | null = null
  /** What comes after the end counts nowhere. */
  #late_ledger: ReportedLedger | null = null

  constructor(parts: FoldParts) {
    this.#parts = parts
    const { known } = parts
    this.#row = known === null ? null : knownRow(known)
    this.#status_before = known?.sync.sync_status ?? null
    this.#started = known?.started ?? false
    this.#problems_known = known?.problems.length ?? 0
  }

  get status(): SyncStatus {
    return this.#row?.sync_status ?? 'in_progress'
  }

  /** @param id null for one that is no duplicate of anything */
  take(event: IngestEvent, id: string | null): Taken {
    const { now_ms, lines } = this.#parts
    const at_ms = timeOf(event.at, now_ms)
    lines.setTime(at_ms)
    if (event.type === 'start') {
      const taken = this.#takeStart(event, at_ms)
      if (taken === 'accepted' && id !== null) this.#event_ids.push(id)
      return taken
    }
    const row = this.#rowAt(at_ms)
    if (id !== null) this.#event_ids.push(id)
    // One that was taken for lost lives after all: what it did counts, and its finish will repair it.
    if (!canBecome(row.sync_status, 'completed')) return this.#takeLate(event, row, at_ms)
    const ledger = this.#ledgerOf(row)
    ledger.at_ms = at_ms
    this.#row_changed = true
    row.heartbeat_at = now_ms
    if (event.type === 'state') this.#takeState(event, row, ledger)
    else if (event.type === 'course_outcome') this.#takeOutcome(event, ledger, at_ms)
    else if (event.type === 'finish') this.#takeFinish(event, row, ledger, at_ms)
    else if (event.type === 'log') this.#takeLog(event, row)
    else if (event.type === 'heartbeat') row.running_ms = wholeOr(event.running_ms, row.running_ms)
    else if (event.quiet !== true) ledger.take(event)
    else if (event.type === 'problem') ledger.takeQuietProblem(event)
    return 'accepted'
  }

  report(): SyncReport {
    const { known, task_id } = this.#parts
    const ledger = this.#ledger
    const row = this.#row_changed ? this.#row : null
    if (row !== null && ledger !== null) {
      row.progress_current = ledger.current ?? row.progress_current
      row.progress_percent = higher(ledger.percent, row.progress_percent)
      row.api_rate_limit_remaining_min = ledger.remaining_min
    }
    const problems = ledger?.problems ?? []
    const noted = this.#notes_changed || this.#late_events > 0 || problems.length > this.#problems_known
    return {
      task_id,
      sync_id: known?.sync.id ?? null,
      reported_by: this.#parts.reported_by,
      status_before: this.#status_before,
      event_ids: this.#event_ids,
      row,
      reshaped: this.#reshaped,
      start_moved: known !== null && row !== null && row.sync_start_time !== known.sync.sync_start_time,
      added: ledger?.counters ?? noCounters(),
      floors: this.#floors,
      outcomes: [...this.#outcomes.values()],
      changes: this.#changes,
      asks_before: this.#asks_before,
      notes: noted
        ? {
            started: this.#started,
            late_events: this.#late_events,
            problems: ledger === null ? (known?.problems ?? []) : problems.slice(0, MOST_PROBLEMS),
          }
        : null,
    }
  }

  #takeStart(event: IngestStart, at_ms: number): Taken {
    const existing = this.#row
    if (existing !== null && this.#started) return isSameStart(existing, event) ? 'duplicate' : 'taken'
    const row = existing ?? newRow(at_ms, this.#parts.now_ms)
    fillFromStart(row, event, at_ms)
    this.#row = row
    this.#started = true
    this.#row_changed = true
    if (existing === null) this.#begin(row)
    else {
      this.#reshaped = true
      this.#notes_changed = true
    }
    const ledger = this.#ledgerOf(row)
    // The lines of a row that another event made did not know whose it is.
    if (existing !== null) this.#ledger = this.#ledgerFor(row, ledger)
    const { sync_type, trigger } = row
    if (event.quiet !== true) {
      this.#log(row).operation('sync_started', { sync_type, trigger }, `Sync started (${sync_type}).`)
    }
    return 'accepted'
  }

  #rowAt(at_ms: number): ChangingRow {
    if (this.#row !== null) return this.#row
    const { now_ms } = this.#parts
    this.#row = newRow(Math.min(at_ms, now_ms), now_ms)
    this.#row_changed = true
    this.#notes_changed = true
    this.#begin(this.#row)
    return this.#row
  }

  #begin(row: ChangingRow): void {
    const changed_at = row.sync_start_time
    this.#changes.push({ old_status: null, new_status: 'in_progress', reason: null, changed_at })
  }

  #takeLate(event: Exclude<IngestEvent, IngestStart>, row: ChangingRow, at_ms: number): Taken {
    this.#late_events++
    const ledger = (this.#late_ledger ??= this.#ledgerFor(row, null))
    ledger.at_ms = at_ms
    if (event.type === 'log') this.#takeLog(event, row)
    else if (event.quiet === true) return 'late'
    else if (event.type === 'finish') {
      const { verdict } = endOf(event, { ...this.#parts, row, ledger, outcomes: [], at_ms })
      this.#log(row).cameTooLate(verdict.status, row.sync_status)
    } else if (event.type === 'course_outcome') {
      const { outcome, failure } = courseOutcomeOf(event, at_ms, this.#parts.keep_error_messages)
      this.#log(row).courseFinished(outcome, failure)
    } else ledger.take(event)
    return 'late'
  }

  #takeState(event: IngestState, row: ChangingRow, ledger: ReportedLedger): void {
    fillFromState(row, event)
    ledger.percent = higher(row.progress_percent, ledger.percent)
    ledger.remaining_min = lower(row.api_rate_limit_remaining_min, ledger.remaining_min)
    if (event.progress_current !== undefined) ledger.current = row.progress_current
    const floors = this.#floors
    for (const [name, count] of Object.entries(event.counters ?? {})) {
      // What a newer client counts besides is left out.
      if (!Object.hasOwn(ledger.counters, name)) continue
      const counter = name as keyof SyncCounters
      floors[counter] = Math.max(floors[counter] ?? 0, count)
    }
  }

  #takeOutcome(event: IngestCourseOutcome, ledger: ReportedLedger, at_ms: number): void {
    const { outcome, failure } = courseOutcomeOf(event, at_ms, this.#parts.keep_error_messages)
    this.#outcomes.set(outcome.course_id, outcome)
    if (event.quiet === true) return
    ledger.counters.rows_deleted += outcome.rows_deleted
    ledger.counters.deletions_held += outcome.deletions_held
    if (this.#row !== null) this.#log(this.#row).courseFinished(outcome, failure)
  }

  #takeLog(event: IngestLog, row: ChangingRow): void {
    this.#log(row).write(event.stream, event.level ?? 'INFO', event.event, event.fields ?? {}, event.message)
  }

  #takeFinish(event: IngestFinish, row: ChangingRow, ledger: ReportedLedger, at_ms: number): void {
    const before = row.sync_status
    const outcomes = [...this.#outcomes.values()]
    const told = endOf(event, { ...this.#parts, row, ledger, outcomes, at_ms })
    const ran_through = told.verdict.status === 'completed'
    const is_empty = ran_through && this.#parts.is_empty
    const end = is_empty ? { ...told, verdict: UNEXPECTEDLY_EMPTY } : told
    this.#asks_before = this.#started && this.#asksBefore(event, row, ledger, end.verdict.status)
    this.#reshaped = true
    this.#changes.push(endRow(row, end))
    if (ran_through) ledger.percent = 100
    const log = this.#log(row)
    // A reporter that sends the lines itself has taken it for completed.
    if (event.quiet !== true || is_empty) log.ended(end.verdict, end.failure, end)
    if (before !== 'in_progress') log.repaired(end.verdict.status)
  }

  /** Of one that nobody has started it is not known whose it is, and so not which syncs are like it. */
  #asksBefore(
    { may_be_empty = false }: IngestFinish,
    { incremental_sync }: ChangingRow,
    { counters }: ReportedLedger,
    status: SyncStatus,
  ): boolean {
    const known = this.#parts.known?.sync ?? noCounters()
    const processed =
      processedOf(known) + processedOf(counters) + processedOf({ ...noCounters(), ...this.#floors })
    const has_outcomes = this.#outcomes.size > 0
    return mayBeUnexpectedlyEmpty({ status, may_be_empty, incremental_sync, has_outcomes, processed })
  }

  #log(row: ChangingRow): SyncLog {
    if (this.#sync_log === null || this.#log_user !== row.user_id) {
      this.#sync_log = new SyncLog(this.#parts.lines, this.#parts.task_id, row.user_id)
      this.#log_user = row.user_id
    }
    return this.#sync_log
  }

  #ledgerOf(row: ChangingRow): ReportedLedger {
    this.#ledger ??= this.#ledgerFor(row, null)
    return this.#ledger
  }

  /** @param before the ledger that it goes on from */
  #ledgerFor(row: ChangingRow, before: ReportedLedger | null): ReportedLedger {
    const { clock, known } = this.#parts
    const ledger = new ReportedLedger(this.#log(row), clock, row.sync_start_time)
    ledger.goOnFrom(row, known?.problems ?? [], before)
    return ledger
  }
}

const higher = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b)

const lower = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b)

const wholeOr = (given: number | null | undefined, otherwise: number | null): number | null =>
  given == null ? otherwise : Math.round(given)
