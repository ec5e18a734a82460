import { MonitorError } from '../../core/errors.ts'
import type { LogEntry } from '../../core/log-entry.ts'
import { LOG_STREAMS, type LogStream } from '../../core/log-event.ts'
import { EntryLane } from './entry-lane.ts'
import { LaneMerge } from './lane-merge.ts'
import { legacyZone } from './legacy-zone.ts'
import { SkippedCounter, type SkippedLines } from './skipped-lines.ts'
import { SourceHold } from './source-hold.ts'

export interface ReadLogsOptions {
  /** Holds `operations.log` and the others; one that does not exist holds nothing. */
  readonly directory: string
  /** Default: all five. */
  readonly streams?: readonly LogStream[]
  /** Only entries of this time or later, epoch milliseconds. Default: from the first. */
  readonly since_ms?: number
  /** Only entries before this time, epoch milliseconds. Default: to the last. */
  readonly until_ms?: number
  /** IANA name of the zone in which an earlier system wrote times without one. Default `UTC`. */
  readonly legacy_zone?: string
  /** Ends the reading with the signal's reason. */
  readonly signal?: AbortSignal
  /** Told once, at the end or when the caller stops, what was passed over. */
  readonly onSkipped?: (skipped: SkippedLines) => void
}

/** A file may have been copied from a machine with another clock, or hold times of a zone that nobody named. */
const CLOCK_MARGIN_MS = 26 * 3_600_000
const LOOKS_AT_ONCE = 8

/**
 * Reads the lines of the log streams in order of time: of live, rotated and compressed files and archives, of ours and
 * of the earlier system, that are there when it begins: they stay open until it ends. Memory stays flat. Within one file 2,048 lines at a
 * time are sorted; a line that stands further behind its place comes late.
 *
 * What cannot be read is passed over and counted, never an error: see `onSkipped`.
 *
 * @throws MonitorError `config_invalid` for an unknown stream or zone; system errors when the folder cannot be listed;
 * the signal's reason
 *
 * @example
 * for await (const entry of readLogs({ directory: 'logs/canvas_sync', streams: ['errors'] })) {
 *   console.log(new Date(entry.timestamp_ms).toISOString(), entry.message)
 * }
 */
export async function* readLogs(options: ReadLogsOptions): AsyncGenerator<LogEntry> {
  const { directory, streams = LOG_STREAMS, signal, onSkipped } = options
  const { since_ms = Number.NEGATIVE_INFINITY, until_ms = Number.POSITIVE_INFINITY } = options
  const unknown = streams.find((stream) => !LOG_STREAMS.includes(stream))
  if (unknown !== undefined) {
    throw new MonitorError('config_invalid', `There is no log stream ${JSON.stringify(unknown)}.`, {
      next_step: `Name some of ${LOG_STREAMS.join(', ')}.`,
    })
  }
  const zone = legacyZone(options.legacy_zone ?? 'UTC')
  const skipped = new SkippedCounter()
  await using hold = new SourceHold()
  const sources = (await hold.list(directory, streams)).filter(
    ({ modified_ms }) => modified_ms >= since_ms - CLOCK_MARGIN_MS,
  )
  const lanes = sources.map((source) => new EntryLane(source, { since_ms, until_ms, zone, signal, skipped }))
  try {
    const unseen = [...lanes]
    while (unseen.length > 0) await Promise.all(unseen.splice(0, LOOKS_AT_ONCE).map((lane) => lane.look()))
    const merge = new LaneMerge(lanes)
    const copies = new CopyFilter()
    for (let batch = await merge.next(); batch.length > 0; batch = await merge.next()) {
      for (const entry of batch) {
        signal?.throwIfAborted()
        if (copies.isCopy(entry)) skipped.duplicate_lines++
        else yield entry
      }
    }
  } finally {
    for (const lane of lanes) await lane.close()
    onSkipped?.(skipped.total)
  }
}

/**
 * A writer that was killed or raced with a rotation may have written a line twice, and a clean-up that was killed leaves
 * a file and its archive. Copies have the same time, so that they stand together.
 */
class CopyFilter {
  #last: LogEntry | undefined
  /** Of the time of the last entry, once there are two of it. */
  readonly #seen = new Set<string>()

  isCopy(entry: LogEntry): boolean {
    const last = this.#last
    this.#last = entry
    if (entry.timestamp_ms !== last?.timestamp_ms) {
      if (this.#seen.size > 0) this.#seen.clear()
      return false
    }
    if (this.#seen.size === 0) this.#isSeen(last)
    return this.#isSeen(entry)
  }

  #isSeen({ writer, seq }: LogEntry): boolean {
    if (writer === null || seq === null) return false
    const before = this.#seen.size
    this.#seen.add(`${writer} ${seq}`)
    return this.#seen.size === before
  }
}
