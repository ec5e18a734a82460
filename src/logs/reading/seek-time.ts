import type { ReadableFile } from '../directory/plain-file.ts'
import { UTC_ZONE, type LegacyZone } from './legacy-zone.ts'
import type { LogSource } from './log-source.ts'
import { openPlainSource } from './open-source.ts'
import { quickTimestamp } from './quick-timestamp.ts'
import { unreadable } from './unreadable-source.ts'

/** How much later than a line behind it a line of one file may say that it was written. */
export const DISORDER_MS = 600_000
/** When clocks are set back, times of day without a zone go back with them. */
const ZONE_DISORDER_MS = 3_600_000

/** The answer need not be closer than this: reading it costs less than looking for it. */
const CLOSE_ENOUGH_BYTES = 16_384
const PROBE_BYTES = 8192
const LARGEST_READ_BYTES = 65_536
/** Where no line with a time is found in so much, the place says nothing. */
const FURTHEST_LOOK_BYTES = 1_048_576
const NEWLINE = 10

/**
 * An offset such that every line of `time_ms` or later starts at or after it, found by binary search: 0 at the worst,
 * close before the first such line as a rule. It takes into account that a line may stand up to `DISORDER_MS` behind
 * its place, and that some lines have no time, or a wrong one.
 *
 * @param zone as for `parseLogLine`
 * @throws UnreadableSourceError
 */
export async function seekTime(
  source: LogSource,
  time_ms: number,
  zone: LegacyZone = UTC_ZONE,
): Promise<number> {
  const before_ms = time_ms - disorder(zone)
  return search(source, zone, 0, async (probe, size) => {
    let low = 0
    for (let high = size; high - low > CLOSE_ENOUGH_BYTES;) {
      const middle = Math.floor((low + high) / 2)
      const lines = await probe.look(middle, high)
      // Whatever stands before this place is then older than the time, whether or not the file is in order elsewhere.
      if (lines && lines.latest_ms < before_ms) low = lines.start
      else high = middle
    }
    return low
  })
}

/**
 * The counterpart: an offset such that every line before `time_ms` starts before it; the file's size at the worst, or
 * infinity when it has been compressed meanwhile.
 * @throws UnreadableSourceError
 */
export async function seekTimeEnd(
  source: LogSource,
  time_ms: number,
  zone: LegacyZone = UTC_ZONE,
): Promise<number> {
  const after_ms = time_ms + disorder(zone)
  return search(source, zone, Number.POSITIVE_INFINITY, async (probe, size) => {
    let end = size
    for (let low = 0, high = size; high - low > CLOSE_ENOUGH_BYTES;) {
      const middle = Math.floor((low + high) / 2)
      const lines = await probe.look(middle, high)
      if (lines && lines.earliest_ms >= after_ms) {
        end = lines.start
        high = middle
      } else low = middle
    }
    return end
  })
}

function disorder(zone: LegacyZone): number {
  return DISORDER_MS + (zone.name === 'UTC' ? 0 : ZONE_DISORDER_MS)
}

async function search(
  source: LogSource,
  zone: LegacyZone,
  if_compressed: number,
  run: (probe: Probe, size: number) => Promise<number>,
): Promise<number> {
  try {
    const handle = await openPlainSource(source)
    // Compressed since it was listed: it has to be read whole.
    if (!handle) return if_compressed
    await using _ = handle
    return await run(new Probe(handle, zone), (await handle.stat()).size)
  } catch (error) {
    throw unreadable(source.name, error)
  }
}

/** Some lines next to each other: a single one may have a wrong time. */
interface ProbedLines {
  readonly start: number
  readonly earliest_ms: number
  readonly latest_ms: number
}

class Probe {
  readonly #handle: ReadableFile
  readonly #zone: LegacyZone
  readonly #buffer: Buffer = Buffer.allocUnsafeSlow(LARGEST_READ_BYTES)

  constructor(handle: ReadableFile, zone: LegacyZone) {
    this.#handle = handle
    this.#zone = zone
  }

  /** The first lines that start at or after `from`, and before `to`, and have a time; undefined when none is near. */
  async look(from: number, to: number): Promise<ProbedLines | undefined> {
    const stop = Math.min(to, from + FURTHEST_LOOK_BYTES)
    let length = PROBE_BYTES
    for (let at = Math.max(0, from - 1); at < stop;) {
      const { bytesRead } = await this.#handle.read(this.#buffer, 0, length, at)
      if (bytesRead === 0) return undefined
      const piece = this.#buffer.subarray(0, bytesRead)
      const first = at === 0 ? 0 : piece.indexOf(NEWLINE) + 1
      if (first > 0 || at === 0) {
        const found = this.#times(piece, first, at, stop)
        if (found) return found
      }
      // The last line may not be whole: the next piece begins before its start.
      const last_newline = piece.lastIndexOf(NEWLINE)
      at += last_newline > 0 ? last_newline : bytesRead
      length = LARGEST_READ_BYTES
    }
    return undefined
  }

  /** Of the whole lines of a piece that stands at `at`. */
  #times(piece: Buffer, first: number, at: number, stop: number): ProbedLines | undefined {
    let start = -1
    let earliest_ms = Infinity
    let latest_ms = -Infinity
    for (let line = first, end; line < piece.length && at + line < stop; line = end + 1) {
      end = piece.indexOf(NEWLINE, line)
      if (end === -1) break
      const time_ms = quickTimestamp(piece, line, end, this.#zone)
      if (time_ms === undefined) continue
      if (start === -1) start = at + line
      earliest_ms = Math.min(earliest_ms, time_ms)
      latest_ms = Math.max(latest_ms, time_ms)
    }
    return start === -1 ? undefined : { start, earliest_ms, latest_ms }
  }
}
