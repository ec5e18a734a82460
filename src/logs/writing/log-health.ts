import { systemErrorCode } from '../../core/errors.ts'
import { LOG_STREAMS, type LogStream } from '../../core/log-event.ts'
import type { LogFailure, LogHealth, StreamHealth } from './log-writer.ts'
import type { LogIntake } from './log-intake.ts'
import { redactText } from '../redact.ts'

export function logHealth(
  intake: LogIntake,
  last_error: LogFailure | null,
  healthOf: (stream: LogStream) => StreamHealth,
): LogHealth {
  const entries = LOG_STREAMS.map((stream): [LogStream, StreamHealth] => [stream, healthOf(stream)])
  const sum = (name: keyof StreamHealth): number =>
    entries.reduce((total, [, health]) => total + health[name], 0)
  return {
    writer: intake.writer,
    lines_written: sum('lines_written'),
    lines_dropped: sum('lines_dropped'),
    bytes_written: sum('bytes_written'),
    pending_lines: sum('pending_lines'),
    rotations: sum('rotations'),
    backups_deleted: sum('backups_deleted'),
    fields_dropped: intake.fields_dropped,
    refused_after_close: intake.refused_after_close,
    last_error,
    streams: Object.fromEntries(entries) as Record<LogStream, StreamHealth>,
  }
}

export function logFailure(error: unknown, at: string): LogFailure {
  const message = error instanceof Error ? error.message : String(error)
  return { code: systemErrorCode(error) ?? 'internal', message: redactText(message).slice(0, 500), at }
}
