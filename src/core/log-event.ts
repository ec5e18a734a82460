/** The five log streams, their file names without `.log`, and their order in every listing. */
export const LOG_STREAMS = ['operations', 'api_calls', 'database', 'errors', 'progress'] as const
export type LogStream = (typeof LOG_STREAMS)[number]

/** Ascending severity; a stream drops what is below its level. */
export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** A value that may stand in a log line. Objects are not allowed: what is not flat cannot be checked. */
export type LogValue = string | number | boolean | null | undefined

/**
 * One event on its way to a stream. The writer adds `timestamp`, `writer` and `seq`; the keys of `fields`
 * come after these in the order given, `message` last.
 */
export interface LogEvent {
  readonly level: LogLevel
  readonly event: string
  readonly task_id: string | null
  /** As {@link emitUserId} gives it: a canonical safe integer as a number, anything else as a string. */
  readonly user_id: string | number | null
  readonly fields: Readonly<Record<string, LogValue>>
  /** A sentence for people, free of names, tokens and grades. */
  readonly message: string
}
