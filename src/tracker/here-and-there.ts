import type { LogEvent, LogStream } from '../core/log-event.ts'
import type { CourseOutcome } from '../core/sync-record.ts'
import type { LogHealth, LogWriter } from '../logs/writing/log-writer.ts'
import type { FinishAnswer, SyncFinish, SyncProgress, SyncReports, SyncStart } from '../store/sync-store.ts'

/** Rows of this machine's database, told to a server as well. What the database says is what counts. */
export class ReportsHereAndThere implements SyncReports {
  readonly #here: SyncReports
  readonly #there: SyncReports
  readonly #ids_there = new Map<number, number>()

  constructor(here: SyncReports, there: SyncReports) {
    this.#here = here
    this.#there = there
  }

  /** Whether the task id is taken is asked here only; the server gets another name for one that it has. */
  async startSync(start: SyncStart): Promise<number> {
    const here = await this.#here.startSync(start)
    try {
      this.#ids_there.set(here, await this.#there.startSync(start))
    } catch {
      // The row is here: a second try would make another.
    }
    return here
  }

  async saveProgress(sync_id: number, progress: SyncProgress): Promise<boolean> {
    const [saved] = await Promise.all([
      this.#here.saveProgress(sync_id, progress),
      this.#of(sync_id, (there) => this.#there.saveProgress(there, progress)),
    ])
    return saved
  }

  saveSource(sync_id: number, source_id: number, scope: string): Promise<void> {
    return this.#here.saveSource(sync_id, source_id, scope)
  }

  async finishSync(sync_id: number, finish: SyncFinish): Promise<FinishAnswer> {
    const [answer] = await Promise.all([
      this.#here.finishSync(sync_id, finish),
      this.#of(sync_id, (there) => this.#there.finishSync(there, finish)),
    ])
    this.#ids_there.delete(sync_id)
    return answer
  }

  async saveCourseOutcome(sync_id: number, outcome: CourseOutcome): Promise<void> {
    await Promise.all([
      this.#here.saveCourseOutcome(sync_id, outcome),
      this.#of(sync_id, (there) => this.#there.saveCourseOutcome(there, outcome)),
    ])
  }

  async #of(sync_id: number, work: (there: number) => Promise<unknown>): Promise<void> {
    const there = this.#ids_there.get(sync_id)
    if (there !== undefined) await work(there)
  }
}

/** Lines into this machine's streams, and to a server. Its health is that of the lines here. */
export class LogsHereAndThere implements LogWriter {
  readonly #here: LogWriter
  readonly #there: LogWriter

  constructor(here: LogWriter, there: LogWriter) {
    this.#here = here
    this.#there = there
  }

  write(stream: LogStream, event: LogEvent): void {
    this.#here.write(stream, event)
    this.#there.write(stream, event)
  }

  async flush(): Promise<void> {
    await Promise.all([this.#here.flush(), this.#there.flush()])
  }

  async close(): Promise<void> {
    await Promise.all([this.#here.close(), this.#there.close()])
  }

  get health(): LogHealth {
    return this.#here.health
  }
}
