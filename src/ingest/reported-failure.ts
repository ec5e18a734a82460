import { ERROR_TYPE_FACTS, type SyncErrorType } from '../core/error-types.ts'
import type { IngestException } from '../core/ingest-event.ts'
import { redactText } from '../logs/redact.ts'
import { ownSentence, type Failure } from '../tracker/describe-failure.ts'

export interface ReportedFailure {
  readonly error_type?: SyncErrorType | null
  readonly error_message?: string | null
  readonly exception?: IngestException | null
}

/** Whether the event says that something went wrong. */
export function tellsFailure({ error_type, error_message, exception }: ReportedFailure): boolean {
  return error_type != null || error_message != null || exception != null
}

/** What may be kept of a failure; see `describeFailure` of the tracker for why a foreign message is not. */
export function failureOf(
  told: ReportedFailure,
  otherwise: { readonly error_type: SyncErrorType; readonly message: string },
  keep_messages: boolean,
): Failure {
  const error_type = told.error_type ?? otherwise.error_type
  const place = placeOf(told.exception)
  return {
    error_type,
    message: sentenceOf(told, otherwise.message, place, keep_messages),
    next_step: ERROR_TYPE_FACTS[error_type].next_step,
    details: {},
    stack: place === null ? null : `at ${place}`,
  }
}

function sentenceOf(
  { error_message, exception }: ReportedFailure,
  otherwise: string,
  place: string | null,
  keep_messages: boolean,
): string {
  if (exception == null) return ownSentence(error_message, otherwise)
  const kind = kindOf(exception.name)
  const without_message = `The sync job failed with ${kind}${place === null ? '' : ` at ${place}`}.`
  if (!keep_messages || exception.message == null) return ownSentence(error_message, without_message)
  return ownSentence(`${kind}: ${exception.message}`, without_message)
}

/** A name that does not look like that of a class may be anybody's. */
function kindOf(name: string): string {
  const last = name.slice(name.lastIndexOf('.') + 1)
  return /^[A-Z][A-Za-z\d]{0,60}(?:Error|Exception)$/.test(last) ? last : 'Error'
}

/** `function (file:line)` or `file:line`; anything else may hold anything. */
function placeOf(exception: IngestException | null | undefined): string | null {
  const place = exception?.place ?? ''
  const is_place = /^(?:[\w$.<>#]{1,100} \([\w.-]{1,100}(?::\d{1,9}){1,2}\)|[\w.-]{1,100}(?::\d{1,9}){1,2})$/
  return is_place.test(place) ? redactText(place) : null
}
