import { isMonitorError, type ErrorCode } from '../../core/errors.ts'
import type { ApiServices } from '../services.ts'
import { problem, type Answer } from './answer.ts'

/** A failure that goes by without a change of the program. */
export interface Passing {
  readonly error: string
  readonly retry_after_s: number
}

export type PassingByCode = Readonly<Partial<Record<ErrorCode, Passing>>>

/**
 * The sentences are fixed: what the store says may name hosts and paths,
 * which are for the operator only.
 */
const PASSING: PassingByCode = {
  database_unreachable: {
    error: 'The database cannot be reached: try again in a moment.',
    retry_after_s: 2,
  },
  database_busy: { error: 'The database is too busy to answer: try again in a moment.', retry_after_s: 2 },
  database_refused: { error: 'The database refuses the server: try again later.', retry_after_s: 30 },
  disk_full: { error: 'The disk is full: try again later.', retry_after_s: 30 },
  closed: { error: 'The server is stopping.', retry_after_s: 5 },
}

/**
 * The answer to a request that failed: 503 for what may go well later, else 500. The operator is told the reason.
 *
 * @param more what may go well later with this request besides
 */
export function failure(
  error: unknown,
  where: string,
  services: Pick<ApiServices, 'onError'>,
  more: PassingByCode = {},
): Answer {
  const request_id = crypto.randomUUID()
  services.onError(error, { request_id, where })
  const passing = isMonitorError(error) ? (PASSING[error.code] ?? more[error.code]) : undefined
  if (passing !== undefined) {
    return problem(
      503,
      passing.error,
      { request_id },
      {
        'retry-after': String(passing.retry_after_s),
      },
    )
  }
  return problem(500, 'The server could not answer this request.', {
    detail: `The reason is in the log of the server under the request id ${request_id}.`,
    request_id,
  })
}
