import { MonitorError } from '../../../src/core/errors.ts'
import { noCounters, type CourseOutcome, type SyncRow } from '../../../src/core/sync-record.ts'
import { canBecome, type SyncStatus } from '../../../src/core/sync-status.ts'
import type {
  FinishAnswer,
  StatusChange,
  SyncFilter,
  SyncFinish,
  SyncProgress,
  SyncStart,
  SyncStore,
  SyncTotals,
  TotalsFilter,
} from '../../../src/store/sync-store.ts'

const FAILED: ReadonlySet<SyncStatus> = new Set(['failed', 'lost', 'timed_out'])

const sumOf = (rows: readonly SyncRow[], value: (row: SyncRow) => number | null): number =>
  rows.reduce((sum, row) => sum + (value(row) ?? 0), 0)

/** A {@link SyncStore} that forgets everything with the process. */
export class MemorySyncStore implements SyncStore {
  readonly #rows: SyncRow[] = []
  readonly #outcomes = new Map<number, CourseOutcome[]>()
  readonly #changes: StatusChange[] = []

  async startSync(start: SyncStart): Promise<number> {
    if (await this.getSyncByTaskId(start.sync_task_id)) throw new MonitorError('task_id_taken', 'Taken.')
    const id = this.#rows.length + 1
    const { started_at, ...given } = start
    this.#rows.push({
      ...noCounters(),
      ...given,
      id,
      sync_start_time: started_at,
      heartbeat_at: started_at,
      sync_end_time: null,
      total_duration_seconds: null,
      sync_status: 'in_progress',
      error_type: null,
      error_message: null,
      source_id: null,
      scope: null,
      progress_percent: null,
      progress_current: null,
      api_rate_limit_remaining_min: null,
      repaired_from: null,
    })
    this.#change(id, null, 'in_progress', null, started_at)
    return id
  }

  saveProgress(sync_id: number, { counters, ...rest }: SyncProgress): Promise<boolean> {
    const row = this.#row(sync_id)
    if (row.sync_status !== 'in_progress') return Promise.resolve(false)
    Object.assign(row, counters, rest)
    return Promise.resolve(true)
  }

  heartbeat(sync_ids: readonly number[], at: number): Promise<void> {
    for (const sync_id of sync_ids) this.#row(sync_id).heartbeat_at = at
    return Promise.resolve()
  }

  saveSource(sync_id: number, source_id: number, scope: string): Promise<void> {
    Object.assign(this.#row(sync_id), { source_id, scope })
    return Promise.resolve()
  }

  finishSync(sync_id: number, finish: SyncFinish): Promise<FinishAnswer> {
    const row = this.#row(sync_id)
    const before = row.sync_status
    if (!canBecome(before, finish.status)) {
      return Promise.resolve({ applied: false, status: before, repaired_from: null })
    }
    const { counters, status, finished_at, duration_ms, ...rest } = finish
    const repaired_from = before === 'lost' ? before : null
    Object.assign(row, counters, rest, { repaired_from })
    this.#end(row, status, finished_at, duration_ms / 1000)
    this.#change(sync_id, before, status, finish.error_type, finished_at)
    return Promise.resolve({ applied: true, status, repaired_from })
  }

  saveCourseOutcome(sync_id: number, outcome: CourseOutcome): Promise<void> {
    this.#outcomes.set(sync_id, [...(this.#outcomes.get(sync_id) ?? []), outcome])
    return Promise.resolve()
  }

  markLost(sync_ids: readonly number[], reason: string, at: number): Promise<number[]> {
    return Promise.resolve(sync_ids.filter((sync_id) => this.#giveUp(sync_id, 'lost', reason, at)))
  }

  getSync(sync_id: number): Promise<SyncRow | null> {
    return Promise.resolve(this.#rows.find((row) => row.id === sync_id) ?? null)
  }

  getSyncByTaskId(sync_task_id: string): Promise<SyncRow | null> {
    return Promise.resolve(this.#rows.find((row) => row.sync_task_id === sync_task_id) ?? null)
  }

  listSyncs(filter: SyncFilter): Promise<SyncRow[]> {
    const rows = this.#rows.filter(
      (row) =>
        (filter.user_id === undefined || row.user_id === filter.user_id) &&
        (filter.status === undefined || row.sync_status === filter.status) &&
        (filter.statuses === undefined || filter.statuses.includes(row.sync_status)) &&
        (filter.sync_type === undefined || row.sync_type === filter.sync_type) &&
        (filter.host === undefined || row.host === filter.host) &&
        row.sync_start_time >= (filter.since ?? 0),
    )
    rows.sort((left, right) => right.sync_start_time - left.sync_start_time || right.id - left.id)
    return Promise.resolve(rows.slice(0, filter.limit))
  }

  listCourseOutcomes(sync_id: number): Promise<CourseOutcome[]> {
    return Promise.resolve(this.#outcomes.get(sync_id) ?? [])
  }

  listStatusChanges(sync_id: number): Promise<StatusChange[]> {
    return Promise.resolve(this.#changes.filter((change) => change.sync_id === sync_id))
  }

  lastEndedSync(): Promise<SyncRow | null> {
    return Promise.resolve(null)
  }

  totals(filter: TotalsFilter): Promise<SyncTotals> {
    const rows = this.#rows.filter(
      (row) =>
        row.sync_start_time >= filter.since &&
        (filter.user_id === undefined || row.user_id === filter.user_id) &&
        (filter.status === undefined || row.sync_status === filter.status),
    )
    const durations = rows.map((row) => row.total_duration_seconds).filter((seconds) => seconds !== null)
    return Promise.resolve({
      syncs: rows.length,
      finished: rows.filter((row) => row.sync_status !== 'in_progress').length,
      completed: rows.filter((row) => row.sync_status === 'completed').length,
      failed: rows.filter((row) => FAILED.has(row.sync_status)).length,
      duration_seconds: sumOf(rows, (row) => row.total_duration_seconds),
      duration_min_seconds: durations.length === 0 ? null : Math.min(...durations),
      duration_max_seconds: durations.length === 0 ? null : Math.max(...durations),
      courses: sumOf(rows, (row) => row.courses_processed),
      assignments: sumOf(rows, (row) => row.assignments_processed),
      submissions: sumOf(rows, (row) => row.submissions_processed),
      api_calls: sumOf(rows, (row) => row.api_calls_made),
      api_failures: sumOf(rows, (row) => row.api_calls_failed),
      api_duration_ms: sumOf(rows, (row) => row.total_api_duration_ms),
      db_operations: sumOf(rows, (row) => row.db_operations),
      users: new Set(rows.map((row) => row.user_id).filter((user_id) => user_id !== null)).size,
    })
  }

  durationPercentiles(since: number, fractions: readonly number[]): Promise<(number | null)[]> {
    const durations = this.#rows
      .filter((row) => row.sync_status === 'completed' && row.sync_start_time >= since)
      .map((row) => row.total_duration_seconds ?? 0)
      .sort((left, right) => left - right)
    return Promise.resolve(
      fractions.map((fraction) => durations[Math.max(0, Math.ceil(fraction * durations.length) - 1)] ?? null),
    )
  }

  #giveUp(sync_id: number, status: 'lost', reason: string, at: number): boolean {
    const row = this.#row(sync_id)
    if (row.sync_status !== 'in_progress') return false
    Object.assign(row, { error_type: status, error_message: reason })
    this.#end(row, status, row.heartbeat_at, (row.heartbeat_at - row.sync_start_time) / 1000)
    this.#change(sync_id, 'in_progress', status, reason, at)
    return true
  }

  #end(row: SyncRow, status: SyncStatus, at: number, duration_seconds: number): void {
    Object.assign(row, {
      sync_status: status,
      sync_end_time: at,
      total_duration_seconds: duration_seconds,
    })
  }

  #change(
    sync_id: number,
    old_status: SyncStatus | null,
    new_status: SyncStatus,
    reason: string | null,
    changed_at: number,
  ): void {
    this.#changes.push({ sync_id, old_status, new_status, reason, changed_at })
  }

  #row(sync_id: number): SyncRow {
    const row = this.#rows.find(({ id }) => id === sync_id)
    if (row === undefined) throw new MonitorError('not_found_locally', 'There is no such sync.')
    return row
  }
}
