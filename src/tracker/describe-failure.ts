import { constants } from 'node:os'
import { ERROR_TYPE_FACTS, type SyncErrorType } from '../core/error-types.ts'
import { isMonitorError, systemErrorCode, type ErrorDetails } from '../core/errors.ts'
import { redactedStart, redactText } from '../logs/redact.ts'

export interface Failure {
  readonly error_type: SyncErrorType
  /** One sentence that is safe to store and to send. */
  readonly message: string
  readonly next_step: string
  readonly details: ErrorDetails
  /**
   * Where it was thrown: functions, files and lines, without any message. Only of what the job's own code threw:
   * for a refused call or a full disk they would be places in this program, which help nobody.
   */
  readonly stack: string | null
}

const SENTENCE_LIMIT = 1000
const PLACES_KEPT = 8

/**
 * What may be kept of an error. A job's own error can hold a student's name or a grade in any of its fields, and
 * nothing can tell: of a foreign error only its class, its system code and the place it came from are kept, unless
 * `keep_messages` says that the caller's messages are clean. A string is the caller's own sentence and is kept;
 * tokens, addresses and e-mails are taken out of both. Never throws, whatever a getter of the error does.
 */
export function describeFailure(error: unknown, options: { keep_messages: boolean }): Failure {
  try {
    return isMonitorError(error)
      ? {
          error_type: error.error_type,
          message: redactText(error.message),
          next_step: error.next_step,
          details: error.details,
          stack: error.error_type === 'job_error' ? placesOf(error) : null,
        }
      : describeForeign(error, options)
  } catch {
    return failureOf('job_error', 'The sync job threw something that cannot be read.')
  }
}

/** The caller's own sentence, without tokens and e-mail addresses; `fallback` where it is none. */
export function ownSentence(text: unknown, fallback: string): string {
  return typeof text === 'string' && text.trim() !== '' ? redactedStart(text, SENTENCE_LIMIT) : fallback
}

/** An abort, or a failure of our own database: the course that met it is not to blame. */
export function interrupts({ error_type }: Failure): boolean {
  return error_type === 'cancelled' || error_type === 'storage'
}

/** Whether every other course would fail, too. */
export function failsEveryCourse(failure: Failure): boolean {
  return interrupts(failure) || ERROR_TYPE_FACTS[failure.error_type].token
}

/** Whether what was thrown would fail every other course too, so that going on is useless. */
export function endsWholeSync(error: unknown): boolean {
  return failsEveryCourse(describeFailure(error, { keep_messages: false }))
}

function failureOf(error_type: SyncErrorType, message: string, stack: string | null = null): Failure {
  return { error_type, message, next_step: ERROR_TYPE_FACTS[error_type].next_step, details: {}, stack }
}

function describeForeign(error: unknown, { keep_messages }: { keep_messages: boolean }): Failure {
  if (typeof error === 'string') return failureOf('job_error', ownSentence(error, 'The sync job failed.'))
  if (!(error instanceof Error)) {
    return failureOf('job_error', 'The sync job threw something that is not an error.')
  }
  const error_type = error.name === 'AbortError' ? 'cancelled' : 'job_error'
  const stack = placesOf(error)
  const place = stack === null ? '' : ` ${stack.split('\n', 1)[0] ?? ''}`
  const without_message = `The sync job failed with ${kindOf(error)}${place}.`
  if (!keep_messages || typeof error.message !== 'string')
    return failureOf(error_type, without_message, stack)
  return failureOf(error_type, ownSentence(`${kindOf(error)}: ${error.message}`, without_message), stack)
}

/** `TypeError (ENOSPC)`: a name or code that does not look like that of a class or a system may be anybody's. */
function kindOf(error: Error): string {
  const name = /^[A-Z][A-Za-z\d]{0,60}(?:Error|Exception)$/.test(error.name) ? error.name : 'Error'
  const code = systemErrorCode(error)
  return code !== undefined && isSystemCode(code) ? `${name} (${code})` : name
}

function isSystemCode(code: string): boolean {
  return (
    Object.hasOwn(constants.errno, code) ||
    code === 'ENOTFOUND' ||
    /^(?:ERR|UND_ERR|SQLITE|EAI)_[A-Z\d_]{1,60}$/.test(code)
  )
}

/** `    at async Job.run [as work] (/folder/file.ts:1:2)`: how it was called, function, file with line and column. */
const PLACE =
  /^\s+at (?:((?:async |new )?[\w$.<>#]+)(?: \[as [\w$.]+\])? \()?(?:.*[/\\:])?([^/\\:()\s]+:\d+:\d+)\)?$/

/** The places of a stack, folder names and whatever stands before them cut: a stack begins with the message. */
function placesOf(error: Error): string | null {
  const { stack, message } = error
  if (typeof stack !== 'string' || typeof message !== 'string') return null
  const lines = stack.slice(Math.max(0, stack.indexOf(message) + message.length)).split('\n')
  const after_text = lines.findLastIndex((line) => !/^\s+at /.test(line)) + 1
  const places: string[] = []
  for (const line of lines.slice(after_text)) {
    const [, called, file = ''] = PLACE.exec(line) ?? []
    if (file !== '') places.push(called === undefined ? `at ${file}` : `at ${called} (${file})`)
    if (places.length === PLACES_KEPT) break
  }
  return places.length === 0 ? null : redactText(places.join('\n'))
}
