import type { QueryClient } from '@tanstack/react-query'
import type { IncidentOutcomeRecord } from '../../../src/api/incidents/incident-decisions.ts'
import type { IncidentDetailsRecord, IncidentListRecord } from '../../../src/api/incidents/incident-list.ts'
import { addressOf, askJson, type QueryValues } from '../data/api-client.ts'
import { asked, askedPages, type Asking, type AskingPages } from '../data/asked.ts'
import { INCIDENTS_EVERY_MS } from '../data/queries.ts'
import type { DecisionBody } from '../parts/decision-form.tsx'

/** Incidents on one page of the list. */
const PAGE = 50

interface Again {
  readonly refetchInterval: number
}
const again: Again = { refetchInterval: INCIDENTS_EVERY_MS }

export const incidentPagesQuery = (values: QueryValues): AskingPages<IncidentListRecord> & Again => ({
  ...askedPages('incidents', '/incidents', { ...values, limit: PAGE }),
  ...again,
})

export const incidentQuery = (id: string): Asking<IncidentDetailsRecord> & Again => ({
  ...asked('incident', `/incidents/${encodeURIComponent(id)}`),
  ...again,
})

export type IncidentAction = 'acknowledge' | 'mute' | 'unmute' | 'resolve'

/** Tells the server what somebody decided, and asks for everything again that shows incidents. */
export async function decideAbout(
  queries: QueryClient,
  id: number,
  action: IncidentAction,
  body: Partial<DecisionBody> = {},
): Promise<IncidentOutcomeRecord> {
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  const outcome = await askJson<IncidentOutcomeRecord>(addressOf(`/incidents/${id}/${action}`), init)
  await queries.invalidateQueries({ predicate: ({ queryKey: [, path] }) => isOfIncidents(path) })
  return outcome
}

const isOfIncidents = (path: unknown): boolean => String(path).startsWith('/incidents')
