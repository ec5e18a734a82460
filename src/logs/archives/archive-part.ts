import { createHash, randomBytes } from 'node:crypto'
import { link, open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { LogStream } from '../../core/log-event.ts'
import { archiveName } from './archive-name.ts'
import { countNewlines, readRange, removeFile, syncDirectory } from '../directory/plain-file.ts'
import { readMembers } from './read-archive.ts'
import { tarEnd, tarHeader } from './ustar.ts'

/** The bytes of an open file that go into one archive. */
export interface ArchivePart {
  readonly stream: LogStream
  readonly handle: FileHandle
  readonly member_name: string
  readonly modified_ms: number
  readonly from: number
  readonly to: number
}

export interface ArchivedPart {
  readonly archive_name: string
  readonly lines: number
  readonly bytes: number
  readonly archive_bytes: number
}

const TEMPORARY = /^[a-z_]+\.[\da-f]{16}\.tmp$/
const MAX_PER_SECOND = 100_000
/** Header, padding and end blocks; a little more does no harm. */
const TAR_OVERHEAD_BYTES = 4096

/** Whether a name in the archive folder is one that only an unfinished run leaves behind. */
export function isUnfinishedArchive(name: string): boolean {
  return TEMPORARY.test(name)
}

/**
 * Writes one archive of one member. When this resolves, the archive is on the disk, has been read back and
 * found equal, and has its name. When it rejects, there may be one all the same, as after a kill.
 *
 * @param archives the archive folder
 * @throws system errors; Error when what was read back differs; the signal's reason
 */
export async function archivePart(
  archives: string,
  part: ArchivePart,
  created_ms: number,
  signal: AbortSignal,
): Promise<ArchivedPart> {
  const temporary = join(archives, `${part.stream}.${randomBytes(8).toString('hex')}.tmp`)
  try {
    const { sha256, ...archived } = await pack(temporary, part, signal)
    const members = await readMembers(temporary, { max_bytes: archived.bytes + TAR_OVERHEAD_BYTES })
    const member = members[0]
    if (
      members.length !== 1 ||
      member?.name !== part.member_name ||
      member.size_bytes !== archived.bytes ||
      member.sha256 !== sha256
    ) {
      throw new Error('the archive read back differs from what was written')
    }
    const archive_name = await linkToFreeName(temporary, archives, part.stream, created_ms)
    await removeFile(temporary)
    await syncDirectory(archives)
    return { archive_name, ...archived }
  } catch (error) {
    await removeFile(temporary).catch(() => {
      // The next clean-up removes it.
    })
    throw error
  }
}

async function pack(
  temporary: string,
  part: ArchivePart,
  signal: AbortSignal,
): Promise<Omit<ArchivedPart, 'archive_name'> & { sha256: string }> {
  const size_bytes = part.to - part.from
  const hash = createHash('sha256')
  let lines = 0
  let bytes = 0
  async function* tar(): AsyncGenerator<Buffer> {
    yield tarHeader({ name: part.member_name, size_bytes }, part.modified_ms)
    for await (const chunk of readRange(part.handle, part.from, part.to)) {
      hash.update(chunk)
      lines += countNewlines(chunk)
      bytes += chunk.length
      yield chunk
    }
    if (bytes !== size_bytes) throw new Error('the file became shorter while it was read')
    yield tarEnd(size_bytes)
  }
  await using output = await open(temporary, 'wx', 0o640)
  await pipeline(
    tar,
    createGzip(),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) await output.writeFile(chunk)
    },
    { signal },
  )
  await output.sync()
  return { lines, bytes, archive_bytes: (await output.stat()).size, sha256: hash.digest('hex') }
}

/** Linking, unlike renaming, never replaces an archive, whatever else makes archives at the same moment. */
async function linkToFreeName(
  temporary: string,
  archives: string,
  stream: LogStream,
  created_ms: number,
): Promise<string> {
  for (let n = 0; n < MAX_PER_SECOND; n++) {
    try {
      const name = archiveName(stream, created_ms, n)
      await link(temporary, join(archives, name))
      return name
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  throw new Error('no archive name is free')
}
