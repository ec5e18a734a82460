import { createHash } from 'node:crypto'
import { MonitorError } from '../core/errors.ts'
import { LOG_STREAMS, type LogStream } from '../core/log-event.ts'

/** A line by what it is made of, to be found again wherever its file has gone. */
export interface LineMark {
  readonly hash: string
  /** Without its newline. */
  readonly bytes: number
  /** Null when it is in no known form. */
  readonly timestamp_ms: number | null
}

/** The last line of a writer that was given. */
export interface WriterMark {
  readonly writer: string
  readonly seq: number
  readonly timestamp_ms: number
}

/** Up to where a stream was read. */
export interface StreamPlace {
  /** As in `LogSource`. */
  readonly file_id: string
  /** Behind the last line that was read of this file. */
  readonly offset: number
  /** The last line that was read of the stream; null when there was none. */
  readonly last: LineMark | null
  /**
   * What was given of each writer, where lines behind the place were: those that came too late for their file may be in no
   * file any more when somebody comes back, and are written again in another order. Mostly empty.
   */
  readonly given: readonly WriterMark[]
}

/** The most writers that a place tells of: it travels in a header. */
export const MOST_GIVEN = 16
export const LONGEST_WRITER = 64

/** Of each stream that is followed; null for one that had no file yet. */
export type TailPlaces = Readonly<Partial<Record<LogStream, StreamPlace | null>>>

/** What `Date` can tell. */
const MAX_TIME_MS = 8.64e15

export function markOf(line: Uint8Array, timestamp_ms: number | null): LineMark {
  const hash = createHash('sha256').update(line).digest('base64url').slice(0, 16)
  return { hash, bytes: line.length, timestamp_ms }
}

export function encodePosition(places: TailPlaces): string {
  const packed = Object.entries(places).map(([stream, place]) => [
    stream,
    place && [
      place.file_id,
      place.offset,
      place.last && [place.last.hash, place.last.bytes, place.last.timestamp_ms],
      ...place.given.map(({ writer, seq, timestamp_ms }) => [writer, seq, timestamp_ms]),
    ],
  ])
  return Buffer.from(JSON.stringify(Object.fromEntries(packed))).toString('base64url')
}

/** @throws MonitorError `usage` for a text that is no position */
export function decodePosition(position: string): TailPlaces {
  try {
    const packed: unknown = JSON.parse(Buffer.from(position, 'base64url').toString())
    if (typeof packed !== 'object' || packed === null) throw badPosition()
    const places: Partial<Record<LogStream, StreamPlace | null>> = {}
    for (const stream of LOG_STREAMS) {
      const value = (packed as Readonly<Record<string, unknown>>)[stream]
      if (value !== undefined) places[stream] = value === null ? null : placeFrom(value)
    }
    return places
  } catch {
    throw badPosition()
  }
}

function placeFrom(value: unknown): StreamPlace {
  if (!Array.isArray(value)) throw badPosition()
  const [file_id, offset, last, ...given] = value as readonly unknown[]
  if (typeof file_id !== 'string' || !isCount(offset) || given.length > MOST_GIVEN) throw badPosition()
  return { file_id, offset, last: last === null ? null : markFrom(last), given: given.map(writerFrom) }
}

function writerFrom(value: unknown): WriterMark {
  if (!Array.isArray(value)) throw badPosition()
  const [writer, seq, timestamp_ms] = value as readonly unknown[]
  if (typeof writer !== 'string' || writer.length > LONGEST_WRITER || !isCount(seq) || !isTime(timestamp_ms))
    throw badPosition()
  return { writer, seq, timestamp_ms }
}

function markFrom(value: unknown): LineMark {
  if (!Array.isArray(value)) throw badPosition()
  const [hash, bytes, timestamp_ms] = value as readonly unknown[]
  if (typeof hash !== 'string' || !isCount(bytes)) throw badPosition()
  if (timestamp_ms !== null && !isTime(timestamp_ms)) throw badPosition()
  return { hash, bytes, timestamp_ms }
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && Math.abs(value as number) <= MAX_TIME_MS
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function badPosition(): MonitorError {
  return new MonitorError('usage', 'The position to go on from cannot be read.', {
    next_step: 'Give the position of the last item that arrived, or none to begin at the end.',
  })
}
