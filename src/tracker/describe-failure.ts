import { isMonitorError, MonitorError, systemErrorCode, type ErrorDetails } from '../core/errors.ts'
import type { SyncErrorType } from '../core/error-types.ts'
import { redactText } from '../logs/redact.ts'

export interface Failure {
  readonly error_type: SyncErrorType
  /** One sentence that is safe to store and to send. */
  readonly message: string
  readonly next_step: string
  readonly details: ErrorDetails
  /** Where it was thrown: functions, files and lines, without any message. */
  readonly stack: string | null
}

export function isAbort(error: unknown): boolean {
  return (
    (error instanceof Error && error.name === 'AbortError') ||
    (isMonitorError(error) && error.code === 'cancelled')
  )
}

/**
 * What may be kept of an error. A job's own error message can hold a student's name or a grade, and nothing can
 * tell: of a foreign error only its class, its system code and the place it came from are kept, unless
 * `keep_messages` says that the caller's messages are clean. A string is the caller's own sentence and is kept;
 * tokens, addresses and e-mails are taken out of both.
 */
export function describeFailure(error: unknown, options: { keep_messages: boolean }): Failure {
  if (isMonitorError(error)) {
    return {
      error_type: error.error_type,
      message: redactText(error.message),
      next_step: error.next_step,
      details: error.details,
      stack: placesOf(error),
    }
  }
  const own = new MonitorError(isAbort(error) ? 'cancelled' : 'job_error', foreignSentence(error, options))
  return {
    error_type: own.error_type,
    message: own.message,
    next_step: own.next_step,
    details: {},
    stack: error instanceof Error ? placesOf(error) : null,
  }
}

function foreignSentence(error: unknown, { keep_messages }: { keep_messages: boolean }): string {
  if (typeof error === 'string') return redactText(error).slice(0, 1000)
  if (!(error instanceof Error)) return 'The sync job threw something that is not an error.'
  const code = systemErrorCode(error)
  const kind = `${className(error)}${code === undefined ? '' : ` (${code})`}`
  if (keep_messages) return `${kind}: ${redactText(error.message)}`.slice(0, 1000)
  const place = placesOf(error)?.split('\n')[0]
  return `The sync job failed with ${kind}${place === undefined ? '' : ` ${place}`}.`
}

function className(error: Error): string {
  return /^[A-Za-z_$][\w$]{0,63}$/.test(error.name) ? error.name : 'Error'
}

/** The `at …` lines of a stack, folder names cut: the first lines of a stack repeat the message. */
function placesOf(error: Error): string | null {
  const places = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim().replace(/\(?(?:file:\/\/)?\/[^\s)]*\/([^/\s)]+)\)?/, '($1)'))
  return places.length === 0 ? null : redactText(places.join('\n'))
}
