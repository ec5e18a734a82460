import type { SyncErrorType } from '../../../src/core/error-types.ts'

/** What stands after "because". */
export const ERROR_REASONS: Readonly<Record<SyncErrorType, string>> = {
  token_invalid: 'Canvas does not know the access token',
  token_expired: 'the access token has expired',
  token_revoked: 'the access token was deleted in Canvas',
  scope_missing: 'the access token may not ask for this',
  forbidden: "the token's owner may not read them",
  not_found: 'Canvas does not find them',
  throttled: 'Canvas refused too many calls at once',
  canvas_error: 'Canvas itself failed',
  edge_error: 'what stands before Canvas failed',
  not_json: 'the answer was a page and no data',
  timeout: 'Canvas took too long to answer',
  network: 'Canvas could not be reached',
  pagination_loop: 'Canvas sent the same page again and again',
  contract: 'Canvas answered in a form that is not known',
  unexpected_empty: 'nothing came where there was something before',
  cancelled: 'it was stopped',
  job_error: "the sync job's own code failed",
  storage: 'it could not be written to the database or disk',
  lost: 'its process is gone',
  timed_out: 'it ran longer than its limit',
}

/** What stands after "because" for an error type that is not of the list, too. */
export const reasonOf = (error_type: SyncErrorType | null): string | null =>
  error_type === null ? null : ((ERROR_REASONS as Readonly<Record<string, string>>)[error_type] ?? null)
