import type { ReactNode } from 'react'
import type { IncidentSeverity, IncidentState } from '../../../src/core/incident.ts'
import type { Mark } from '../parts/mark.ts'
import { ToneMark } from '../parts/tone-mark.tsx'
import { SEVERITY_WORDS, STATE_WORDS } from './incident-rule-words.ts'

/** Shape and word say what the colour says. */
const SEVERITIES: Readonly<Record<IncidentSeverity, Mark>> = {
  critical: { shape: 'cross', words: SEVERITY_WORDS.critical, tone: 'bad' },
  warning: { shape: 'exclamation', words: SEVERITY_WORDS.warning, tone: 'warn' },
  info: { shape: 'dot', words: SEVERITY_WORDS.info, tone: 'quiet' },
}

const STATES: Readonly<Record<IncidentState, Mark>> = {
  open: { shape: 'disc', words: STATE_WORDS.open, tone: 'bad' },
  acknowledged: { shape: 'half', words: STATE_WORDS.acknowledged, tone: 'warn' },
  muted: { shape: 'dash', words: STATE_WORDS.muted, tone: 'quiet' },
  suppressed: { shape: 'back', words: STATE_WORDS.suppressed, tone: 'quiet' },
  resolved: { shape: 'check', words: STATE_WORDS.resolved, tone: 'good' },
}

export function SeverityMark({ severity }: { readonly severity: IncidentSeverity }): ReactNode {
  return <ToneMark mark={SEVERITIES[severity]} />
}

export function IncidentStateMark({ state }: { readonly state: IncidentState }): ReactNode {
  return <ToneMark mark={STATES[state]} />
}
