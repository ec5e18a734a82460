import type { IncidentRule, IncidentSeverity, IncidentState } from '../../../src/core/incident.ts'

export const SEVERITY_WORDS: Readonly<Record<IncidentSeverity, string>> = {
  critical: 'Critical',
  warning: 'Warning',
  info: 'Note',
}

export const STATE_WORDS: Readonly<Record<IncidentState, string>> = {
  open: 'Open',
  acknowledged: 'Acknowledged',
  muted: 'Muted',
  suppressed: 'Explained by a larger one',
  resolved: 'Resolved',
}

export const RULE_WORDS: Readonly<Record<IncidentRule, string>> = {
  sync_failed: 'sync failed',
  sync_partial: 'sync read only a part',
  sync_lost: 'sync was lost',
  sync_timed_out: 'sync timed out',
  unexpected_empty: 'unexpectedly empty',
  volume: 'more or less than usual',
  duration: 'slower or faster than usual',
  missed: 'missed',
  late: 'late',
  stale: 'freshness target missed',
  token_invalid: 'token refused',
  token_expiring: 'token expires',
  throttled: 'throttled',
  canvas_unreachable: 'Canvas not reached',
  log_loss: 'log lines lost',
  disk: 'disk almost full',
  cleanup_overdue: 'clean-up overdue',
  notification_failing: 'notifications fail',
}
