import { resolve } from 'node:path'
import type { Clock } from '../core/clock.ts'
import { MonitorError } from '../core/errors.ts'
import type { IngestedSync, IngestReport } from '../core/ingest-event.ts'
import type { StreamOptionsByName } from '../logs/writing/stream-settings.ts'
import type { IngestAnswer, IngestStore, KnownSync } from '../store/ingest-store.ts'
import { foldBatch, type FoldedBatch } from './fold-batch.ts'
import { groupEvents, type GroupedEvents } from './group-events.ts'
import { LineJournal, type BatchSlot } from './line-journal.ts'
import { isJudged } from './reported-end.ts'
import { UNNAMED_REPORTER, type Reporter } from './reporter.ts'
import { TaskLocks } from './task-locks.ts'

export interface IngestOptions {
  readonly store: IngestStore
  readonly logDir: string
  readonly streams?: StreamOptionsByName | undefined
  readonly clock: Clock
  /** As of the monitor: keep the messages of errors that a job did not write itself. Default false. */
  readonly keepErrorMessages?: boolean | undefined
  /** Told of what went wrong without keeping an event from being taken. */
  readonly onFailure: (error: unknown) => void
}

/** Each try is lost to another server that takes events of the same syncs at the same moment. */
const MOST_TRIES = 8

/**
 * Takes what other programs report of their syncs. What it has answered is durable: the rows, and the lines, of which
 * each is written exactly once.
 */
export class Ingest implements AsyncDisposable {
  readonly #options: IngestOptions
  readonly #journal: LineJournal
  readonly #locks = new TaskLocks()
  #closing: Promise<void> | null = null

  private constructor(options: IngestOptions, journal: LineJournal) {
    this.#options = options
    this.#journal = journal
  }

  static async open(options: IngestOptions): Promise<Ingest> {
    const { store, streams, clock, onFailure } = options
    const directory = resolve(options.logDir)
    return new Ingest(options, await LineJournal.open({ store, directory, streams, clock, onFailure }))
  }

  /**
   * Takes the values of one request.
   *
   * @param reporter whose syncs they may be of, besides those that belong to nobody; default nobody's
   * @throws MonitorError `disk_full` and what the store throws: nothing is known to be taken, send it again
   */
  async take(values: readonly unknown[], reporter: Reporter = UNNAMED_REPORTER): Promise<IngestReport> {
    if (this.#closing !== null) throw new MonitorError('closed', 'The server is closing.')
    if (!this.#journal.has_room) {
      throw new MonitorError('disk_full', 'The log directory takes no lines, and too many wait for it.')
    }
    const grouped = groupEvents(values, this.#options.clock.now())
    return await this.#locks.run(grouped.by_task.keys(), () => this.#takeGroups(grouped, reporter))
  }

  close(): Promise<void> {
    this.#closing ??= this.#journal.close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #takeGroups(grouped: GroupedEvents, reporter: Reporter): Promise<IngestReport> {
    const known = new Map<string, KnownSync>()
    const empty = new Set<string>()
    // A sync that starts is new, as a rule; that it is not shows when it is written.
    const begun = [...grouped.by_task].filter(([, events]) => events[0]?.event.type !== 'start')
    await this.#look(
      grouped,
      begun.map(([task_id]) => task_id),
      known,
    )
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { result: folded, slot } = this.#journal.compose((write, now_ms) =>
        foldBatch(grouped, known, {
          lines: { write },
          now_ms,
          clock: this.#options.clock,
          keep_error_messages: this.#options.keepErrorMessages ?? false,
          reporter,
          empty,
        }),
      )
      const answer = await this.#apply(folded, slot)
      if (answer.conflicts.length + answer.empty.length === 0) return reportOf(folded, answer.sync_ids)
      for (const task_id of answer.empty) empty.add(task_id)
      await this.#look(grouped, answer.conflicts, known)
    }
    throw new MonitorError('database_busy', 'Other servers report on the same syncs at the same moment.')
  }

  async #look(
    { by_task }: GroupedEvents,
    task_ids: readonly string[],
    known: Map<string, KnownSync>,
  ): Promise<void> {
    if (task_ids.length === 0) return
    const tasks = task_ids.map((task_id) => {
      const events = by_task.get(task_id) ?? []
      const event_ids = events.flatMap(({ id }) => (id === null ? [] : [id]))
      const judged = events.some(({ event }) => event.type === 'finish' && isJudged(event))
      return { task_id, event_ids, judged }
    })
    for (const task_id of task_ids) known.delete(task_id)
    for (const sync of await this.#options.store.find(tasks)) known.set(sync.sync.sync_task_id, sync)
  }

  async #apply(folded: FoldedBatch, slot: BatchSlot): Promise<IngestAnswer> {
    const { reports } = folded
    if (reports.length === 0) {
      slot.drop()
      return { sync_ids: [], conflicts: [], empty: [] }
    }
    let answer: IngestAnswer
    try {
      answer = await this.#options.store.apply({ reports, lines: slot.lines, confirmed: slot.confirmed })
    } catch (error) {
      slot.doubt()
      throw error
    }
    if (answer.conflicts.length + answer.empty.length > 0) slot.drop()
    else await slot.write()
    return answer
  }
}

function reportOf(folded: FoldedBatch, sync_ids: readonly number[]): IngestReport {
  const { accepted, duplicates, late, refusals, reports, statuses, unchanged } = folded
  const changed = reports.map(({ task_id }, index): IngestedSync => {
    return { task_id, id: sync_ids[index] ?? 0, status: statuses[index] ?? 'in_progress' }
  })
  const { count: rejected, told: errors } = refusals
  return { accepted, duplicates, late, rejected, errors, syncs: [...changed, ...unchanged] }
}
