import { randomUUID } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import { RepeatedLook } from '../core/repeated-look.ts'
import {
  lastDue,
  REPORT_PERIODS,
  type ReportPeriod,
  type ReportSpan,
  type ReportTime,
} from '../core/report-period.ts'
import type { Report } from '../core/report.ts'
import type { KeptReport } from '../store/reports.ts'
import type { Store } from '../store/store.ts'
import type { JobTake } from '../store/retention-store.ts'
import { localDate } from './report-words.ts'

/** When reports are due; null for one that nobody wants. */
export type ReportTimes = Readonly<Record<ReportPeriod, ReportTime | null>>

export interface ReportWatchOptions {
  readonly store: Pick<Store, 'reports' | 'retention'>
  readonly times: ReportTimes
  /** IANA name. */
  readonly time_zone: string
  readonly clock: Clock
  /** Makes the report of a period. */
  readonly collect: (period: ReportPeriod, span: ReportSpan) => Promise<Report>
  /** Hands its messages to delivery. May be called again for the same report, and must not double them. */
  readonly hand: (id: number, report: Report) => Promise<void>
  /** Gets what kept a report from being made; it is tried again half a minute later. */
  readonly onError: (error: unknown) => void
  /** Milliseconds between two looks at the clock. Default 30,000. */
  readonly look_ms?: number
}

const LOOK_MS = 30_000
/** A server that says nothing for so long is gone. */
const LEASE_MS = 120_000

/**
 * Makes each report once, however many servers share the database, and through restarts and changes of the clocks: its
 * period is taken in a row of the database, and the report itself is a row that there can be one of. What no server saw
 * in time is made up for when one is back; a database that has never had a report waits for the next one, so that who
 * installs it on a Wednesday is not told of a Monday.
 */
export class ReportWatch {
  readonly #options: ReportWatchOptions
  readonly #holder = randomUUID()
  readonly #looks: RepeatedLook
  readonly #done = new Map<ReportPeriod, string>()
  readonly #begun = new Set<ReportPeriod>()

  constructor(options: ReportWatchOptions) {
    this.#options = options
    this.#looks = new RepeatedLook(options.clock, () => this.#look())
    this.#looks.every(options.look_ms ?? LOOK_MS)
    // What was due while no server ran.
    void this.#looks.once()
  }

  /** Resolves when the look that is under way has ended. */
  settled(): Promise<void> {
    return this.#looks.settled()
  }

  stop(): Promise<void> {
    return this.#looks.stop()
  }

  async #look(): Promise<void> {
    const now = this.#options.clock.now()
    for (const period of REPORT_PERIODS) {
      const time = this.#options.times[period]
      if (time === null || this.#looks.stopped) continue
      try {
        await this.#lookAt(period, time, now)
      } catch (error) {
        this.#options.onError(error)
      }
    }
  }

  async #lookAt(period: ReportPeriod, time: ReportTime, now: number): Promise<void> {
    const { store, clock, time_zone } = this.#options
    const { span } = lastDue(period, time, now, time_zone)
    // As a calendar has it: who moves the server to another zone does not get the same report again.
    const done_for = localDate(span.until, time_zone)
    if (this.#done.get(period) === done_for) return
    const job = `report_${period}`
    if (!this.#begun.has(period)) await store.retention.beginJob(job, done_for)
    this.#begun.add(period)
    const take = (): JobTake => ({
      job,
      holder: this.#holder,
      done_for,
      now: clock.now(),
      lease_ms: LEASE_MS,
    })
    const turn = await store.retention.takeJob(take())
    if (turn === 'done') this.#done.set(period, done_for)
    if (turn !== 'taken') return
    let kept: KeptReport | null = null
    try {
      kept = await this.#send(period, span)
    } finally {
      await store.retention.endJob(take(), kept === null ? null : JSON.stringify({ report_id: kept.id }))
    }
    this.#done.set(period, done_for)
  }

  async #send(period: ReportPeriod, span: ReportSpan): Promise<KeptReport> {
    const { store, clock, collect, hand } = this.#options
    const kept = await store.reports.keep(await collect(period, span))
    if (kept.handed_at !== null) return kept
    // Another server's, when this one was thought to be gone: what is kept is what is told.
    const report = await store.reports.find(kept.id)
    if (report !== null) await hand(kept.id, report)
    await store.reports.markHanded(kept.id, clock.now())
    return kept
  }
}
