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

/** Up to where a stream was read. */
export interface StreamPlace {
  /** As in `LogSource`. */
  readonly file_id: string
  /** Behind the last line that was read of this file. */
  readonly offset: number
  /** The last line that was read of the stream; null when there was none. */
  readonly last: LineMark | null
}

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
  const [file_id, offset, last] = value as readonly unknown[]
  if (typeof file_id !== 'string' || !isCount(offset)) throw badPosition()
  return { file_id, offset, last: last === null ? null : markFrom(last) }
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
