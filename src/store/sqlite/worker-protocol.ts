import { MonitorError, type ErrorCode, type ErrorDetails } from '../../core/errors.ts'
import type { StoreParts } from '../store.ts'
import type { SqliteFileOptions } from './sqlite-store.ts'

/** Which part of the store a call is for; `store` is the whole. */
export type StorePart = keyof StoreParts | 'store'

export interface CallMessage {
  readonly id: number
  readonly part: StorePart
  readonly method: string
  readonly args: readonly unknown[]
}

/** A {@link MonitorError} as plain data: structured clone keeps neither its class nor its fields. */
export interface ErrorMessage {
  readonly code: ErrorCode
  readonly message: string
  readonly next_step: string
  readonly retryable: boolean
  readonly details: ErrorDetails
  /** What `node:sqlite` said, for the stack that is shown when asked for. */
  readonly cause: string | null
}

export interface AnswerMessage {
  readonly id: number
  readonly value?: unknown
  readonly error?: ErrorMessage
}

export interface WorkerOptions {
  readonly path: string
  /** The writer opens or makes the file and brings it to this version's schema; a reader finds it so. */
  readonly role: 'writer' | 'reader'
  readonly heartbeat_interval_ms: number
  readonly file?: SqliteFileOptions
}

/** The id of the message that says whether the worker could open the file. */
export const OPENED = 0

export function packError(error: unknown): ErrorMessage {
  if (error instanceof MonitorError) {
    const { code, message, next_step, retryable, details, cause } = error
    return {
      code,
      message,
      next_step,
      retryable,
      details,
      cause: cause instanceof Error ? cause.message : null,
    }
  }
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    code: 'storage',
    message: 'The database refused an operation.',
    next_step: 'Run doctor, and report it with the errors log if it stays.',
    retryable: false,
    details: {},
    cause,
  }
}

export function unpackError(packed: ErrorMessage): MonitorError {
  const { code, message, next_step, retryable, details } = packed
  return new MonitorError(code, message, {
    next_step,
    retryable,
    details,
    ...(packed.cause === null ? {} : { cause: new Error(packed.cause) }),
  })
}
