import { createHash } from 'node:crypto'
import { constants, gunzipSync } from 'node:zlib'
import { openPlainFile } from '../directory/plain-file.ts'
import { streamMembers, type StreamMembersOptions } from './stream-members.ts'
import { parseTarHeader, type TarMember } from './ustar.ts'

const BLOCK_BYTES = 512
const HEAD_BYTES = 4096

export interface ReadMember extends TarMember {
  readonly sha256: string
}

/**
 * Reads an archive to its end: gzip's check sums, every header, the end blocks.
 * @throws as {@link streamMembers}
 */
export async function readMembers(path: string, options: StreamMembersOptions = {}): Promise<ReadMember[]> {
  const members: ReadMember[] = []
  for await (const { name, size_bytes, chunks } of streamMembers(path, options)) {
    const hash = createHash('sha256')
    for await (const chunk of chunks) hash.update(chunk)
    members.push({ name, size_bytes, sha256: hash.digest('hex') })
  }
  return members
}

/** The first member by its header alone; undefined for what cannot be read as an archive of ours. */
export async function readFirstMember(path: string): Promise<TarMember | undefined> {
  try {
    await using handle = await openPlainFile(path)
    const head = Buffer.alloc(HEAD_BYTES)
    const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0)
    const content = gunzipSync(head.subarray(0, bytesRead), { finishFlush: constants.Z_SYNC_FLUSH })
    const header = parseTarHeader(content.subarray(0, BLOCK_BYTES))
    return header?.type === '0' ? header : undefined
  } catch {
    return undefined
  }
}
