import type { Clock } from '../core/clock.ts'
import type { DeletedSyncRows, SyncPlace } from '../store/retention-store.ts'
import type { ForgottenEvents } from '../store/ingest-store.ts'
import type { Store } from '../store/store.ts'
import type { RetentionDays } from './retention.ts'

const DAY_MS = 86_400_000
/** How long a step may keep others from writing, without its commit: a fifth of what a busy group of writes takes. */
const STEP_MS = 5
const FEWEST_ROWS = 20
const MOST_ROWS = 2000
const FIRST_ROWS = 100
/** Of tables whose rows nothing hangs on. */
const PLAIN_ROWS = 500
/** Members and changes hang on each. */
const INCIDENT_ROWS = 50
/** Of one schedule: a week of one that is due every minute. */
const MOST_DUE_RUNS = 10_000
/** Each has some twenty of them, and most are too young. */
const SYNCS_WITH_EVENTS = 100
/** The rest of the time belongs to the others. */
const PAUSES_PER_STEP = 4
const LEAST_PAUSE_MS = 5

export interface PruneReport extends DeletedSyncRows, RetentionDays {
  /** ISO 8601. */
  readonly started_at: string
  readonly duration_ms: number
  readonly dry_run: boolean
  /** False when it was stopped before its end; the next run goes on. */
  readonly complete: boolean
  readonly changes: number
  readonly audit_entries: number
  readonly sessions: number
  readonly event_ids: number
  /** Resolved ones, as old as the syncs that they were about. */
  readonly incidents: number
  /** What became of times of schedules. */
  readonly due_runs: number
  /** Reports that were sent. */
  readonly reports: number
  /** Of the delivery log, with their attempts. */
  readonly notifications: number
  readonly steps: number
  /** The longest that a step kept others from writing. */
  readonly longest_step_ms: number
  /** Space inside the database that new rows use first; null where the engine does not tell. */
  readonly reusable_bytes: number | null
}

export interface PruneOptions {
  readonly store: Store
  readonly days: RetentionDays
  readonly clock: Clock
  /** Stops between two steps. */
  readonly signal?: AbortSignal
  /** Called after each step with the rows deleted so far; false stops. */
  readonly onStep?: (so_far: DeletedSyncRows) => Promise<boolean>
}

/** What would be deleted now; changes nothing. */
export async function planPrune({ store, days, clock }: PruneOptions): Promise<PruneReport> {
  const run = new PruneRun({ store, days, clock })
  const deleted = await store.retention.countSyncs(clock.now() - days.sync_days * DAY_MS)
  return await run.report({ deleted, dry_run: true, complete: true })
}

/**
 * Deletes what is older than it is to be kept, in small steps with pauses between, so that nobody who writes waits for
 * long. May be stopped at any time and begun again; two at the same time do no harm.
 */
export async function pruneStore(options: PruneOptions): Promise<PruneReport> {
  return await new PruneRun(options).run()
}

class PruneRun {
  readonly #options: PruneOptions
  readonly #now: number
  readonly #started: number
  readonly #others = {
    changes: 0,
    audit_entries: 0,
    sessions: 0,
    event_ids: 0,
    incidents: 0,
    due_runs: 0,
    reports: 0,
    notifications: 0,
  }
  #deleted: DeletedSyncRows = { syncs: 0, courses: 0, status_changes: 0 }
  #steps = 0
  #longest_step_ms = 0
  #stopped = false

  constructor(options: PruneOptions) {
    this.#options = options
    this.#now = options.clock.now()
    this.#started = options.clock.monotonic()
  }

  async run(): Promise<PruneReport> {
    const { store, days } = this.#options
    const before = (age_days: number): number => this.#now - age_days * DAY_MS
    await this.#syncs(before(days.sync_days))
    await this.#plain('changes', PLAIN_ROWS, (limit) =>
      store.changes.prune({ before: before(days.change_days), keep: Number.MAX_SAFE_INTEGER, limit }),
    )
    await this.#plain('audit_entries', PLAIN_ROWS, (limit) =>
      store.access.removeOld(0, before(days.audit_days), limit),
    )
    await this.#plain('sessions', PLAIN_ROWS, (limit) => store.access.removeOld(this.#now, 0, limit))
    await this.#eventIds(before(days.event_id_days))
    await this.#plain('incidents', INCIDENT_ROWS, (limit) =>
      store.incidents.removeResolved(before(days.sync_days), limit),
    )
    await this.#plain('due_runs', PLAIN_ROWS, (limit) =>
      store.schedules.prune({ before: before(days.sync_days), keep: MOST_DUE_RUNS, limit }),
    )
    await this.#plain('reports', PLAIN_ROWS, (limit) => store.reports.prune(before(days.sync_days), limit))
    await this.#plain('notifications', PLAIN_ROWS, (limit) =>
      store.notifications.prune(before(days.sync_days), limit),
    )
    return await this.report({ deleted: this.#deleted, dry_run: false, complete: !this.#stopped })
  }

  async report(facts: {
    readonly deleted: DeletedSyncRows
    readonly dry_run: boolean
    readonly complete: boolean
  }): Promise<PruneReport> {
    const { store, days, clock } = this.#options
    return {
      started_at: new Date(this.#now).toISOString(),
      duration_ms: Math.round(clock.monotonic() - this.#started),
      dry_run: facts.dry_run,
      complete: facts.complete,
      ...days,
      ...facts.deleted,
      ...this.#others,
      steps: this.#steps,
      longest_step_ms: Math.round(this.#longest_step_ms * 10) / 10,
      reusable_bytes: await store.retention.reusableBytes(),
    }
  }

  async #syncs(before: number): Promise<void> {
    let rows = FIRST_ROWS
    let place: SyncPlace | null = null
    do {
      const step = await this.#options.store.retention.deleteSyncs(before, place, rows)
      const { syncs, courses, status_changes } = this.#deleted
      this.#deleted = {
        syncs: syncs + step.deleted.syncs,
        courses: courses + step.deleted.courses,
        status_changes: status_changes + step.deleted.status_changes,
      }
      place = step.next
      // Never more than twice as many: the next rows may have more hanging on them.
      const wanted = (rows * STEP_MS) / Math.max(step.held_ms, 0.1)
      rows = Math.round(Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, Math.min(wanted, 2 * rows))))
      await this.#stepDone(step.held_ms)
    } while (place !== null && !this.#stopped)
  }

  async #plain(
    what: 'changes' | 'audit_entries' | 'sessions' | 'incidents' | 'due_runs' | 'reports' | 'notifications',
    limit: number,
    remove: (limit: number) => Promise<number>,
  ): Promise<void> {
    const { clock } = this.#options
    for (let gone = limit; gone >= limit && !this.#stopped;) {
      const started = clock.monotonic()
      gone = await remove(limit)
      this.#others[what] += gone
      if (gone > 0) await this.#stepDone(clock.monotonic() - started)
    }
  }

  async #eventIds(ended_before: number): Promise<void> {
    const { clock, store } = this.#options
    for (let place: number | null = 0; place !== null && !this.#stopped;) {
      const started = clock.monotonic()
      const step: ForgottenEvents = await store.ingest.forgetEvents(ended_before, place, SYNCS_WITH_EVENTS)
      place = step.next
      this.#others.event_ids += step.syncs
      await this.#stepDone(clock.monotonic() - started)
    }
  }

  async #stepDone(held_ms: number): Promise<void> {
    const { clock, signal, onStep } = this.#options
    this.#steps++
    this.#longest_step_ms = Math.max(this.#longest_step_ms, held_ms)
    if (onStep !== undefined && !(await onStep(this.#deleted))) this.#stopped = true
    await clock.sleep(Math.max(LEAST_PAUSE_MS, PAUSES_PER_STEP * held_ms))
    if (signal?.aborted === true) this.#stopped = true
  }
}
