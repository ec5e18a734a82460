import { gunzipChunks } from '../archives/gunzip-chunks.ts'
import { tarMembers } from '../archives/tar-members.ts'
import { openPlainFile, readRange, type ReadableFile } from '../directory/plain-file.ts'
import type { LogSource } from './log-source.ts'
import { openSource } from './open-source.ts'

/** The content of a source from some place on, read once and in order. */
export interface SourceContent {
  /** Puts up to `length` bytes at `at` in `target`; resolves with their number, 0 only at the end. */
  read(target: Buffer, at: number, length: number): Promise<number>
  close(): Promise<void>
}

const NEWLINE = Buffer.from('\n')

/**
 * Opens a source and goes to the byte `from` of its content. Of a plain file, what is appended from now on is not part
 * of it. A member of an archive that lacks its last newline gets one, so that its last line and the next member's first
 * stay two.
 *
 * @throws system errors; Error for what is damaged, here or while it is read; UnreadableSourceError
 */
export async function openContent(source: LogSource, from: number): Promise<SourceContent> {
  const opened = await openSource(source)
  if (opened.kind === 'pieces')
    return chunkContent(piecesContent(opened.archives, opened.rest), from, opened.rest)
  const { kind, handle } = opened
  if (kind === 'gzip') return chunkContent(gunzipChunks(handle), from, handle)
  if (kind === 'archive') return chunkContent(archiveContent(handle), from, handle)
  return plainContent(handle, from)
}

async function plainContent(handle: ReadableFile, from: number): Promise<SourceContent> {
  const { size } = await handle.stat()
  let position = from
  return {
    async read(target, at, length) {
      const wanted = Math.min(length, size - position)
      if (wanted <= 0) return 0
      const { bytesRead } = await handle.read(target, at, wanted, position)
      position += bytesRead
      return bytesRead
    },
    close: () => handle.close(),
  }
}

function chunkContent(chunks: AsyncGenerator<Buffer>, from: number, handle?: ReadableFile): SourceContent {
  let rest: Buffer = Buffer.alloc(0)
  let to_skip = from
  return {
    async read(target, at, length) {
      while (rest.length === 0) {
        const next = await chunks.next()
        if (next.done === true) return 0
        rest = next.value.subarray(to_skip)
        to_skip -= next.value.length - rest.length
      }
      const copied = rest.copy(target, at, 0, length)
      rest = rest.subarray(copied)
      return copied
    },
    async close() {
      await chunks.return(undefined)
      await handle?.close()
    },
  }
}

async function* archiveContent(handle: ReadableFile): AsyncGenerator<Buffer> {
  for await (const { chunks } of tarMembers(gunzipChunks(handle))) {
    let last_byte = NEWLINE[0]
    for await (const chunk of chunks) {
      last_byte = chunk.at(-1)
      yield chunk
    }
    if (last_byte !== NEWLINE[0]) yield NEWLINE
  }
}

async function* piecesContent(archives: readonly string[], rest?: ReadableFile): AsyncGenerator<Buffer> {
  for (const path of archives) {
    await using handle = await openPlainFile(path)
    yield* archiveContent(handle)
  }
  if (rest) yield* readRange(rest, 0, (await rest.stat()).size)
}
