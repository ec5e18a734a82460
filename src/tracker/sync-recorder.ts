import { randomUUID } from 'node:crypto'
import { isMonitorError } from '../core/errors.ts'
import type { CourseOutcome } from '../core/sync-record.ts'
import type { FinishAnswer, SyncFinish, SyncProgress, SyncReports, SyncStart } from '../store/sync-store.ts'

const NAMES_TRIED = 20

/**
 * Writes one sync to the store behind the job's back: nothing here throws into the job but `task_id_taken` where
 * asked for. A row that could not be created at the start is created with the first write that comes when the
 * store is there again.
 */
export class SyncRecorder {
  readonly #store: SyncReports
  readonly #onFailure: () => void
  #start: SyncStart
  #id: number | null = null
  #failures = 0
  #creating: Promise<void> | null = null
  #saving: Promise<boolean> | null = null
  #finishing: Promise<FinishAnswer | null> | null = null

  constructor(store: SyncReports, start: SyncStart, onFailure: () => void) {
    this.#store = store
    this.#start = start
    this.#onFailure = onFailure
  }

  get id(): number | null {
    return this.#id
  }

  get task_id(): string {
    return this.#start.sync_task_id
  }

  /** Writes that the store refused. */
  get failures(): number {
    return this.#failures
  }

  /** Whether the answer to the end says how it is judged. */
  get judges(): boolean {
    return this.#store.judged_elsewhere !== true
  }

  get saving(): boolean {
    return this.#saving !== null
  }

  /** Creates the row. Calls at the same time share one attempt: a second one would find its own task id taken. */
  start(onTaskIdTaken: 'rename' | 'throw'): Promise<void> {
    this.#creating ??= this.#create(onTaskIdTaken).finally(() => {
      this.#creating = null
    })
    return this.#creating
  }

  /** Saves what `progress` gives when the row is there; says whether that worked. */
  save(progress: () => SyncProgress): Promise<boolean> {
    this.#saving ??= this.#attempt((id) => this.#store.saveProgress(id, progress())).finally(() => {
      this.#saving = null
    })
    return this.#saving
  }

  async saveCourseOutcome(outcome: CourseOutcome): Promise<void> {
    await this.#attempt((id) => this.#store.saveCourseOutcome(id, outcome))
  }

  async saveSource(source_id: number, scope: string): Promise<void> {
    await this.#attempt((id) => this.#store.saveSource(id, source_id, scope))
  }

  /** The answer of the store, or null when the end could not be written. */
  finish(finish: SyncFinish): Promise<FinishAnswer | null> {
    this.#finishing ??= this.#finish(finish).finally(() => {
      this.#finishing = null
    })
    return this.#finishing
  }

  async #finish(finish: SyncFinish): Promise<FinishAnswer | null> {
    await this.#saving
    let answer: FinishAnswer | null = null
    await this.#attempt(async (id) => {
      answer = await this.#store.finishSync(id, finish)
    })
    return answer
  }

  async #create(onTaskIdTaken: 'rename' | 'throw'): Promise<void> {
    const wanted = this.#start.sync_task_id
    for (let number = 2; this.#id === null; number++) {
      try {
        this.#id = await this.#store.startSync(this.#start)
      } catch (error) {
        const taken = isMonitorError(error) && error.code === 'task_id_taken'
        if (taken && onTaskIdTaken === 'throw') throw error
        if (!taken) {
          this.#countFailure()
          return
        }
        // A job that has always said the same id must not try a thousand numbers.
        const suffix = number <= NAMES_TRIED ? `#${number}` : `#${randomUUID()}`
        this.#start = { ...this.#start, sync_task_id: `${wanted.slice(0, 255 - suffix.length)}${suffix}` }
      }
    }
  }

  async #attempt(write: (id: number) => Promise<unknown>): Promise<boolean> {
    if (this.#id === null) await this.start('rename')
    if (this.#id === null) return false
    try {
      await write(this.#id)
      return true
    } catch {
      this.#countFailure()
      return false
    }
  }

  #countFailure(): void {
    this.#failures++
    this.#onFailure()
  }
}
