import { INCIDENT_SEVERITIES } from '../../core/incident.ts'
import type { SourceFreshness } from '../../store/sync-histories.ts'
import type { RuleSettings } from '../rule-settings.ts'
import type { Finding, Verdict } from './verdict.ts'

const DAY_MS = 86_400_000
/** So much more than what opens it must be free again. */
const DISK_RECOVERY = 1.2

const NOTHING = { last_good_at: null, count: 1, last_sync_id: null, sync_ids: [] as readonly number[] }

/**
 * A source whose newest read is older than the target, or of which lists were tried again and could not be read in time.
 * What is not read any more, such as a course that is not listed, makes nothing stale. One that was never read has no
 * freshness yet: why it fails is told by other rules.
 */
export function stale(
  source: SourceFreshness,
  settings: RuleSettings['stale'],
  target_ms: number,
  now: number,
): Verdict {
  const { newest_complete_at, oldest_complete_at, stale_lists } = source
  if (newest_complete_at === null) return 'unknown'
  const due_ms = target_ms + settings.after_ms
  const silent = newest_complete_at < now - due_ms
  if (!silent && stale_lists === 0) return 'good'
  const since = silent ? newest_complete_at : (oldest_complete_at ?? newest_complete_at)
  return {
    severity: settings.severity,
    facts: { target_ms, stale_lists, all_lists: silent },
    began_at: Math.min(now, since + due_ms),
    last_good_at: newest_complete_at,
    count: Math.max(1, stale_lists),
    last_sync_id: null,
    sync_ids: [],
  }
}

/** @param expires_at epoch milliseconds */
export function tokenExpiring(
  expires_at: number,
  settings: RuleSettings['token_expiring'],
  now: number,
): Verdict {
  const left_ms = expires_at - now
  const reached = settings.days.filter((days) => left_ms <= days * DAY_MS)
  if (reached.length === 0) return 'good'
  const nearest = settings.days.length - reached.length
  return {
    ...NOTHING,
    severity:
      INCIDENT_SEVERITIES[Math.max(nearest, INCIDENT_SEVERITIES.indexOf(settings.severity))] ?? 'info',
    facts: { expires_at, days_left: Math.max(0, Math.floor(left_ms / DAY_MS)), expired: left_ms <= 0 },
    began_at: Math.min(now, expires_at - Math.max(...settings.days) * DAY_MS),
  }
}

export interface DiskSpace {
  readonly free_bytes: number
  readonly total_bytes: number
}

export function disk(
  { free_bytes, total_bytes }: DiskSpace,
  settings: RuleSettings['disk'],
  now: number,
): Verdict {
  if (total_bytes <= 0) return 'unknown'
  const free_percent = (free_bytes / total_bytes) * 100
  const below = (share: number, bytes: number): boolean =>
    free_percent < settings.percent * share && free_bytes < settings.bytes * bytes
  const facts = { free_bytes, total_bytes, free_percent: Math.round(free_percent * 10) / 10 }
  if (below(0.5, 0.25)) return { ...NOTHING, severity: settings.severity, facts, began_at: now }
  if (below(1, 1)) return { ...NOTHING, severity: 'warning', facts, began_at: now }
  return below(DISK_RECOVERY, DISK_RECOVERY) ? 'unknown' : 'good'
}

/** @param done_at when it last ran to its end, or when it was first due; null when nothing is known yet */
export function cleanupOverdue(
  done_at: number | null,
  settings: RuleSettings['cleanup_overdue'],
  now: number,
): Verdict {
  if (done_at === null) return 'unknown'
  if (now - done_at < settings.after_ms) return 'good'
  return {
    ...NOTHING,
    severity: settings.severity,
    facts: { done_at },
    began_at: done_at + settings.after_ms,
    last_good_at: done_at,
  }
}

export interface FailingChannel {
  readonly failing_since: number | null
  readonly failures: number
  readonly waiting: number
  readonly last_ok_at: number | null
  /** A closed word. */
  readonly last_error: string | null
}

export function notificationFailing(
  channel: FailingChannel,
  settings: RuleSettings['notification_failing'],
  now: number,
): Verdict {
  const { failing_since, failures, waiting, last_error } = channel
  if (failing_since === null) return 'good'
  if (now - failing_since < settings.after_ms) return 'unknown'
  const finding: Finding = {
    ...NOTHING,
    severity: settings.severity,
    facts: { failures, waiting, last_error },
    began_at: failing_since,
    last_good_at: channel.last_ok_at,
    count: failures,
  }
  return finding
}
