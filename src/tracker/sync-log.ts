import type { LogEvent, LogLevel, LogStream, LogValue } from '../core/log-event.ts'
import { emitUserId } from '../core/user-id.ts'
import type { LogWriter } from '../logs/log-writer.ts'

type Fields = Readonly<Record<string, LogValue>>

/** The lines of one sync: adds whose they are, and never throws. */
export class SyncLog {
  readonly #logs: LogWriter
  readonly #task_id: string
  readonly #user_id: string | number | null

  constructor(logs: LogWriter, task_id: string, user_id: string | null) {
    this.#logs = logs
    this.#task_id = task_id
    this.#user_id = emitUserId(user_id)
  }

  write(stream: LogStream, level: LogLevel, event: string, fields: Fields, message: string): void {
    const line: LogEvent = { level, event, task_id: this.#task_id, user_id: this.#user_id, fields, message }
    this.#logs.write(stream, line)
  }

  operation(event: string, fields: Fields, message: string, level: LogLevel = 'INFO'): void {
    this.write('operations', level, event, fields, message)
  }
}
