import { INCIDENT_RULES, type IncidentRule, type IncidentSeverity } from '../core/incident.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** Longer than most pauses, shorter than a term: what nothing was heard of for so long is not there any more. */
export const FORGET_AFTER_MS: number = 14 * 24 * HOUR_MS

interface Common {
  readonly enabled: boolean
  readonly severity: IncidentSeverity
}

/** Of a rule about syncs of one type of one user, one after the other. */
interface InARow extends Common {
  /** So many bad ones one after the other open it. */
  readonly in_a_row: number
  /** So many good ones one after the other end it. */
  readonly recover_after: number
}

/** Every rule's thresholds. Durations are milliseconds, shares percent. */
export interface RuleSettings {
  /**
   * Also when one fails and of its last ten, at least `of_at_least`, `percent` failed in more than one piece; or when
   * syncs of `users` users ended with the same error on the same host within a time.
   */
  readonly sync_failed: InARow & {
    readonly percent: number
    readonly of_at_least: number
    readonly users: number
    readonly within_ms: number
  }
  readonly sync_partial: InARow
  readonly sync_lost: InARow
  readonly sync_timed_out: InARow
  readonly unexpected_empty: InARow
  /**
   * The records processed by a completed sync against those of the completed ones before it, at least `history`: further
   * from their median than `deviations` (of the median absolute deviation, scaled to a standard deviation), `percent` of
   * it and `records`. On both sides.
   */
  readonly volume: Common & {
    readonly history: number
    readonly deviations: number
    readonly percent: number
    readonly records: number
  }
  /** Slower than the 95th percentile of at least `history` runs before, or faster than the 5th, by both of these. */
  readonly duration: Common & {
    readonly in_a_row: number
    readonly history: number
    readonly factor: number
    readonly at_least_ms: number
  }
  readonly missed: Common & { readonly in_a_row: number }
  readonly late: Common & { readonly in_a_row: number }
  /** How much later than the freshness target. */
  readonly stale: Common & { readonly after_ms: number }
  readonly token_invalid: InARow
  /** Days before the end: the last is critical, the one before a warning, another a note; none above `severity`. */
  readonly token_expiring: Common & { readonly days: readonly number[] }
  /** Waiting for Canvas's throttle for `percent` of the running time and `at_least_ms`, or throttled `hits` times. */
  readonly throttled: InARow & {
    readonly percent: number
    readonly at_least_ms: number
    readonly hits: number
  }
  /** So many syncs of a host that reached no Canvas: the newest ones, or `percent` of all that ended within a time. */
  readonly canvas_unreachable: Common & {
    readonly failures: number
    readonly percent: number
    readonly within_ms: number
    readonly recover_after: number
  }
  readonly log_loss: Common & { readonly recover_after: number }
  /** Less than both; critical at half of the share and a quarter of the bytes. */
  readonly disk: Common & { readonly percent: number; readonly bytes: number }
  readonly cleanup_overdue: Common & { readonly after_ms: number }
  readonly notification_failing: Common & { readonly after_ms: number }
}

const inARow = (severity: IncidentSeverity, in_a_row: number): InARow => ({
  enabled: true,
  severity,
  in_a_row,
  recover_after: 1,
})

export const RULE_DEFAULTS: RuleSettings = {
  sync_failed: {
    ...inARow('critical', 2),
    percent: 50,
    of_at_least: 5,
    users: 3,
    within_ms: 10 * MINUTE_MS,
  },
  sync_partial: inARow('warning', 2),
  sync_lost: inARow('warning', 1),
  sync_timed_out: inARow('warning', 1),
  unexpected_empty: inARow('critical', 1),
  volume: { enabled: true, severity: 'warning', history: 10, deviations: 3, percent: 30, records: 20 },
  duration: {
    enabled: true,
    severity: 'warning',
    in_a_row: 2,
    history: 10,
    factor: 1.5,
    at_least_ms: 30_000,
  },
  missed: { enabled: true, severity: 'critical', in_a_row: 1 },
  late: { enabled: true, severity: 'info', in_a_row: 2 },
  stale: { enabled: true, severity: 'critical', after_ms: 0 },
  token_invalid: inARow('critical', 1),
  token_expiring: { enabled: true, severity: 'critical', days: [14, 7, 1] },
  throttled: { ...inARow('warning', 2), percent: 50, at_least_ms: 30_000, hits: 20 },
  canvas_unreachable: {
    enabled: true,
    severity: 'critical',
    failures: 2,
    percent: 50,
    within_ms: 10 * MINUTE_MS,
    recover_after: 1,
  },
  log_loss: { enabled: true, severity: 'warning', recover_after: 1 },
  disk: { enabled: true, severity: 'critical', percent: 10, bytes: 20_000_000_000 },
  cleanup_overdue: { enabled: true, severity: 'warning', after_ms: 36 * HOUR_MS },
  notification_failing: { enabled: true, severity: 'critical', after_ms: 5 * MINUTE_MS },
}

/** What is said otherwise of some rules. */
export type RuleChanges = {
  readonly [Rule in IncidentRule]?: Partial<RuleSettings[Rule]>
}

export interface RuleConfig {
  readonly rules: RuleChanges
  /** By type of sync. */
  readonly by_type: Readonly<Record<string, RuleChanges>>
  /** While no term runs. */
  readonly outside_terms: RuleChanges
}

export const NO_RULE_CHANGES: RuleConfig = { rules: {}, by_type: {}, outside_terms: {} }

/** The settings that hold for a type of syncs (null: for what is about no type). */
export function ruleSettings(
  { rules, by_type, outside_terms }: RuleConfig,
  sync_type: string | null,
  in_term: boolean,
): RuleSettings {
  const of_type = sync_type !== null && Object.hasOwn(by_type, sync_type) ? by_type[sync_type] : undefined
  const layers = [rules, of_type ?? {}, in_term ? {} : outside_terms]
  const settings: Record<string, object> = {}
  for (const rule of INCIDENT_RULES) {
    settings[rule] = Object.assign(
      {},
      RULE_DEFAULTS[rule],
      ...layers.map((layer) => layer[rule] ?? {}),
    ) as object
  }
  return settings as unknown as RuleSettings
}
