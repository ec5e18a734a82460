import { LOG_STREAMS, type LogStream } from '../core/log-event.ts'
import type { ComposedLines } from '../logs/writing/line-composer.ts'

const LENGTH_BYTES = 4
const HEAD_BYTES = LOG_STREAMS.length * LENGTH_BYTES

/** The lines of all streams as one piece, for the store: the length of each, then the bytes of each. Null for none. */
export function packLines(lines: ComposedLines): Uint8Array | null {
  const total = LOG_STREAMS.reduce((sum, stream) => sum + lines[stream].length, 0)
  if (total === 0) return null
  const packed = new Uint8Array(HEAD_BYTES + total)
  const view = new DataView(packed.buffer)
  let at = HEAD_BYTES
  for (const [index, stream] of LOG_STREAMS.entries()) {
    view.setUint32(index * LENGTH_BYTES, lines[stream].length)
    packed.set(lines[stream], at)
    at += lines[stream].length
  }
  return packed
}

export function unpackLines(packed: Uint8Array): ComposedLines {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length)
  let at = HEAD_BYTES
  const parts = LOG_STREAMS.map((stream, index): [LogStream, Uint8Array] => {
    const start = at
    at += view.getUint32(index * LENGTH_BYTES)
    return [stream, packed.subarray(start, at)]
  })
  return Object.fromEntries(parts) as ComposedLines
}
