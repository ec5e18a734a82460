import type { LogLevel, LogStream, LogValue } from './log-event.ts'

/**
 * How a line was written: `json` our own; of the earlier system `python_json` (its JSON formatter), `python_text`
 * (`[time] LEVEL [function:line]: message`) and `summary` (the short forms of its documentation).
 */
export const LOG_FORMS = ['json', 'python_json', 'python_text', 'summary'] as const
export type LogForm = (typeof LOG_FORMS)[number]

/** One line of a log as a reader gives it, whichever form it was written in. */
export interface LogEntry {
  readonly stream: LogStream
  readonly form: LogForm
  /** Epoch milliseconds. */
  readonly timestamp_ms: number
  readonly level: LogLevel
  readonly event: string | null
  readonly task_id: string | null
  readonly user_id: string | number | null
  /** Null for lines of the earlier system, which cannot be told apart from their copies. */
  readonly writer: string | null
  readonly seq: number | null
  /** The stream's own keys under our names: `extra_response_status` of the earlier system is `status` here. */
  readonly fields: Readonly<Record<string, LogValue>>
  readonly message: string
}
