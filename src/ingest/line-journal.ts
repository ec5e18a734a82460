import { isMonitorError } from '../core/errors.ts'
import type { LogEvent, LogStream } from '../core/log-event.ts'
import { LineComposer, type ComposedLines } from '../logs/writing/line-composer.ts'
import { LineFiles, noProgress } from '../logs/writing/line-files.ts'
import type { StreamOptionsByName } from '../logs/writing/stream-settings.ts'
import type { BatchLines, IngestBatch } from '../store/ingest-store.ts'
import { processIdentity } from '../tracker/process-identity.ts'
import { packLines, unpackLines } from './packed-lines.ts'
import { type DeadWriterOptions, writeLinesOfTheDead } from './dead-writers.ts'

export interface LineJournalOptions extends DeadWriterOptions {
  readonly streams?: StreamOptionsByName | undefined
  readonly onFailure: (error: unknown) => void
}

/** Lines that wait for a disk; more are refused with their events. */
const MOST_WAITING_BYTES = 64 * 1_048_576
const TIDY_INTERVAL_MS = 1000

/** The lines of one batch on their way: into the store with their rows, from there into their files. */
export interface BatchSlot {
  readonly lines: BatchLines | null
  readonly confirmed: IngestBatch['confirmed']
  /** Resolves when all batches before it are in their files, and then it is, too. */
  write(): Promise<void>
  /** Nothing of the batch was stored. */
  drop(): void
  /** Whether it was stored is not known. */
  doubt(): void
}

/**
 * Puts each line into its file exactly once. A batch is composed, then committed together with its rows, then written;
 * a process that finds the lines of one that was killed in between looks which of them are in the files and writes the
 * others. Batches are written in the order of their numbers, as readers expect of a writer.
 */
export class LineJournal {
  readonly #options: LineJournalOptions
  readonly #composer: LineComposer
  readonly #files: LineFiles
  readonly #waiting: { readonly lines: ComposedLines; readonly progress: Record<LogStream, number> }[] = []
  /** Ends when all slots so far are settled. */
  #last: Promise<void> = Promise.resolve()
  #batch = 0
  #last_with_lines = 0
  #written = 0
  #confirmed = 0
  #open_slots = 0
  #waiting_bytes = 0
  #doubtful = new Set<number>()
  readonly #stopTidying: () => void

  private constructor(options: LineJournalOptions) {
    const { directory, streams, clock, onFailure } = options
    this.#options = options
    this.#composer = new LineComposer({ clock, streams })
    this.#files = new LineFiles({ directory, clock, streams, onFailure })
    this.#stopTidying = clock.every(TIDY_INTERVAL_MS, () => {
      this.#tidy().catch(onFailure)
    })
  }

  /** Opens it, after writing what killed processes have left behind. */
  static async open(options: LineJournalOptions): Promise<LineJournal> {
    const journal = new LineJournal(options)
    const { store, directory, clock } = options
    const { host, pid, process_started } = processIdentity()
    const opened_at = clock.now()
    try {
      // A full disk must not keep the server from its start: what could not be written is left to the next one.
      await writeLinesOfTheDead(options, (lines) => journal.#files.append(lines, noProgress())).catch(
        options.onFailure,
      )
      const { writer } = journal.#composer
      await store.openWriter({ writer, directory, host, pid, process_started, opened_at })
    } catch (error) {
      journal.#stopTidying()
      throw error
    }
    return journal
  }

  /** Whether lines may be taken: not when a full disk has kept many from their files. */
  get has_room(): boolean {
    return this.#waiting_bytes < MOST_WAITING_BYTES
  }

  /** Composes the lines of a batch; `compose` must not wait. */
  compose<T>(compose: (write: (stream: LogStream, event: LogEvent) => void, now_ms: number) => T): {
    result: T
    slot: BatchSlot
  } {
    const now_ms = this.#composer.begin()
    const result = compose((stream, event) => {
      this.#composer.write(stream, event)
    }, now_ms)
    return { result, slot: this.#slot(this.#composer.take(), now_ms) }
  }

  /** Waits for what is on its way; lines that a full disk has kept from their files stay for the next process. */
  async close(): Promise<void> {
    this.#stopTidying()
    await this.#last
    await this.#writeDoubtful().catch(this.#options.onFailure)
    await this.#drain()
    await this.#files.close()
    await this.#leave().catch((error: unknown) => {
      if (!isMonitorError(error) || error.code !== 'database_unreachable') throw error
    })
  }

  /** Spares the next process to look for what is in the files: where the database is away it simply does. */
  async #leave(): Promise<void> {
    const { store, directory } = this.#options
    const { writer } = this.#composer
    // A question gives up after a second, a change after ten.
    await store.listWriters(processIdentity().host, directory)
    if (this.#waiting.length === 0 && this.#doubtful.size === 0) await store.closeWriter(writer)
    else await store.confirmLines(writer, this.#confirmedNow())
  }

  #slot(lines: ComposedLines, taken_at: number): BatchSlot {
    const packed = packLines(lines)
    const batch = ++this.#batch
    if (packed !== null) this.#last_with_lines = batch
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    this.#open_slots++
    const settle = async (work: () => Promise<void>): Promise<void> => {
      await before
      try {
        await work()
        this.#written = batch
      } finally {
        this.#open_slots--
        resolve()
      }
    }
    const { writer } = this.#composer
    const confirmed = this.#confirmedNow()
    return {
      lines: packed === null ? null : { writer, batch, taken_at, lines: packed },
      confirmed: confirmed > this.#confirmed ? { writer, batch: confirmed } : null,
      write: () =>
        settle(async () => {
          this.#confirmed = Math.max(this.#confirmed, confirmed)
          await this.#writeDoubtful()
          if (packed !== null) this.#enqueue(lines)
          await this.#drain()
        }),
      drop: () => void settle(async () => {}),
      doubt: () =>
        void settle(async () => {
          if (packed !== null) this.#doubtful.add(batch)
        }),
    }
  }

  /** Up to which batch all lines are in their files. */
  #confirmedNow(): number {
    return this.#waiting.length > 0 || this.#doubtful.size > 0 ? this.#confirmed : this.#written
  }

  #enqueue(lines: ComposedLines): void {
    this.#waiting.push({ lines, progress: noProgress() })
    this.#waiting_bytes += bytesOf(lines)
  }

  /** A batch whose commit was not answered may be stored all the same. */
  async #writeDoubtful(): Promise<void> {
    if (this.#doubtful.size === 0) return
    const stored = await this.#options.store.unconfirmedLines(this.#composer.writer)
    for (const { batch, lines } of stored) if (this.#doubtful.has(batch)) this.#enqueue(unpackLines(lines))
    this.#doubtful = new Set()
  }

  /** Never throws: what a full disk refuses is committed and waits. */
  async #drain(): Promise<void> {
    try {
      for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
        await this.#files.append(next.lines, next.progress)
        this.#waiting.shift()
        this.#waiting_bytes -= bytesOf(next.lines)
      }
    } catch (error) {
      this.#options.onFailure(error)
    }
  }

  /** While nobody reports: writes what waits, and forgets what is written. */
  async #tidy(): Promise<void> {
    if (this.#open_slots > 0) return
    if (this.#waiting.length > 0 || this.#doubtful.size > 0) {
      await this.compose(() => undefined).slot.write()
    }
    const confirmed = this.#confirmedNow()
    if (this.#last_with_lines <= this.#confirmed || confirmed <= this.#confirmed) return
    await this.#options.store.confirmLines(this.#composer.writer, confirmed)
    this.#confirmed = Math.max(this.#confirmed, confirmed)
  }
}

function bytesOf(lines: ComposedLines): number {
  return Object.values(lines).reduce((sum, bytes) => sum + bytes.length, 0)
}
