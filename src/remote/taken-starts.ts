import type { IngestReport } from '../core/ingest-event.ts'

/** Whether the server had a sync with the same task id; `unknown` when it could not be asked. */
export type StartAnswer = 'new' | 'taken' | 'unknown'

export interface Learnt {
  /** The same lines have to be sent again under other names. */
  readonly again: boolean
  /** Starts whose jobs were told that the task id is taken: refused, but nothing is lost. */
  readonly told: number
}

interface SentEvent {
  readonly type: string
  readonly task_id: string
  readonly id?: string
}

/**
 * What to do about a task id that another sync has. While its job still waits for the answer, the job is told and chooses
 * another one. When the job began without an answer, the sync is sent under `<task id>#<run>` instead: the same name in
 * whichever process sends it, so that nothing is counted twice.
 */
export class TakenStarts {
  readonly #asked = new Map<string, (answer: StartAnswer) => void>()
  readonly #renamed = new Map<string, string>()
  /** Whose job was told, so that its start goes no further. */
  readonly #given_up = new Set<string>()

  ask(task_id: string): Promise<StartAnswer> {
    return new Promise((resolve) => {
      this.#asked.set(task_id, resolve)
    })
  }

  giveUp(task_id: string): void {
    this.#asked.delete(task_id)
  }

  /** The lines under the names that they are sent with; none for a start whose job chose another id. */
  rename(lines: readonly string[]): readonly string[] {
    if (this.#renamed.size === 0 && this.#given_up.size === 0) return lines
    return lines.flatMap((line) => {
      const event = JSON.parse(line) as SentEvent
      if (event.id !== undefined && this.#given_up.has(`${event.task_id} ${event.id}`)) return []
      const other = this.#renamed.get(`${runOf(event)} ${event.task_id}`)
      return other === undefined ? [line] : [JSON.stringify({ ...event, task_id: other })]
    })
  }

  /** Learns from an answer. */
  learn(lines: readonly string[], report: IngestReport): Learnt {
    const clashes = new Set<SentEvent>()
    for (const { index, parameter } of report.errors) {
      const line = lines[index]
      if (parameter !== 'task_id' || line === undefined) continue
      const event = JSON.parse(line) as SentEvent
      if (event.type === 'start') clashes.add(event)
    }
    let again = false
    let told = 0
    for (const event of clashes) {
      const answer = this.#asked.get(event.task_id)
      this.#asked.delete(event.task_id)
      if (answer !== undefined) {
        this.#given_up.add(`${event.task_id} ${event.id ?? ''}`)
        answer('taken')
        told++
      } else {
        const run = runOf(event)
        const other = `${event.task_id.slice(0, 255 - run.length - 1)}#${run}`
        if (other !== event.task_id) again = true
        this.#renamed.set(`${run} ${event.task_id}`, other)
      }
    }
    if (!again) this.#tellNew(lines)
    return { again, told }
  }

  #tellNew(lines: readonly string[]): void {
    if (this.#asked.size === 0) return
    for (const line of lines) {
      if (!line.includes('"type":"start"')) continue
      const { task_id } = JSON.parse(line) as SentEvent
      this.#asked.get(task_id)?.('new')
      this.#asked.delete(task_id)
    }
  }
}

/** The outbox that made the event: ids are `<run>-<number>`. */
const runOf = ({ id }: SentEvent): string => id?.split('-')[0] ?? ''
