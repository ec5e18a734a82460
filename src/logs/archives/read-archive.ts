import { createHash, type Hash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import { openPlainFile, readRange } from '../directory/plain-file.ts'
import { paddingOf, parseTarHeader, type TarMember } from './ustar.ts'

const BLOCK_BYTES = 512
const HEAD_BYTES = 4096

export interface ReadMember extends TarMember {
  readonly sha256: string
}

/**
 * Reads an archive to its end: gzip's check sums, every header, the end blocks.
 * @throws Error when any of it is not as it should be; system errors
 */
export async function readMembers(path: string): Promise<ReadMember[]> {
  await using handle = await openPlainFile(path)
  const walk = new TarWalk()
  const { size } = await handle.stat()
  await pipeline(readRange(handle, 0, size), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) walk.push(chunk)
  })
  return walk.finish()
}

/** The first member by its header alone; undefined for what cannot be read as an archive. */
export async function readFirstMember(path: string): Promise<TarMember | undefined> {
  try {
    await using handle = await openPlainFile(path)
    const head = Buffer.alloc(HEAD_BYTES)
    const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0)
    const content = gunzipSync(head.subarray(0, bytesRead), { finishFlush: constants.Z_SYNC_FLUSH })
    return parseTarHeader(content.subarray(0, BLOCK_BYTES))
  } catch {
    return undefined
  }
}

class TarWalk {
  readonly #members: ReadMember[] = []
  readonly #block: Buffer = Buffer.alloc(BLOCK_BYTES)
  #block_filled = 0
  #member: TarMember | undefined
  #hash: Hash = createHash('sha256')
  #content_left = 0
  #padding_left = 0
  #end_blocks = 0

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#member) at += this.#readContent(this.#member, chunk.subarray(at))
      else at += this.#readBlock(chunk.subarray(at))
    }
  }

  finish(): ReadMember[] {
    if (this.#member || this.#block_filled > 0 || this.#end_blocks < 2) {
      throw new Error('the archive ends too early')
    }
    return this.#members
  }

  #readContent(member: TarMember, chunk: Buffer): number {
    const content = chunk.subarray(0, this.#content_left)
    this.#hash.update(content)
    this.#content_left -= content.length
    const padding = Math.min(this.#padding_left, chunk.length - content.length)
    this.#padding_left -= padding
    this.#endMember(member)
    return content.length + padding
  }

  #readBlock(chunk: Buffer): number {
    const copied = chunk.copy(this.#block, this.#block_filled)
    this.#block_filled += copied
    if (this.#block_filled < BLOCK_BYTES) return copied
    this.#block_filled = 0
    const member = parseTarHeader(this.#block)
    if (!member) {
      this.#end_blocks++
      return copied
    }
    if (this.#end_blocks > 0) throw new Error('something follows the end of the archive')
    this.#member = member
    this.#hash = createHash('sha256')
    this.#content_left = member.size_bytes
    this.#padding_left = paddingOf(member.size_bytes)
    this.#endMember(member)
    return copied
  }

  #endMember(member: TarMember): void {
    if (this.#content_left > 0 || this.#padding_left > 0) return
    this.#members.push({ ...member, sha256: this.#hash.digest('hex') })
    this.#member = undefined
  }
}
