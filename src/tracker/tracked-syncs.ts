import { randomUUID } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import { MonitorError } from '../core/errors.ts'
import type { SyncMetadata } from '../core/sync-record.ts'
import { redactText } from '../logs/redact.ts'
import type { LogWriter } from '../logs/writing/log-writer.ts'
import type { SyncReports, SyncStart } from '../store/sync-store.ts'
import { traceSync } from '../telemetry/sync-trace.ts'
import { flag, wholeNumber } from './counts.ts'
import { storableMetadata } from './metadata.ts'
import { processIdentity } from './process-identity.ts'
import { SyncLog } from './sync-log.ts'
import { SyncRecorder } from './sync-recorder.ts'
import { SyncTracker } from './sync-tracker.ts'
import { ThrottleGates } from './throttle-gates.ts'
import type { Sync, SyncOptions } from './types.ts'

export interface TrackedSyncsOptions {
  /** Where the rows go. */
  readonly reports: SyncReports
  /** Where the lines go. */
  readonly logs: Pick<LogWriter, 'write'>
  readonly clock: Clock
  /** Milliseconds between two saves of a running sync's counts. Default 1000. */
  readonly saveIntervalMs?: number | undefined
  /** Default false. */
  readonly keepErrorMessages?: boolean | undefined
}

/** The syncs that this process runs, from their start until their end is saved. */
export class TrackedSyncs {
  readonly #options: TrackedSyncsOptions
  readonly #starting = new Set<Promise<SyncTracker>>()
  /** Syncs whose end is not in the store. */
  readonly #open = new Set<SyncTracker>()
  readonly #gates: ThrottleGates
  #idle: PromiseWithResolvers<void> | null = null
  #failures = 0
  #closing: Promise<void> | null = null

  constructor(options: TrackedSyncsOptions) {
    this.#options = options
    this.#gates = new ThrottleGates(options.clock)
  }

  /** Writes of rows that failed so far. */
  get failures(): number {
    return this.#failures
  }

  async track<T>(options: SyncOptions, work: (sync: Sync) => Promise<T>): Promise<T> {
    const sync = await this.start(options)
    try {
      const value = await sync.run(() => work(sync))
      await sync.completeSuccess()
      return value
    } catch (error) {
      await sync.completeFailure(error)
      throw error
    }
  }

  async start(options: SyncOptions = {}): Promise<SyncTracker> {
    if (this.#closing !== null) throw new MonitorError('closed', 'The monitor is closed.')
    const starting = this.#start(options)
    this.#starting.add(starting)
    try {
      return await starting
    } finally {
      this.#starting.delete(starting)
    }
  }

  /** Resolves when no sync runs here, neither of those that run now nor of those that begin meanwhile. */
  async settled(): Promise<void> {
    while (this.#starting.size + this.#open.size > 0) {
      await Promise.allSettled(this.#starting)
      if (this.#open.size > 0) await (this.#idle ??= Promise.withResolvers()).promise
    }
  }

  /** Ends what still runs as cancelled. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  async #start(options: SyncOptions): Promise<SyncTracker> {
    const { clock, logs, reports } = this.#options
    const start = startOf(options, clock.now())
    const recorder = new SyncRecorder(reports, start, () => this.#failures++)
    await recorder.start(options.onTaskIdTaken ?? 'rename')
    const trace = await traceSync({ ...start, sync_task_id: recorder.task_id })
    const sync = new SyncTracker({
      start,
      recorder,
      log: new SyncLog(logs, recorder.task_id, start.user_id, trace.trace_id),
      clock,
      gates: this.#gates,
      trace,
      save_interval_ms: this.#options.saveIntervalMs ?? 1000,
      keep_error_messages: this.#options.keepErrorMessages ?? false,
      may_be_empty: flag(options.mayBeEmpty),
      onProgress: options.onProgress,
      onEndSaved: () => {
        this.#ended(sync)
      },
    })
    if (options.metadata != null && start.sync_metadata === null) sync.countLoss()
    this.#open.add(sync)
    return sync
  }

  #ended(sync: SyncTracker): void {
    this.#open.delete(sync)
    if (this.#open.size > 0) return
    this.#idle?.resolve()
    this.#idle = null
  }

  async #closeAll(): Promise<void> {
    await Promise.allSettled(this.#starting)
    const ended: Promise<void>[] = []
    for (const sync of this.#open) ended.push(sync.close('The monitor was closed while the sync ran.'))
    await Promise.allSettled(ended)
  }
}

function startOf(options: SyncOptions, now: number): SyncStart {
  const { host, pid, process_started } = processIdentity()
  return {
    sync_task_id: text(options.taskId ?? randomUUID(), 'taskId'),
    user_id: options.userId == null ? null : text(options.userId, 'userId'),
    sync_type: redactText(text(options.syncType ?? 'all', 'syncType')),
    target_course_id: options.targetCourseId == null ? null : text(options.targetCourseId, 'targetCourseId'),
    incremental_sync: flag(options.incremental),
    use_pagination: flag(options.usePagination ?? true),
    chunk_size: wholeNumber(options.chunkSize) || null,
    sync_metadata: metadataOrNothing(options.metadata),
    trigger: redactText(text(options.trigger ?? 'manual', 'trigger')),
    host,
    pid,
    process_started,
    started_at: now,
  }
}

/** What cannot be stored must not keep a job from its start; the sync counts it as lost. */
function metadataOrNothing(metadata: SyncMetadata | undefined): SyncMetadata | null {
  try {
    return metadata == null ? null : storableMetadata(metadata)
  } catch {
    return null
  }
}

function text(value: string | number, name: string): string {
  const string = String(value)
  if (string.length >= 1 && string.length <= 255) return string
  throw new MonitorError('usage', `${name} must have 1 to 255 characters, got ${string.length}.`)
}
