import { writeDuration } from '../core/duration-text.ts'
import type { IncidentRule } from '../core/incident.ts'
import type { RuleSettings } from './rule-settings.ts'

/** The thresholds of a rule, under the names and in the form of a configuration: `in_a_row 2, within 10m`. */
export function settingsText(settings: RuleSettings[IncidentRule]): string {
  return Object.entries(settings)
    .filter(([name]) => name !== 'enabled' && name !== 'severity')
    .map(([name, value]: [string, unknown]) =>
      name.endsWith('_ms')
        ? `${name.slice(0, -'_ms'.length)} ${writeDuration(Number(value))}`
        : `${name} ${Array.isArray(value) ? value.join(' ') : String(value)}`,
    )
    .join(', ')
}
