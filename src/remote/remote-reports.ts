import { MonitorError } from '../core/errors.ts'
import type { CourseOutcome } from '../core/sync-record.ts'
import type { FinishAnswer, SyncFinish, SyncProgress, SyncReports, SyncStart } from '../store/sync-store.ts'
import { finishEvent, outcomeEvent, startEvent, stateEvent } from './event-forms.ts'
import type { OutboxThread } from './outbox-thread.ts'

/** A task id of this process's own need not be asked of the server, which may not know of it yet. */
const TASK_IDS_REMEMBERED = 10_000

/** The syncs of this process, told to a server. What resolves is on the disk of this machine, and will be delivered. */
export class RemoteReports implements SyncReports {
  readonly judged_elsewhere = true
  readonly #outbox: OutboxThread
  readonly #task_ids = new Map<number, string>()
  readonly #used = new Set<string>()
  #next_id = 1

  constructor(outbox: OutboxThread) {
    this.#outbox = outbox
  }

  /** The id is this process's own: the server's is not known while it is away. */
  async startSync(start: SyncStart): Promise<number> {
    const { sync_task_id } = start
    const event = startEvent(start, this.#outbox.nextId())
    const task_id = String(event.task_id)
    if (this.#used.has(task_id) || !(await this.#isNew(task_id, event))) {
      throw new MonitorError('task_id_taken', `A sync with the task id ${sync_task_id} exists already.`, {
        next_step: 'Give each sync a task id of its own.',
      })
    }
    const id = this.#next_id++
    this.#task_ids.set(id, task_id)
    return id
  }

  async #isNew(task_id: string, event: object): Promise<boolean> {
    this.#used.add(task_id)
    const [oldest] = this.#used
    if (this.#used.size > TASK_IDS_REMEMBERED && oldest !== undefined) this.#used.delete(oldest)
    return (await this.#outbox.start(task_id, event)) !== 'taken'
  }

  saveProgress(sync_id: number, progress: SyncProgress): Promise<boolean> {
    const task_id = this.#task_ids.get(sync_id)
    if (task_id === undefined) return Promise.resolve(false)
    this.#outbox.add(stateEvent(task_id, progress, this.#outbox.nextId()))
    return Promise.resolve(true)
  }

  /** Sources are those of the local database; the server has none of them. */
  saveSource(): Promise<void> {
    return Promise.resolve()
  }

  async finishSync(sync_id: number, finish: SyncFinish): Promise<FinishAnswer> {
    const task_id = this.#task_ids.get(sync_id)
    if (task_id !== undefined) {
      const outbox = this.#outbox
      await outbox.keep([
        stateEvent(task_id, finish, outbox.nextId()),
        finishEvent(task_id, finish, outbox.nextId()),
      ])
      this.#task_ids.delete(sync_id)
    }
    return { applied: true, status: finish.status, repaired_from: null, error_group_id: null }
  }

  async saveCourseOutcome(sync_id: number, outcome: CourseOutcome): Promise<void> {
    const task_id = this.#task_ids.get(sync_id)
    if (task_id === undefined) return
    await this.#outbox.keep([outcomeEvent(task_id, outcome, this.#outbox.nextId())])
  }
}
