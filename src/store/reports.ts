import type { SyncErrorType } from '../core/error-types.ts'
import type { Incident } from '../core/incident.ts'
import type { Report, ReportVerdict } from '../core/report.ts'
import type { ReportPeriod } from '../core/report-period.ts'

/** A group of errors, and how many syncs of a period and of the one before ended with it. */
export interface FailureCount {
  readonly error_group_id: number
  readonly error_type: SyncErrorType | null
  /** Of its newest sync. */
  readonly message: string
  readonly syncs: number
  readonly syncs_before: number
}

export interface FailureQuery {
  /** Epoch milliseconds: the period is `since` to `until`, the one before `before` to `since`. */
  readonly before: number
  readonly since: number
  readonly until: number
  readonly limit: number
}

export interface FailureList {
  /** The most frequent first. */
  readonly failures: readonly FailureCount[]
  readonly more: boolean
}

export interface KeptReport {
  readonly id: number
  readonly period: ReportPeriod
  /** Epoch milliseconds. */
  readonly since: number
  readonly until: number
  readonly made_at: number
  readonly verdict: ReportVerdict
  readonly headline: string
  /** When its messages were handed to delivery; null before. */
  readonly handed_at: number | null
}

/** What a report says of incidents, scheduled syncs and messages. Epoch milliseconds. */
export interface ReportSpanQuery {
  readonly since: number
  readonly until: number
}

export interface IncidentCounts {
  /** Those that opened, and those that ended, in the span. */
  readonly opened: number
  readonly resolved: number
  /** Now open or acknowledged: not muted, and not explained by a larger one. */
  readonly open: number
  /** Open ones first, the gravest of them first; then those that ended in the span, the newest first. */
  readonly listed: readonly Incident[]
}

export interface DueCounts {
  /** Decided times in the span; those that wait for their margin are not among them. */
  readonly expected: number
  readonly missed: number
  readonly late: number
  readonly unknown: number
  /** The schedules of which most were missed. */
  readonly listed: readonly { readonly slug: string; readonly missed: number }[]
}

/** Messages that were made in the span, without tests of channels. */
export interface MessageCounts {
  readonly sent: number
  readonly failed: number
}

export interface ReportListQuery {
  readonly limit: number
  readonly period?: ReportPeriod | undefined
  /** The id of the last one of the page before. */
  readonly after_id?: number | null
}

export interface ReportStore {
  /** From sums, at any number of syncs; single rows only at both ends. */
  failures(query: FailureQuery): Promise<FailureList>
  incidents(span: ReportSpanQuery, limit: number): Promise<IncidentCounts>
  dueTimes(span: ReportSpanQuery, limit: number): Promise<DueCounts>
  messages(span: ReportSpanQuery): Promise<MessageCounts>
  /**
   * Keeps a report that is sent, unless there is one of this period and end already, whoever made it. Returns the kept
   * one: of several servers exactly one keeps its own.
   */
  keep(report: Report): Promise<KeptReport>
  /** Its messages are with delivery: no server hands them over again. */
  markHanded(id: number, handed_at: number): Promise<void>
  find(id: number): Promise<Report | null>
  /** The newest first. */
  list(query: ReportListQuery): Promise<KeptReport[]>
  /** A code that stands for a recipient in links: made once, kept by the digest of the address, never the address. */
  recipientCode(digest: string, code: string): Promise<string>
  /** When the recipient with a code wanted no more reports; null where that one wants them. Undefined: no such code. */
  unsubscribedAt(code: string): Promise<number | null | undefined>
  /** Whether there was such a code; from now on its recipient gets no reports. */
  unsubscribe(code: string, at: number): Promise<boolean>
  /** Takes it back; whether there was such a code. */
  subscribe(code: string): Promise<boolean>
  /** Those of these digests that want no reports. */
  unsubscribed(digests: readonly string[]): Promise<string[]>
  /** Deletes reports that were made before, at most `limit`; returns how many. */
  prune(before: number, limit: number): Promise<number>
}
