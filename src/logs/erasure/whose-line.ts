import type { LogStream } from '../../core/log-event.ts'
import { isContinuation, parseLogLine } from '../reading/parse-line.ts'

/** Whose lines go. */
export interface ErasedPerson {
  /** The application's id of the user, as text. */
  readonly user_id: string
  /** The user's syncs: their lines go also where they name no user. */
  readonly task_ids: ReadonlySet<string>
}

export type LineVerdict = 'theirs' | 'others' | 'suspicious'

const TASK_ID = /"task_id": ?"((?:[^"\\]|\\.)*)"/

/**
 * Tells line by line whose it is. A line of a traceback belongs to the line before it. `suspicious` is a line in no form
 * that is known which holds the id: it stays, and is told.
 */
export class WhoseLine {
  readonly #person: ErasedPerson
  readonly #stream: LogStream
  #last: LineVerdict = 'others'

  constructor(person: ErasedPerson, stream: LogStream) {
    this.#person = person
    this.#stream = stream
  }

  /** @param line without its newline */
  of(line: string): LineVerdict {
    this.#last = this.#verdict(line)
    return this.#last
  }

  #verdict(line: string): LineVerdict {
    if (!this.#mayBeTheirs(line)) {
      return this.#last === 'theirs' && isContinuation(line) ? 'theirs' : 'others'
    }
    const { user_id, task_ids } = this.#person
    const entry = parseLogLine(line, this.#stream)
    if (entry === undefined) {
      if (this.#last === 'theirs' && isContinuation(line)) return 'theirs'
      return line.includes(user_id) ? 'suspicious' : 'others'
    }
    if (entry.user_id !== null && String(entry.user_id) === user_id) return 'theirs'
    return entry.task_id !== null && task_ids.has(entry.task_id) ? 'theirs' : 'others'
  }

  /** Never false for one of theirs: parsing every line would take ten times as long. */
  #mayBeTheirs(line: string): boolean {
    const { user_id, task_ids } = this.#person
    // Escapes may write any sign in another way; only JSON names a task id by its key.
    if (line.includes(user_id) || line.includes('\\u') || !line.startsWith('{"timestamp"')) return true
    if (task_ids.size === 0) return false
    const task_id = TASK_ID.exec(line)?.[1]
    return task_id !== undefined && (task_id.includes('\\') || task_ids.has(task_id))
  }
}
