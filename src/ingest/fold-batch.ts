import type { Clock } from '../core/clock.ts'
import type { IngestedSync } from '../core/ingest-event.ts'
import type { SyncStatus } from '../core/sync-status.ts'
import type { LogWriter } from '../logs/writing/log-writer.ts'
import type { KnownSync, SyncReport } from '../store/ingest-store.ts'
import type { Fault } from './check-event.ts'
import { EventLines } from './event-lines.ts'
import { startsOf, type GivenEvent, type GroupedEvents, type Refusals } from './group-events.ts'
import { isSameStart, knownRow } from './reported-row.ts'
import { mayReportOn, type Reporter } from './reporter.ts'
import { SyncFold } from './sync-fold.ts'

export interface FoldOptions {
  readonly lines: Pick<LogWriter, 'write'>
  /** The time of the batch. */
  readonly now_ms: number
  readonly clock: Clock
  readonly keep_error_messages: boolean
  readonly reporter: Reporter
  /** Task ids of syncs that have unexpectedly read nothing. */
  readonly empty: ReadonlySet<string>
}

/** What a request does, if what is known of its syncs is still true. */
export interface FoldedBatch {
  readonly reports: readonly SyncReport[]
  /** The status of each sync of `reports`. */
  readonly statuses: readonly SyncStatus[]
  /** Syncs of which there was nothing new. */
  readonly unchanged: readonly IngestedSync[]
  readonly accepted: number
  readonly duplicates: number
  readonly late: number
  readonly refusals: Refusals
}

const TASK_ID_TAKEN: Fault = {
  code: 'task_id_taken',
  error: 'Another sync has this task id: give each sync a task id of its own.',
  parameter: 'task_id',
}

/** All that a stranger learns: neither what the sync is, nor whether it runs, nor which of its events were taken. */
const NOT_YOUR_SYNC: Fault = {
  code: 'not_your_sync',
  error:
    'A sync with this task id was started with a token of another name: use that one, or another task id.',
  parameter: 'task_id',
}

/** Folds the events of a request, sync by sync, and writes their lines. May be repeated when it assumed what is not so. */
export function foldBatch(
  { by_task, duplicates: doubled, refusals: refused }: GroupedEvents,
  known: ReadonlyMap<string, KnownSync>,
  options: FoldOptions,
): FoldedBatch {
  const lines = new EventLines(options.lines, options.now_ms)
  const refusals = refused.copy()
  const reports: SyncReport[] = []
  const statuses: SyncStatus[] = []
  const unchanged: IngestedSync[] = []
  let accepted = 0
  let late = 0
  let duplicates = doubled
  for (const [task_id, events] of by_task) {
    const before = known.get(task_id) ?? null
    const why_not = before === null ? null : whyNot(before, events, options.reporter)
    if (why_not !== null) {
      for (const { id, index } of events) refusals.add(index, task_id, id, why_not)
      continue
    }
    const taken = new Set(before?.taken)
    const fold = new SyncFold({
      ...options,
      task_id,
      known: before,
      is_empty: options.empty.has(task_id),
      reported_by: options.reporter.name,
      lines,
    })
    let news = 0
    for (const { event, id, index } of events) {
      const how = id !== null && taken.has(id) ? 'duplicate' : fold.take(event, id)
      if (how === 'taken') refusals.add(index, task_id, id, TASK_ID_TAKEN)
      else if (how === 'duplicate') duplicates++
      else {
        news++
        if (how === 'late') late++
      }
    }
    accepted += news
    if (news > 0) {
      reports.push(fold.report())
      statuses.push(fold.status)
    } else if (before !== null) {
      unchanged.push({ task_id, id: before.sync.id, status: before.sync.sync_status })
    }
  }
  return { reports, statuses, unchanged, accepted, duplicates, late, refusals }
}

function whyNot(known: KnownSync, events: readonly GivenEvent[], reporter: Reporter): Fault | null {
  if (!mayReportOn(reporter, known)) return NOT_YOUR_SYNC
  return belongsToAnother(known, events) ? TASK_ID_TAKEN : null
}

/**
 * Whether the events are of a sync whose task id is taken: then none of them may change the one that has it. One that a
 * process tracks in the database itself is never anybody's to report on: it could be ended from outside.
 */
function belongsToAnother(known: KnownSync, events: readonly GivenEvent[]): boolean {
  if (known.sync.pid !== null) return true
  if (!known.started) return false
  const row = knownRow(known)
  return startsOf(events).some((start) => !isSameStart(row, start))
}
