import type { LogEvent, LogStream } from '../../../src/core/log-event.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { FileLogWriter } from '../../../src/logs/writing/file-log-writer.ts'

export interface PastLine extends Partial<LogEvent> {
  readonly stream?: LogStream
}

export interface PastLogs {
  /** The log folder. */
  readonly directory: string
  readonly count: number
  /** When the first line is written, epoch milliseconds. */
  readonly from_ms: number
  /** Between two lines, milliseconds. */
  readonly step_ms: number
  /** What is special about a line; numbers are from 0. */
  readonly line: (number: number) => PastLine
}

/** Lines of times that have passed, written by the real writer. */
export async function writePastLogs({ directory, count, from_ms, step_ms, line }: PastLogs): Promise<void> {
  let now_ms = from_ms
  const log = new FileLogWriter({ directory, clock: { ...systemClock, now: () => now_ms } })
  for (let number = 0; number < count; number++) {
    now_ms = from_ms + number * step_ms
    const { stream = 'operations', ...special } = line(number)
    log.write(stream, {
      level: 'INFO',
      event: 'course_synced',
      task_id: 'nightly',
      user_id: 42,
      fields: {},
      message: `Line ${number}.`,
      ...special,
    })
    if (number % 2000 === 1999) await log.flush()
  }
  await log.close()
}
