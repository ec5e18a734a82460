import { errorTypeFacts } from '../core/error-types.ts'
import type { IncidentSubject } from '../core/incident.ts'
import type { EndedSync, SyncSubject } from '../store/sync-histories.ts'
import { isTokenError } from './rules/endings.ts'

/** The key of an incident: its rule and what it is grouped by. */
export const keyOf = (rule: string, ...parts: readonly (string | number | null)[]): string =>
  JSON.stringify([rule, ...parts])

export const subjectMember = ({ sync_type, user_id }: SyncSubject): string =>
  JSON.stringify(['syncs', sync_type, user_id])

/** A user's token whose end its syncs tell, or is written down in the configuration. */
export const tokenMember = (user_id: string, written: boolean = false): string =>
  JSON.stringify(written ? ['token', user_id, 'configuration'] : ['token', user_id])

export function tokenOf(member: string): { readonly user_id: string; readonly written: boolean } {
  const [, user_id = '', written] = JSON.parse(member) as string[]
  return { user_id, written: written !== undefined }
}

const NO_SUBJECT: IncidentSubject = {
  host: null,
  source_id: null,
  sync_type: null,
  user_id: null,
  schedule: null,
  channel: null,
  error_type: null,
}

export const incidentSubject = (given: Partial<IncidentSubject>): IncidentSubject => ({
  ...NO_SUBJECT,
  ...given,
})

/** Error types of which each message says the same: the type alone is the cause. */
const SAYS_LITTLE: ReadonlySet<string> = new Set(['job_error', 'storage', 'contract'])

/**
 * What syncs that ended badly have in common, apart from the host: the type of the error, or for what is not Canvas's own
 * the group that its message belongs to. A token is its user's alone.
 */
export function causeOf(sync: Pick<EndedSync, 'error_type' | 'error_group_id' | 'user_id'>): string {
  const { error_type, error_group_id, user_id } = sync
  if (error_type === null || errorTypeFacts(error_type) === null || SAYS_LITTLE.has(error_type)) {
    return `group ${error_group_id ?? 'none'}`
  }
  return errorTypeFacts(error_type)?.token === true ? `token ${user_id ?? ''}` : error_type
}

export const unreachableKey = (host: string | null): string => keyOf('canvas_unreachable', host)

export const tokenKey = (host: string | null, user_id: string | null): string =>
  keyOf('token_invalid', host, user_id)

/** The incident that would explain how a sync ended. */
export function parentKeyOf(sync: EndedSync, host: string | null): string | null {
  if (isTokenError(sync)) return tokenKey(host, sync.user_id)
  const { error_type } = sync
  const unreachable = ['network', 'timeout', 'edge_error', 'canvas_error']
  return error_type !== null && unreachable.includes(error_type) ? unreachableKey(host) : null
}
