import type { Clock } from '../../../core/clock.ts'
import type { CourseOutcome, SyncRow } from '../../../core/sync-record.ts'
import { legacyZone } from '../../../logs/reading/legacy-zone.ts'
import { visitLines, type LineVisitEnd } from '../../../search/visit-lines.ts'
import type { SyncLists } from '../../../store/sync-lists.ts'
import { visibleTo } from '../../access/visible.ts'
import { ok, problem, type Answer } from '../../http/answer.ts'
import type { RequestFacts } from '../../http/route.ts'
import type { LogMaintenance } from '../../logs/log-maintenance.ts'
import type { ApiServices } from '../../services.ts'
import { found } from '../syncs.ts'
import { buildSteps } from './build-steps.ts'
import { StepCollector } from './step-collector.ts'
import type { SyncSteps } from './step-schemas.ts'

/** What one request may cost; a sync with 100,000 calls takes a second. */
const TIME_BUDGET_MS = 5000
const MOST_LINES = 500_000
const MOST_COURSES = 5000
/** Lines are written a little before and after the times in the row. */
const MARGIN_MS = 60_000

/** Where the time of a sync went, from its log lines: bounded in time and memory, and it says what is missing. */
export async function getSyncSteps(
  { id }: { id: number },
  services: ApiServices,
  request: RequestFacts,
): Promise<Answer> {
  const { store, log_reading } = services
  const sync = visibleTo(request, await store.syncs.getSync(id))
  if (sync === null) return found(null, () => ({}))
  const release = log_reading.searches.take()
  if (release === null) {
    return problem(429, 'Too many searches run already; try again in a moment.', {}, { 'retry-after': '2' })
  }
  try {
    const outcomes = await firstOutcomes(store.lists, id)
    const collector = new StepCollector()
    const end = await visitSync(sync, collector, services, request)
    const timed = buildSteps(sync, outcomes, collector)
    const calls_missing = missingCalls(sync, collector.calls_seen)
    const cut = end.cut ?? (end.unreadable.length > 0 ? 'unreadable' : null)
    const steps: SyncSteps = {
      sync_id: id,
      complete: cut === null && calls_missing === 0,
      cut,
      calls_missing,
      cleaned_up_at: calls_missing > 0 && cut === null ? await cleanedUpAt(sync, services.logs) : null,
      lines_read: end.lines,
      bytes_read: end.bytes_read,
      endpoints: collector.endpoints(),
      database: collector.database(),
      ...timed,
    }
    return ok(steps)
  } finally {
    release()
  }
}

async function firstOutcomes(lists: SyncLists, sync_id: number): Promise<readonly CourseOutcome[]> {
  const { rows } = await lists.outcomePage({ sync_id, order: 'started', limit: MOST_COURSES, after: null })
  return rows
}

function visitSync(
  sync: SyncRow,
  collector: StepCollector,
  { log_reading, clock }: { log_reading: ApiServices['log_reading']; clock: Clock },
  { caller, signal }: RequestFacts,
): Promise<LineVisitEnd> {
  const { sync_task_id: task_id, user_id, sync_start_time, sync_end_time } = sync
  return visitLines(
    log_reading.directory,
    {
      streams: ['api_calls', 'database'],
      task_id,
      // Lines of a task id that another user's job took for its own are not for who sees one user only.
      ...(caller.users === null || user_id === null ? {} : { user_id }),
      since_ms: sync_start_time - MARGIN_MS,
      until_ms: (sync_end_time ?? clock.now()) + MARGIN_MS,
      time_budget_ms: TIME_BUDGET_MS,
      most_lines: MOST_LINES,
    },
    (entry) => {
      collector.add(entry)
    },
    { signal, clock, zone: legacyZone(log_reading.zone) },
  )
}

/** The counters of one that still runs are of its last heartbeat. */
function missingCalls({ sync_end_time, api_calls_made }: SyncRow, seen: number): number {
  return sync_end_time === null ? 0 : Math.max(0, api_calls_made - seen)
}

/** The first clean-up that deleted archives that may have been as old as the sync. */
async function cleanedUpAt(sync: SyncRow, logs: LogMaintenance): Promise<string | null> {
  const { history } = await logs.status()
  const took = history
    .filter(({ archives_deleted }) => archives_deleted > 0)
    .map(({ finished_at, options }) => ({
      finished_at,
      reached_ms: Date.parse(finished_at) - options.delete_days * DAY_MS,
    }))
    .filter(({ reached_ms }) => reached_ms >= sync.sync_start_time)
    .toSorted((a, b) => a.reached_ms - b.reached_ms)
  return took[0]?.finished_at ?? null
}

const DAY_MS = 86_400_000
