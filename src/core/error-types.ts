/**
 * What can go wrong between us and Canvas: a closed list, so that an alert rule, a chart and a person can
 * rely on it. The facts behind each class are Canvas's own status codes, headers and bodies.
 */
export const CANVAS_ERROR_TYPES = [
  'token_invalid',
  'token_expired',
  'token_revoked',
  'scope_missing',
  'forbidden',
  'not_found',
  'throttled',
  'canvas_error',
  'edge_error',
  'not_json',
  'timeout',
  'network',
  'pagination_loop',
  'contract',
  'unexpected_empty',
  'cancelled',
] as const
export type CanvasErrorType = (typeof CANVAS_ERROR_TYPES)[number]

/** What can end a sync besides Canvas: the job's own code, our storage, and what only the monitor decides. */
export type SyncErrorType = CanvasErrorType | 'job_error' | 'storage' | 'lost' | 'timed_out'

export interface ErrorTypeFacts {
  /** What to do next, one sentence. */
  readonly next_step: string
  /** Whether the same request may succeed if it is simply sent again a little later. */
  readonly retryable: boolean
  /** Whether the access token itself is the cause: every other request with it will fail too. */
  readonly token: boolean
}

const facts = (next_step: string, flags: { retryable?: true; token?: true } = {}): ErrorTypeFacts => ({
  next_step,
  retryable: flags.retryable ?? false,
  token: flags.token ?? false,
})

export const ERROR_TYPE_FACTS: Readonly<Record<SyncErrorType, ErrorTypeFacts>> = {
  token_invalid: facts(
    'Check that the token was copied whole and belongs to this Canvas host, or create a new one in Canvas under Account > Settings.',
    { token: true },
  ),
  token_expired: facts(
    'Create a new access token in Canvas under Account > Settings and put it in the token file.',
    { token: true },
  ),
  token_revoked: facts(
    'The token was deleted in Canvas: ask its owner for a new one and put it in the token file.',
    { token: true },
  ),
  scope_missing: facts(
    'Ask a Canvas administrator to add the missing scope, and "Allow Include Parameters", to the developer key.',
    { token: true },
  ),
  forbidden: facts(
    "Give the token's owner a role that may read this course or account, or leave it out of the sync.",
  ),
  not_found: facts(
    "Check the id: the course may be deleted, or the token's owner is no longer enrolled in it.",
  ),
  throttled: facts('Run fewer syncs at the same time with this token, or spread them over the hour.', {
    retryable: true,
  }),
  canvas_error: facts(
    'Canvas itself failed: run the sync again, and give Instructure support the request id if it stays.',
    { retryable: true },
  ),
  edge_error: facts(
    'The answer came from the load balancer before Canvas, not from Canvas: run the sync again, and check the Canvas status page if it stays.',
    { retryable: true },
  ),
  not_json: facts(
    'Check that the base URL is the Canvas host itself and not a sign-in or maintenance page.',
    { retryable: true },
  ),
  timeout: facts(
    'Canvas took too long: run the sync again, or raise the time limit for very large courses.',
    { retryable: true },
  ),
  network: facts('Check the host name, the network and any proxy between this machine and Canvas.', {
    retryable: true,
  }),
  pagination_loop: facts(
    'Canvas sent the same page again: run the sync again, and check any proxy that rewrites addresses if it stays.',
  ),
  contract: facts(
    'Canvas answered in a form this version does not know: look for a newer version, or report it with the request id.',
  ),
  unexpected_empty: facts(
    "Check the token's role and the course's dates; if it is really empty now, sync once with --accept-deletions (a job of your own: with mayBeEmpty).",
  ),
  cancelled: facts('Nothing to do: run the sync again, it continues where this one stopped.'),
  job_error: facts(
    "The sync job's own code failed: the stack in the errors log says where; its message is in the job's own log.",
  ),
  storage: facts(
    'Check free disk space and that the database is reachable and writable, then run the sync again.',
  ),
  lost: facts(
    'The process that ran the sync is gone: look for a restart or an out-of-memory kill at that time, then run it again.',
  ),
  timed_out: facts('The sync ran longer than its limit: raise the limit or sync fewer courses at a time.'),
}

/** Null for none, and for one of another program's own: rows in the database may have any. */
export function errorTypeFacts(error_type: string | null): ErrorTypeFacts | null {
  return error_type !== null && isSyncErrorType(error_type) ? ERROR_TYPE_FACTS[error_type] : null
}

export function isSyncErrorType(value: string): value is SyncErrorType {
  return Object.hasOwn(ERROR_TYPE_FACTS, value)
}
