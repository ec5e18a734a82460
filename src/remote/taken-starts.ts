import type { IngestReport } from '../core/ingest-event.ts'
import { headOf } from './event-head.ts'
import type { SentNames } from './spool/sent-names.ts'

/** Whether the server had a sync with the same task id; `unknown` when it could not be asked. */
export type StartAnswer = 'new' | 'taken' | 'unknown'

export interface Learnt {
  /** The same lines have to be sent again under other names. */
  readonly again: boolean
  /** Starts whose jobs were told that the task id is taken: refused, but nothing is lost. */
  readonly told: number
}

/**
 * What to do about a task id that another sync has. While its job still waits for the answer, the job is told and chooses
 * another one. When the job began without an answer, the sync is sent under `<task id>#<run>` instead: the same name in
 * whichever process sends it, so that nothing is counted twice.
 */
export class TakenStarts {
  readonly #asked = new Map<string, (answer: StartAnswer) => void>()

  ask(task_id: string): Promise<StartAnswer> {
    return new Promise((resolve) => {
      this.#asked.set(task_id, resolve)
    })
  }

  giveUp(task_id: string): void {
    this.#answer(task_id, 'unknown')
  }

  /** The server cannot be asked now. */
  giveUpAll(): void {
    for (const task_id of this.#asked.keys()) this.giveUp(task_id)
  }

  /**
   * Learns from an answer.
   * @param lines as they were sent
   * @param ours whether they are of this process, whose jobs may be waiting
   */
  learn(
    names: SentNames,
    lines: readonly string[],
    { errors }: Pick<IngestReport, 'errors'>,
    ours: boolean,
  ): Learnt {
    let again = false
    let told = 0
    for (const { index, parameter } of errors) {
      const head = parameter === 'task_id' ? headOf(lines[index] ?? '') : null
      if (head === null || head.type !== 'start') continue
      if (ours && this.#answer(head.task_id, 'taken')) {
        names.giveUp(head.task_id, head.id)
        told++
      } else if (names.rename(head.task_id) !== null) again = true
    }
    if (!again && ours) this.#tellNew(lines)
    return { again, told }
  }

  #tellNew(lines: readonly string[]): void {
    if (this.#asked.size === 0) return
    for (const line of lines) {
      if (!line.startsWith('{"type":"start"')) continue
      const head = headOf(line)
      if (head !== null) this.#answer(head.task_id, 'new')
    }
  }

  #answer(task_id: string, answer: StartAnswer): boolean {
    const resolve = this.#asked.get(task_id)
    this.#asked.delete(task_id)
    resolve?.(answer)
    return resolve !== undefined
  }
}
