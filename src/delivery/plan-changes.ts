import type { Incident, IncidentChange } from '../core/incident.ts'
import type { NotificationKind } from '../core/notification.ts'
import type { ToldChange } from '../store/incidents.ts'
import type { NewNotification, Notice } from '../store/notifications.ts'
import { TRIED_FOR_MS, type DeliveryConfig, type NotificationRoute } from './delivery-config.ts'
import { channelsFor, toldFrom } from './routes.ts'

type PlanConfig = Pick<DeliveryConfig, 'routes' | 'group_wait_ms' | 'group_interval_ms' | 'calendar'>

/**
 * What is to be told of changes of incidents. What is muted or explained by a larger incident is not; when that ends there
 * is a change of its own. The end of an incident is told to whom it was or will be told.
 *
 * @param known what channels know of these incidents
 */
export function planChanges(
  changes: readonly ToldChange[],
  known: readonly Notice[],
  config: PlanConfig,
  now: number,
): NewNotification[] {
  const planned: NewNotification[] = []
  /** Channels that were told of an incident and not of its end, and whether they wait to be. */
  const open = new Map<string, { readonly notice: Notice | null }>()
  for (const notice of known) {
    if (notice.state !== 'over') open.set(keyOf(notice.incident_id, notice.channel), { notice })
  }
  for (const { change, incident } of changes) {
    // Nobody wants to hear of yesterday after a long rest.
    if (change.changed_at < now - TRIED_FOR_MS) continue
    if (change.change === 'resolved') {
      for (const key of open.keys()) {
        const [id, channel] = partsOf(key)
        if (id !== incident.id) continue
        const { route } = channelsFor(incident, config.routes).find((to) => to.channel === channel) ?? {}
        planned.push(made('recovery', change, incident, channel, route ?? null, config, now))
      }
      continue
    }
    const kind = TOLD_AS[change.change]
    if (kind === null || incident.state === 'muted' || incident.state === 'suppressed') continue
    for (const { channel, route } of channelsFor(incident, config.routes)) {
      const before = open.get(keyOf(incident.id, channel))
      const is_known = before !== undefined
      if (is_known && kind === 'again') {
        if (before.notice?.state === 'told') {
          planned.push(made('reminder', change, incident, channel, route, config, now))
        }
        continue
      }
      planned.push(made('incident', change, incident, channel, route, config, now))
      if (!is_known) open.set(keyOf(incident.id, channel), { notice: null })
    }
  }
  return planned
}

/** `again`: only who has not heard of it hears of it as new. */
const TOLD_AS: Readonly<Record<IncidentChange['change'], 'new' | 'again' | null>> = {
  opened: 'new',
  reopened: 'new',
  worsened: 'new',
  released: 'again',
  unmuted: 'again',
  acknowledged: null,
  muted: null,
  suppressed: null,
  resolved: null,
}

const keyOf = (incident_id: number, channel: string): string => `${incident_id} ${channel}`
const partsOf = (key: string): readonly [number, string] => {
  const space = key.indexOf(' ')
  return [Number(key.slice(0, space)), key.slice(space + 1)]
}

function made(
  kind: NotificationKind,
  change: IncidentChange,
  incident: Incident,
  channel: string,
  route: NotificationRoute | null,
  { group_wait_ms, group_interval_ms, calendar }: PlanConfig,
  now: number,
): NewNotification {
  const due_at = toldFrom(now, incident.severity, calendar)
  return {
    dedup_key: `change:${change.id}:${channel}`,
    channel,
    kind,
    incident_id: incident.id,
    report_id: null,
    reader: null,
    created_at: now,
    due_at,
    expires_at: due_at + TRIED_FOR_MS,
    group: { key: groupKey(kind, change, incident), wait_ms: group_wait_ms, interval_ms: group_interval_ms },
    repeat_ms: kind === 'incident' ? (route?.repeat_ms ?? null) : null,
  }
}

/** Openings do not hold up ends, nor what is worse than it was. */
function groupKey(kind: NotificationKind, { change }: IncidentChange, { rule }: Incident): string {
  return kind === 'recovery' ? `over:${rule}` : change === 'worsened' ? `worse:${rule}` : `open:${rule}`
}

/** Reminders of what is still open, and when the next ones are due. */
export function planReminders(
  due: readonly Notice[],
  incidents: ReadonlyMap<number, Incident>,
  now: number,
): {
  readonly notifications: readonly NewNotification[]
  readonly reminders: readonly Pick<Notice, 'incident_id' | 'channel' | 'next_reminder_at'>[]
} {
  const notifications: NewNotification[] = []
  const reminders = due.map(({ incident_id, channel, state, repeat_ms, next_reminder_at }) => {
    const is_open = state === 'told' && incidents.get(incident_id)?.state === 'open'
    if (!is_open || repeat_ms <= 0) return { incident_id, channel, next_reminder_at: null }
    notifications.push({
      dedup_key: `reminder:${incident_id}:${next_reminder_at ?? 0}:${channel}`,
      channel,
      kind: 'reminder',
      incident_id,
      report_id: null,
      reader: null,
      created_at: now,
      due_at: now,
      expires_at: now + TRIED_FOR_MS,
      group: null,
      repeat_ms: null,
    })
    return { incident_id, channel, next_reminder_at: now + repeat_ms }
  })
  return { notifications, reminders }
}
