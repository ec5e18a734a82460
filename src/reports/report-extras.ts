import { incidentWords } from '../core/incident-words.ts'
import type { ReportIncident } from '../core/report.ts'
import type { ReportSpan } from '../core/report-period.ts'
import type { Store } from '../store/store.ts'
import type { ReportExtras } from './collect-report.ts'
import { momentText } from './report-words.ts'

const MOST_LISTED = 5
/** A failed attempt or two are no news: networks have them. */
const FAILING_MS = 120_000

export interface ReadExtras {
  readonly store: Pick<Store, 'reports' | 'notifications'>
  /** IANA name. */
  readonly time_zone: string
  /** Whether anybody looks for incidents. */
  readonly incidents: boolean
  /** The channels that messages go to; null where nobody is told anything. */
  readonly channels: readonly string[] | null
  readonly now: number
}

/** What happened besides the syncs themselves: incidents, scheduled syncs that did not start, messages. */
export async function readExtras(options: ReadExtras, span: ReportSpan): Promise<ReportExtras> {
  const { reports } = options.store
  return {
    incidents: options.incidents ? await incidentsOf(options, span) : null,
    schedules: await reports.dueTimes(span, MOST_LISTED),
    delivery: options.channels === null ? null : await deliveryOf(options, options.channels, span),
  }
}

async function incidentsOf(
  { store, time_zone }: ReadExtras,
  span: ReportSpan,
): Promise<ReportExtras['incidents']> {
  const { listed, ...counts } = await store.reports.incidents(span, MOST_LISTED)
  const timeText = (at: number): string => momentText(new Date(at).toISOString(), time_zone)
  return {
    ...counts,
    listed: listed.map((incident): ReportIncident => ({
      id: incident.id,
      severity: incident.severity,
      title: incidentWords(incident, timeText).title,
      began_at: new Date(incident.began_at).toISOString(),
      resolved_at: incident.resolved_at === null ? null : new Date(incident.resolved_at).toISOString(),
    })),
  }
}

async function deliveryOf(
  { store, now }: ReadExtras,
  channels: readonly string[],
  span: ReportSpan,
): Promise<ReportExtras['delivery']> {
  const states = await store.notifications.channels()
  const failing = states.filter(
    ({ channel, failing_since }) =>
      channels.includes(channel) && failing_since !== null && now - failing_since >= FAILING_MS,
  )
  return { ...(await store.reports.messages(span)), failing_channels: failing.map(({ channel }) => channel) }
}
