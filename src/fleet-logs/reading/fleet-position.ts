import { MonitorError } from '../../core/errors.ts'
import type { SearchPlace } from '../../search/search-cursor.ts'

/** Where who follows the lines of all machines goes on. */
export interface FleetPosition {
  /** Everything of batches before it was given. */
  readonly batch: number
  /** Of this batch everything up to this line; undefined when nothing of it was given. */
  readonly last: LinePlace | undefined
}

export type LinePlace = Required<Pick<SearchPlace, 'timestamp_ms' | 'writer' | 'seq'>>

/** `fleet-<batch>`, and behind it the last line: its time, its number and who wrote it. */
export function encodeFleetPosition({ batch, last }: FleetPosition): string {
  if (last === undefined) return `fleet-${batch}`
  const { timestamp_ms, writer, seq } = last
  return `fleet-${batch}-${timestamp_ms}-${seq}-${Buffer.from(writer).toString('base64url')}`
}

const POSITION = /^fleet-(\d{1,16})(?:-(-?\d{1,16})-(\d{1,16})-([\w-]{0,2000}))?$/

/** @throws MonitorError `usage` */
export function decodeFleetPosition(text: string): FleetPosition {
  const [, batch, at, seq, writer] = POSITION.exec(text) ?? []
  if (batch === undefined) {
    throw new MonitorError('usage', 'The position to go on from cannot be read.', {
      next_step: 'Give the position of the last item that arrived, or none to begin at the end.',
    })
  }
  if (at === undefined || seq === undefined || writer === undefined) {
    return { batch: Number(batch), last: undefined }
  }
  const last = {
    timestamp_ms: Number(at),
    writer: Buffer.from(writer, 'base64url').toString(),
    seq: Number(seq),
  }
  return { batch: Number(batch), last }
}
