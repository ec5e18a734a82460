import { deserialize, serialize } from 'node:v8'
import type { EarlierSync } from './earlier-sync.ts'

/**
 * Syncs as bytes: a quarter of what they take as objects. The memory is shared by the threads, so that a batch that is
 * written is in memory once.
 */
export interface PackedSyncs {
  readonly bytes: Uint8Array
  readonly syncs: number
  /** Of those that had an id; 0 without any. */
  readonly highest_id: number
}

export function packSyncs(syncs: readonly EarlierSync[]): PackedSyncs {
  const packed = serialize(syncs)
  // What was packed into has room for twice as much.
  const bytes = new Uint8Array(new SharedArrayBuffer(packed.byteLength))
  bytes.set(packed)
  const highest_id = syncs.reduce((most, { id }) => Math.max(most, id ?? 0), 0)
  return { bytes, syncs: syncs.length, highest_id }
}

export function unpackSyncs({ bytes }: PackedSyncs): EarlierSync[] {
  return deserialize(bytes) as EarlierSync[]
}
