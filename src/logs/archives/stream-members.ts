import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { openPlainFile, readRange } from '../directory/plain-file.ts'
import { tarMembers, type ArchiveMember } from './tar-members.ts'

const MEBIBYTE = 1_048_576
const GUNZIP_CHUNK_BYTES = 262_144
/** Our lines shrink to a tenth; what shrinks more than this is no log. */
const LARGEST_RATIO = 256
/** Up to here the ratio does not matter. */
const SMALL_BYTES = 64 * MEBIBYTE
const LARGEST_BYTES = 16_384 * MEBIBYTE

export interface StreamMembersOptions {
  /** Decompressed bytes after which it is refused. Default: 256 times its size, at least 64 MiB, at most 16 GiB. */
  readonly max_bytes?: number
}

/**
 * The regular files of a `.tar.gz` in turn, ours or one that was made by hand, in flat memory. Each member's
 * chunks have to be read, or left, before the next member is asked for; they are new buffers, free to keep.
 *
 * @throws system errors (`ELOOP` for a symbolic link); Error for what {@link tarMembers} refuses, for damaged
 * gzip, and for one that expands to too much; members before the damage are given all the same
 */
export async function* streamMembers(
  path: string,
  options: StreamMembersOptions = {},
): AsyncGenerator<ArchiveMember> {
  await using handle = await openPlainFile(path)
  const { size } = await handle.stat()
  const usual_limit = Math.min(LARGEST_BYTES, Math.max(SMALL_BYTES, size * LARGEST_RATIO))
  const gunzip = createGunzip({ chunkSize: GUNZIP_CHUNK_BYTES })
  const feeding = pipeline(readRange(handle, 0, size), gunzip).catch(() => {
    // Whoever reads the other end of it gets the error.
  })
  try {
    yield* tarMembers(limited(gunzip, options.max_bytes ?? usual_limit))
  } finally {
    gunzip.destroy()
    await feeding
  }
}

async function* limited(chunks: AsyncIterable<Buffer>, max_bytes: number): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > max_bytes) throw new Error('it expands to more than a log would')
    yield chunk
  }
}
