import { isMonitorError } from '../core/errors.ts'
import type { CourseOutcome } from '../core/sync-record.ts'
import type { FinishAnswer, SyncFinish, SyncProgress, SyncStart, SyncStore } from '../store/sync-store.ts'

const NAMES_TRIED = 20

/**
 * Writes one sync to the store behind the job's back: nothing here throws into the job but `task_id_taken` where
 * asked for, and no two saves are under way at once. A row that could not be created at the start is created as
 * soon as the store is there again.
 */
export class SyncRecorder {
  readonly #store: SyncStore
  readonly #onFailure: (error: unknown) => void
  #start: SyncStart
  #id: number | null = null
  #saving: Promise<void> | null = null

  constructor(store: SyncStore, start: SyncStart, onFailure: (error: unknown) => void) {
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

  async start(onTaskIdTaken: 'rename' | 'throw'): Promise<void> {
    const wanted = this.#start.sync_task_id
    for (let attempt = 1; attempt <= NAMES_TRIED; attempt++) {
      try {
        this.#id = await this.#store.startSync(this.#start)
        return
      } catch (error) {
        const taken = isMonitorError(error) && error.code === 'task_id_taken'
        if (taken && onTaskIdTaken === 'throw') throw error
        if (!taken) {
          this.#onFailure(error)
          return
        }
        const suffix = `#${attempt + 1}`
        this.#start = { ...this.#start, sync_task_id: `${wanted.slice(0, 255 - suffix.length)}${suffix}` }
      }
    }
  }

  /** Saves `progress` unless a save is still under way: the next one will hold the same and more. */
  save(progress: () => SyncProgress): void {
    if (this.#saving !== null) return
    this.#saving = this.#attempt(async (id) => {
      await this.#store.saveProgress(id, progress())
    }).finally(() => {
      this.#saving = null
    })
  }

  async saveCourseOutcome(outcome: CourseOutcome): Promise<void> {
    await this.#attempt((id) => this.#store.saveCourseOutcome(id, outcome))
  }

  async saveSource(source_id: number, scope: string): Promise<void> {
    await this.#attempt((id) => this.#store.saveSource(id, source_id, scope))
  }

  /** The answer of the store, or null when the end could not be written. */
  async finish(finish: SyncFinish): Promise<FinishAnswer | null> {
    await this.#saving
    let answer: FinishAnswer | null = null
    await this.#attempt(async (id) => {
      answer = await this.#store.finishSync(id, finish)
    })
    return answer
  }

  async #attempt(write: (id: number) => Promise<unknown>): Promise<void> {
    if (this.#id === null) await this.start('rename')
    if (this.#id === null) return
    try {
      await write(this.#id)
    } catch (error) {
      this.#onFailure(error)
    }
  }
}
