import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { LogLevel, LogStream, LogValue } from '../../src/core/log-event.ts'

/** What a test wants to be special about a line; the rest is ordinary. */
export interface LineDetails {
  /** ISO 8601 UTC. */
  readonly at?: string
  readonly level?: LogLevel
  readonly event?: string
  readonly task_id?: string | null
  readonly user_id?: string | number | null
  readonly fields?: Readonly<Record<string, LogValue>>
  readonly message?: string
}

let seq = 0

/** A line as the writer writes it, with its newline. */
export function logLine(details: LineDetails = {}): string {
  seq++
  const {
    at = '2026-11-22T10:15:00.000Z',
    level = 'INFO',
    event = 'course_finished',
    task_id = 'nightly',
    user_id = 42,
    fields = {},
    message = 'Course 7: completed.',
  } = details
  const line = { timestamp: at, level, event, task_id, user_id, writer: 'test-1', seq, ...fields, message }
  return `${JSON.stringify(line)}\n`
}

/** Appends the lines to the live file of a stream; `directory` is the log folder. */
export function appendLines(directory: string, stream: LogStream, ...lines: readonly LineDetails[]): void {
  mkdirSync(directory, { recursive: true })
  appendFileSync(join(directory, `${stream}.log`), lines.map(logLine).join(''))
}
