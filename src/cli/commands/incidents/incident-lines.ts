import type { Incident, IncidentChange } from '../../../core/incident.ts'
import { incidentWords } from '../../../core/incident-words.ts'
import { isoTime } from '../../../core/iso-time.ts'
import { counted } from '../../../core/number-text.ts'
import { printable } from '../../terminal.ts'
import { textTable } from '../../text-table.ts'
import { cutText } from '../../text-width.ts'

export const timeText = (at_ms: number): string => `${isoTime(at_ms).slice(0, 16).replace('T', ' ')} UTC`

/** One line for each, behind a line of headings. */
export function incidentTable(incidents: readonly Incident[]): string[] {
  const heads = ['id', 'severity', 'state', 'since (UTC)', 'count', 'what', 'whose data']
  const rows = incidents.map((incident) => {
    const { title, whose } = incidentWords(incident, timeText)
    return [
      String(incident.id),
      incident.severity,
      incident.state,
      timeText(incident.began_at).slice(0, 16),
      String(incident.count),
      cutText(printable(title), 60),
      cutText(printable(whose), 30),
    ]
  })
  return textTable([heads, ...rows], new Set([0, 4]))
}

/** What is read first of one, then its history. */
export function incidentLines(incident: Incident, history: readonly IncidentChange[]): string[] {
  const { title, whose, since, last_good, cause, next_step } = incidentWords(incident, timeText)
  const { count, last_sync_id, muted_until, mute_reason, parent_id } = incident
  const facts: readonly (readonly [string, string | null])[] = [
    ['Whose data', whose],
    ['Since', `${since}, ${counted(count, 'time')}`],
    ['Last good', last_good ?? 'not known'],
    ['Cause', cause],
    ['Next', next_step],
    ['Last sync', last_sync_id === null ? null : String(last_sync_id)],
    ['Explained by', parent_id === null ? null : `incident ${parent_id}`],
    ['Muted until', muted_until === null ? null : `${timeText(muted_until)}: ${mute_reason ?? ''}`],
  ]
  const told = facts.filter((fact): fact is [string, string] => fact[1] !== null)
  return [
    `${incident.id}  ${incident.severity}, ${incident.state}: ${printable(title)}`,
    ...textTable(told.map(([name, value]) => [`  ${name}`, printable(value)])),
    ...textTable(
      history.map(({ change, changed_at, actor_kind, actor_id, reason }) => [
        `  ${timeText(changed_at)}`,
        change,
        actor_id ?? actor_kind,
        printable(reason ?? ''),
      ]),
    ),
  ]
}
