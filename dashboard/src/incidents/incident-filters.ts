import {
  INCIDENT_RULES,
  INCIDENT_SEVERITIES,
  type IncidentSeverity,
  type IncidentState,
} from '../../../src/core/incident.ts'
import type { QueryValues } from '../data/api-client.ts'
import { RULE_WORDS, SEVERITY_WORDS } from './incident-rule-words.ts'

interface Choice {
  /** As it stands in the address; empty for what is shown without it. */
  readonly value: string
  readonly words: string
}

export interface StateChoice extends Choice {
  /** Null for all. */
  readonly states: readonly IncidentState[] | null
  /** What is said when there is none. */
  readonly none: string
}

const OPEN: StateChoice = {
  value: '',
  words: 'Open',
  states: ['open', 'acknowledged'],
  none: 'Nothing is wrong that nobody has muted.',
}
export const STATE_CHOICES: readonly StateChoice[] = [
  OPEN,
  {
    value: 'quiet',
    words: 'Quiet',
    states: ['muted', 'suppressed'],
    none: 'No incident is muted, or explained by a larger one.',
  },
  { value: 'resolved', words: 'Resolved', states: ['resolved'], none: 'No incident is resolved yet.' },
  { value: 'all', words: 'All', states: null, none: 'There has been no incident yet.' },
]

export const SEVERITY_CHOICES: readonly Choice[] = [
  { value: '', words: 'any severity' },
  ...INCIDENT_SEVERITIES.map((value) => ({ value, words: SEVERITY_WORDS[value].toLowerCase() })),
]

export const RULE_CHOICES: readonly Choice[] = [
  { value: '', words: 'any rule' },
  ...INCIDENT_RULES.map((value) => ({ value, words: RULE_WORDS[value] })),
]

const among = (choices: readonly Choice[], value: string | null): string =>
  choices.some((choice) => choice.value === value) ? (value ?? '') : ''

/** What an address asks for; what is in it and no filter is left out. */
export interface IncidentFilters {
  readonly state: StateChoice
  readonly severity: string
  readonly rule: string
  readonly user_id: string
}

export function incidentFiltersOf(address: URLSearchParams): IncidentFilters {
  return {
    state: STATE_CHOICES.find(({ value }) => value === address.get('state')) ?? OPEN,
    severity: among(SEVERITY_CHOICES, address.get('severity')),
    rule: among(RULE_CHOICES, address.get('rule')),
    user_id: (address.get('user_id') ?? '').slice(0, 255),
  }
}

export function queryOf({ state, severity, rule, user_id }: IncidentFilters): QueryValues {
  const given = (value: string): string | undefined => (value === '' ? undefined : value)
  return {
    state: state.states?.join(','),
    severity: given(severity),
    rule: given(rule),
    user_id: given(user_id),
  }
}

/** Whether anything but the state is asked for. */
export const isNarrowed = ({ severity, rule, user_id }: IncidentFilters): boolean =>
  severity !== '' || rule !== '' || user_id !== ''

export interface IncidentGroup<Incident> {
  readonly name: string
  readonly incidents: readonly Incident[]
}

interface Grouped {
  readonly severity: IncidentSeverity
  readonly state: IncidentState
}

/** Those that are not over by their severity, the gravest first, then those that are. Empty groups are left out. */
export function bySeverity<Incident extends Grouped>(
  incidents: readonly Incident[],
): IncidentGroup<Incident>[] {
  const over = incidents.filter(({ state }) => state === 'resolved')
  const groups = INCIDENT_SEVERITIES.map((severity) => ({
    name: SEVERITY_WORDS[severity],
    incidents: incidents
      .filter((incident) => incident.severity === severity && incident.state !== 'resolved')
      .toSorted((a, b) => ORDER[a.state] - ORDER[b.state]),
  }))
  return [...groups, { name: 'Resolved', incidents: over }].filter((group) => group.incidents.length > 0)
}

/** What nobody looks after stands first. */
const ORDER: Readonly<Record<IncidentState, number>> = {
  open: 0,
  acknowledged: 1,
  muted: 2,
  suppressed: 3,
  resolved: 4,
}
