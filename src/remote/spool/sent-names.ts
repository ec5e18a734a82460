import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import { headOf, renamed } from '../event-head.ts'

interface Note {
  readonly task_id: string
  /** The name that its events are sent with. */
  readonly as?: string
  /** A start that goes no further: its job chose another task id. */
  readonly given_up?: string
}

/**
 * Under which names the events of one lane are sent. It lies beside them, because another process may go on where this
 * one is killed, and must not take one sync's events for another's.
 */
export class SentNames {
  readonly #path: string
  readonly #run: string
  readonly #renamed = new Map<string, string>()
  readonly #given_up = new Set<string>()

  constructor(path: string, run: string) {
    this.#path = path
    this.#run = run
    for (const note of readNotes(path)) this.#take(note)
  }

  nameOf(task_id: string): string {
    return this.#renamed.get(task_id) ?? task_id
  }

  originalOf(name: string): string {
    for (const [task_id, as] of this.#renamed) if (as === name) return task_id
    return name
  }

  /** Another name for a task id that another sync has: always the same one. Null when it is such a name already. */
  rename(task_id: string): string | null {
    if (this.originalOf(task_id) !== task_id) return null
    const as = `${task_id.slice(0, 255 - this.#run.length - 1)}#${this.#run}`
    this.#note({ task_id, as })
    return as
  }

  giveUp(task_id: string, event_id: string): void {
    this.#note({ task_id, given_up: event_id })
  }

  /** The lines as they are sent. */
  apply(lines: readonly string[]): readonly string[] {
    if (this.#renamed.size === 0 && this.#given_up.size === 0) return lines
    return lines.flatMap((line) => {
      const head = headOf(line)
      if (head === null) return [line]
      if (this.#given_up.has(`${head.id} ${head.task_id}`)) return []
      const as = this.#renamed.get(head.task_id)
      return [as === undefined ? line : renamed(line, head, as)]
    })
  }

  remove(): void {
    if (this.#renamed.size > 0 || this.#given_up.size > 0) rmSync(this.#path, { force: true })
  }

  #note(note: Note): void {
    this.#take(note)
    try {
      appendFileSync(this.#path, `${JSON.stringify(note)}\n`, { mode: 0o600, flush: true })
    } catch {
      // A full disk: it holds for this process at least.
    }
  }

  #take({ task_id, as, given_up }: Note): void {
    if (as !== undefined) this.#renamed.set(task_id, as)
    if (given_up !== undefined) this.#given_up.add(`${given_up} ${task_id}`)
  }
}

function readNotes(path: string): Note[] {
  let text = ''
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  // What a killed process left torn was not in use yet.
  const whole = text.split('\n').slice(0, -1)
  return whole.flatMap((line) => {
    try {
      return [JSON.parse(line) as Note]
    } catch {
      return []
    }
  })
}
