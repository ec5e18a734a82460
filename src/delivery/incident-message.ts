import type { Incident, IncidentSeverity } from '../core/incident.ts'
import { endOf } from '../core/incident-words.ts'
import { isoTime } from '../core/iso-time.ts'
import { toWallTime } from '../core/local-time.ts'
import { counted, grouped, spokenDuration } from '../core/number-text.ts'
import type { ToldIncident } from './compose-batch.ts'
import type { Message, MessageFact, MessageLink, MessageSection, MessageTone } from './message.ts'

/** What is said of an incident, in words of ours; no text of other programs but ids and names of theirs. */
export interface IncidentText {
  /** What broke: `Syncs of grades fail`. */
  readonly title: string
  readonly whose: string
  readonly cause: string | null
  readonly next_step: string | null
}

/** `timeText` writes a time, epoch milliseconds, as people read it. */
export type IncidentWords = (incident: Incident, timeText: (at: number) => string) => IncidentText

/** Where and when a message is made. */
export interface MessagePlace {
  readonly words: IncidentWords
  /** Null: messages have no link. */
  readonly public_url: string | null
  readonly time_zone: string
  readonly now: number
}

/** More than this nobody reads in ten seconds, and no channel shows. */
const MOST_SECTIONS = 10
const SEVERITY_WORD: Readonly<Record<IncidentSeverity, string>> = {
  critical: 'Critical',
  warning: 'Warning',
  info: 'Note',
}
const TONE: Readonly<Record<IncidentSeverity, MessageTone>> = {
  critical: 'bad',
  warning: 'warning',
  info: 'calm',
}
const ORDER: readonly MessageTone[] = ['bad', 'warning', 'good', 'calm']

/** What broke, whose data, since when, last good, the probable cause, the next step, one link: of one or of many. */
export function incidentMessage(told: readonly ToldIncident[], place: MessagePlace): Message {
  const items = told
    .map((item) => ({ item, section: sectionOf(item, place) }))
    .toSorted((a, b) => ORDER.indexOf(a.section.tone) - ORDER.indexOf(b.section.tone))
  const sections = items.slice(0, MOST_SECTIONS).map(({ section }) => section)
  const [only] = items.length === 1 ? items : []
  const open = told.filter(({ as }) => as === 'opening' || as === 'reminder').length
  const over = told.length - open
  const left = told.length - sections.length
  return {
    kind: told.some(({ as }) => as === 'opening')
      ? 'incident'
      : told.some(({ as }) => as === 'reminder')
        ? 'reminder'
        : 'recovery',
    tone: items[0]?.section.tone ?? 'calm',
    title: only === undefined ? titleOfMany(open, over) : `[${wordOf(only.item)}] ${only.section.title}`,
    summary: null,
    sections,
    more: left === 0 ? null : `And ${grouped(left)} more.`,
    link: linkTo(place.public_url, only?.item.incident ?? null),
    data: { incidents: told.slice(0, 100).map((item) => dataOf(item, place)), count: told.length },
  }
}

function wordOf({ incident, as }: ToldIncident): string {
  if (as === 'recovery') return 'Over'
  if (as === 'over_already') return 'Over already'
  const word = SEVERITY_WORD[incident.severity]
  return as === 'reminder' ? `Still open, ${word.toLowerCase()}` : word
}

function titleOfMany(open: number, over: number): string {
  const parts = [
    ...(open === 0 ? [] : [counted(open, 'problem')]),
    ...(over === 0 ? [] : [`${grouped(over)} over`]),
  ]
  return `${parts.join(', ')} in Canvas syncs`
}

function sectionOf(item: ToldIncident, { words, time_zone, now }: MessagePlace): MessageSection {
  const { incident, as } = item
  const time = (at: number): string => spokenTime(at, time_zone)
  const { title, whose, cause, next_step } = words(incident, time)
  const is_over = as === 'recovery' || as === 'over_already'
  const facts: MessageFact[] = [{ label: 'Whose data', value: whose }]
  const add = (label: string, value: string | null): void => {
    if (value !== null && value !== '') facts.push({ label, value })
  }
  if (is_over) {
    const end = incident.resolved_at ?? now
    add(
      'Was wrong',
      `${time(incident.began_at)} to ${time(end)}, ${spokenDuration(Math.max(0, end - incident.began_at))}`,
    )
    add('Ended', endOf(incident))
  } else {
    add('Since', `${time(incident.began_at)}, ${ago(now - incident.began_at)}`)
    add(
      'Last good',
      incident.last_good_at === null ? 'Never, as far as is known' : time(incident.last_good_at),
    )
  }
  if (incident.count > 1) {
    const users = incident.user_count > 1 ? ` of ${counted(incident.user_count, 'user')}` : ''
    add('How often', `${counted(incident.count, 'time')}${users}`)
  }
  if (!is_over) {
    add('Probable cause', cause)
    add('Next step', next_step)
  }
  return { title, tone: is_over ? 'good' : TONE[incident.severity], facts }
}

function ago(duration_ms: number): string {
  return duration_ms < 60_000 ? 'just now' : `${spokenDuration(duration_ms).replace(/ \d\d s$/, '')} ago`
}

const two = (number: number): string => String(number).padStart(2, '0')

/** `2026-11-22 10:15 (Europe/Zurich)`. */
export function spokenTime(at: number, time_zone: string): string {
  const { year, month, day, hour, minute } = toWallTime(at, time_zone)
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)} (${time_zone})`
}

function linkTo(public_url: string | null, incident: Incident | null): MessageLink | null {
  if (public_url === null) return null
  const path = incident === null ? '/incidents' : `/incidents/${incident.id}`
  return { url: `${public_url}${path}`, label: 'Open in the dashboard' }
}

function dataOf({ incident, as }: ToldIncident, { words, public_url }: MessagePlace): object {
  const { title, whose, cause, next_step } = words(incident, isoTime)
  const { id, rule, severity, subject, facts, state, count, user_count, last_sync_id } = incident
  const iso = (at: number | null): string | null => (at === null ? null : isoTime(at))
  return {
    id,
    told_as: as,
    rule,
    severity,
    state,
    title,
    whose,
    cause,
    next_step,
    subject,
    facts,
    began_at: iso(incident.began_at),
    opened_at: iso(incident.opened_at),
    last_good_at: iso(incident.last_good_at),
    resolved_at: iso(incident.resolved_at),
    count,
    user_count,
    last_sync_id,
    url: linkTo(public_url, incident)?.url ?? null,
  }
}

/** What a test says. */
export function testMessage(
  channel: string,
  { public_url, time_zone, now }: Omit<MessagePlace, 'words'>,
): Message {
  return {
    kind: 'test',
    tone: 'calm',
    title: 'Test of notifications from canvas-sync-monitor',
    summary: `If you can read this, messages about incidents arrive here. It was asked for at ${spokenTime(now, time_zone)}, and took the way that they take.`,
    sections: [],
    more: null,
    link: public_url === null ? null : { url: public_url, label: 'Open the dashboard' },
    data: { channel, asked_at: isoTime(now) },
  }
}
