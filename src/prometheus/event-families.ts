import { NOTIFICATION_STATES } from '../core/notification.ts'
import { DUE_STATES } from '../core/schedule.ts'
import type { EventCount, EventCounts, OpenIncidents, PeopleCounts } from '../store/counters.ts'
import { each, single, type MetricFamily } from './metric-family.ts'

const OUTCOMES = NOTIFICATION_STATES.filter((state) => state !== 'waiting')
const DECIDED = DUE_STATES.filter((state) => state !== 'waiting')

export const TOKEN_STATES = ['valid', 'expiring', 'expired', 'revoked', 'invalid'] as const
export type TokenState = (typeof TOKEN_STATES)[number]

/** What is wrong, who was told, and what became of the schedules. */
export function eventFamilies({ counts, open_incidents, channels }: EventCounts): MetricFamily[] {
  const of = (kind: EventCount['kind']): EventCount[] => counts.filter((count) => count.kind === kind)
  const counted = (kind: EventCount['kind'], label_1: string, label_2: string): number =>
    counts.find((each) => each.kind === kind && each.label_1 === label_1 && each.label_2 === label_2)
      ?.counted ?? 0
  const names = [
    ...new Set([
      ...channels.map(({ channel }) => channel),
      ...of('notification').map(({ label_1 }) => label_1),
    ]),
  ].sort()
  return [
    each(
      {
        name: 'canvas_sync_notifications_total',
        type: 'counter',
        help: 'Notifications by channel and what became of them.',
      },
      names.flatMap((channel) => OUTCOMES.map((outcome) => ({ channel, outcome }))),
      (labels) => labels,
      ({ channel, outcome }) => counted('notification', channel, outcome),
    ),
    each(
      {
        name: 'canvas_sync_notifications_waiting',
        type: 'gauge',
        help: 'Notifications that wait to be sent, by channel.',
      },
      channels,
      ({ channel }) => ({ channel }),
      ({ waiting }) => waiting,
    ),
    each(
      {
        name: 'canvas_sync_channel_failures',
        type: 'gauge',
        help: 'Attempts in a row that went wrong, by channel; 0 while it works.',
      },
      channels,
      ({ channel }) => ({ channel }),
      ({ failures }) => failures,
    ),
    openFamily(open_incidents),
    each(
      {
        name: 'canvas_sync_incidents_opened_total',
        type: 'counter',
        help: 'Incidents that were opened, by rule and severity.',
      },
      of('incident'),
      ({ label_1, label_2 }) => ({ rule: label_1, severity: label_2 }),
      (count) => count.counted,
    ),
    each(
      {
        name: 'canvas_sync_schedule_runs_total',
        type: 'counter',
        help: 'Times of schedules by what became of them; one that is missed and late counts as both.',
      },
      DECIDED,
      (outcome) => ({ outcome }),
      (outcome) => counted('due_run', outcome, ''),
    ),
  ]
}

function openFamily(open_incidents: readonly OpenIncidents[]): MetricFamily {
  const sums = new Map<string, OpenIncidents>()
  for (const open of open_incidents) {
    const key = `${open.rule} ${open.severity} ${open.state}`
    sums.set(key, { ...open, incidents: open.incidents + (sums.get(key)?.incidents ?? 0) })
  }
  return each(
    {
      name: 'canvas_sync_incidents',
      type: 'gauge',
      help: 'Incidents that are not resolved, by rule, severity and state.',
    },
    [...sums.values()],
    ({ rule, severity, state }) => ({ rule, severity, state }),
    ({ incidents }) => incidents,
  )
}

/**
 * Users without fresh data, and how it stands with the tokens of Canvas: what an open incident does not say otherwise of is
 * valid as far as is known.
 */
export function peopleFamilies(
  { stale_users, sources }: PeopleCounts,
  open_incidents: readonly OpenIncidents[],
  slo: string,
): MetricFamily[] {
  const tokens = new Map<TokenState, number>(TOKEN_STATES.map((state) => [state, 0]))
  for (const open of open_incidents) {
    const state = tokenState(open)
    if (state !== null) tokens.set(state, (tokens.get(state) ?? 0) + open.incidents)
  }
  const in_trouble = [...tokens.values()].reduce((total, count) => total + count, 0)
  tokens.set('valid', Math.max(0, sources - in_trouble))
  return [
    {
      ...single(
        {
          name: 'canvas_sync_users_stale',
          type: 'gauge',
          help: 'Users who had a sync in the last 30 days, and whose last completed one is older than the target.',
        },
        null,
      ),
      samples: [{ labels: { slo }, value: stale_users }],
    },
    each(
      {
        name: 'canvas_sync_tokens',
        type: 'gauge',
        help: 'Tokens of Canvas used in the last 30 days, by state as far as is known.',
      },
      [...tokens],
      ([state]) => ({ state }),
      ([, count]) => count,
    ),
  ]
}

/** Null where the incident is about something else. */
export function tokenState({
  rule,
  error_type,
}: Pick<OpenIncidents, 'rule' | 'error_type'>): TokenState | null {
  if (rule === 'token_expiring') return 'expiring'
  if (rule !== 'token_invalid') return null
  if (error_type === 'token_expired') return 'expired'
  return error_type === 'token_revoked' ? 'revoked' : 'invalid'
}
