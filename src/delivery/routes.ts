import type { Incident, IncidentSeverity } from '../core/incident.ts'
import { quietUntil, type AlertCalendar } from '../core/quiet-hours.ts'
import type { NotificationRoute, RouteMatch } from './delivery-config.ts'

/** A channel that is told of an incident, and the route that says so. */
export interface ChannelRoute {
  readonly channel: string
  readonly route: NotificationRoute
}

/** Who is told: by every route that matches, each channel once, as the first of them says. */
export function channelsFor(incident: Incident, routes: readonly NotificationRoute[]): ChannelRoute[] {
  const found = new Map<string, NotificationRoute>()
  for (const route of routes) {
    if (!matches(incident, route.match)) continue
    for (const channel of route.channels) if (!found.has(channel)) found.set(channel, route)
    if (route.stop) break
  }
  return [...found].map(([channel, route]) => ({ channel, route }))
}

function matches({ severity, rule, subject, facts }: Incident, match: RouteMatch): boolean {
  const { owner } = facts
  return (
    among(severity, match.severities) &&
    among(rule, match.rules) &&
    among(subject.sync_type, match.sync_types) &&
    among(subject.user_id, match.user_ids) &&
    among(subject.source_id, match.source_ids) &&
    among(subject.host, match.hosts) &&
    among(subject.schedule, match.schedules) &&
    among(typeof owner === 'string' ? owner : null, match.owners)
  )
}

const among = <T>(value: T | null, wanted: readonly T[] | undefined): boolean =>
  wanted === undefined || (value !== null && wanted.includes(value))

/** When something may be told at the soonest, epoch milliseconds: now, or when the quiet hours end that it is in. */
export function toldFrom(now: number, severity: IncidentSeverity, calendar: AlertCalendar): number {
  return severity === 'critical' ? now : (quietUntil(calendar, now) ?? now)
}
