import { errorTypeFacts } from './error-types.ts'
import type { Incident, IncidentFacts } from './incident.ts'

/** A number among the facts; null where there is none. */
export function numberOf(facts: IncidentFacts, name: string): number | null {
  const value = facts[name]
  return typeof value === 'number' ? value : null
}

/** A closed word among the facts. */
export function textOf(facts: IncidentFacts, name: string): string | null {
  const value = facts[name]
  return typeof value === 'string' ? value : null
}

/** What each type of error says of its cause; the words of the error itself may be another program's. */
export const CAUSES: Readonly<Record<string, string>> = {
  token_invalid: 'Canvas does not know the access token.',
  token_expired: 'The access token has expired.',
  token_revoked: 'The access token was deleted in Canvas.',
  scope_missing: 'The developer key does not allow what the sync asks for.',
  forbidden: "The token's owner may not read what the sync asks for.",
  not_found: 'What the sync asks for is not there any more.',
  throttled: 'Canvas slows the token down: too many calls at the same time.',
  canvas_error: 'Canvas itself answers with errors.',
  edge_error: 'The load balancer before Canvas answers, and Canvas does not.',
  not_json: 'Something answers that is not Canvas, such as a sign-in or maintenance page.',
  timeout: 'Canvas answers too slowly.',
  network: 'There is no connection to Canvas.',
  pagination_loop: 'Canvas sends the same page again and again.',
  contract: 'Canvas answers in a form that this version does not know.',
  unexpected_empty: 'Nothing was read where there was something before.',
  job_error: "The sync job's own code fails.",
  storage: 'The database cannot be written.',
}

export function causeOf({ subject, facts }: Incident): string | null {
  const type = subject.error_type ?? textOf(facts, 'error_type')
  return type === null ? null : (CAUSES[type] ?? null)
}

/** What the type of its error says is to be done; `otherwise` where it has none. */
export function stepOf(incident: Incident, otherwise: string): string {
  const type = incident.subject.error_type ?? textOf(incident.facts, 'error_type')
  return errorTypeFacts(type)?.next_step ?? otherwise
}
