import { LOG_STREAMS, type LogStream } from '../../core/log-event.ts'
import type { LegacyZone } from '../../logs/reading/legacy-zone.ts'
import { LineMatcher } from '../../search/line-matcher.ts'
import { StreamFollower } from '../../search/stream-follower.ts'
import { decodePosition, encodePosition } from '../../search/tail-place.ts'
import type { TailGap } from '../../search/tail-query.ts'
import { noSkips, shippedLine, type LineBatch, type ShippedLine } from './shipped-line.ts'

/** One batch is one transaction: large enough that its costs do not count, small enough to be held in memory. */
const MOST_LINES = 20_000
const MOST_UNITS = 4_000_000

/** Lines that were deleted, cut or made unreadable before they were read. */
export interface MissedLines {
  readonly stream: LogStream
  readonly reason: TailGap['reason']
  /** Of the last line before them, epoch milliseconds; null when there was none. */
  readonly since_ms: number | null
}

export interface StreamBatchesOptions {
  readonly directory: string
  readonly zone: LegacyZone
  /** Where each stream goes on; one that is not there begins with the oldest line that there is. */
  readonly places: ReadonlyMap<LogStream, string>
  readonly onMissed: (missed: MissedLines) => void
  readonly most_lines?: number
}

/** The lines of a log folder behind some places, in batches of one stream each. */
export class StreamBatches implements AsyncDisposable {
  readonly #followers: ReadonlyMap<LogStream, StreamFollower>
  readonly #onMissed: (missed: MissedLines) => void
  readonly #most_lines: number

  private constructor(
    followers: ReadonlyMap<LogStream, StreamFollower>,
    { onMissed, most_lines }: StreamBatchesOptions,
  ) {
    this.#followers = followers
    this.#onMissed = onMissed
    this.#most_lines = most_lines ?? MOST_LINES
  }

  static async open(options: StreamBatchesOptions): Promise<StreamBatches> {
    const { directory, zone, places } = options
    const matcher = await LineMatcher.for({}, zone)
    const followers = LOG_STREAMS.map((stream): [LogStream, StreamFollower] => {
      const position = places.get(stream)
      const place = (position === undefined ? null : decodePosition(position)[stream]) ?? null
      // Copies are the destination's business: it knows all lines, and not only the last ones.
      return [
        stream,
        new StreamFollower({
          directory,
          stream,
          matcher,
          zone,
          place,
          is_resumed: false,
          gives_copies: true,
        }),
      ]
    })
    return new StreamBatches(new Map(followers), options)
  }

  /** Undefined when there is nothing new now. */
  async next(stream: LogStream, signal: AbortSignal): Promise<LineBatch | undefined> {
    const follower = this.#followers.get(stream)
    if (!follower) return undefined
    const lines: ShippedLine[] = []
    const skipped = noSkips()
    let units = 0
    let taken = 0
    let is_last = false
    while (lines.length < this.#most_lines && units < MOST_UNITS) {
      signal.throwIfAborted()
      const followed = await follower.peek()
      if (!followed) {
        is_last = true
        break
      }
      const since_ms = followed.kind === 'gap' ? (follower.place?.last?.timestamp_ms ?? null) : null
      follower.take()
      taken++
      if (followed.kind === 'gap') {
        this.#onMissed({ stream, reason: followed.reason, since_ms })
        continue
      }
      const shipped = shippedLine(followed.entry, followed.line)
      // Also of those that stay: the place behind gigabytes of them is to be kept, and the other streams wait.
      units += followed.line.length
      if (typeof shipped === 'string') skipped[shipped]++
      else lines.push(shipped)
    }
    // A gap alone moves the place, too: it would be told again.
    if (taken === 0) return undefined
    return { stream, lines, skipped, is_last, place: encodePosition({ [stream]: follower.place }) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#followers.values()].map((follower) => follower.close()))
  }
}
