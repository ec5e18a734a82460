import { appendFile, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { gunzipChunks } from '../archives/gunzip-chunks.ts'
import { tarMembers } from '../archives/tar-members.ts'
import { paddingOf, tarEnd, tarHeader, type TarMember } from '../archives/ustar.ts'
import { openPlainFile, readRange, unlessMissing } from '../directory/plain-file.ts'
import type { LogSource } from '../reading/log-source.ts'
import { withoutTheirLines, type FilterCounts } from './filter-lines.ts'
import { randomName, replaceFile } from '../directory/replace-file.ts'
import { WhoseLine, type ErasedPerson } from './whose-line.ts'

export interface SourceErasure extends FilterCounts {
  /** Whether another file took its place. */
  readonly rewritten: boolean
}

const END = Number.MAX_SAFE_INTEGER

/** What one pass over a source found. */
export async function countInSource(source: LogSource, person: ErasedPerson): Promise<FilterCounts> {
  const counts = { erased: 0, suspicious: 0 }
  const handle = await unlessMissing(openPlainFile(source.path))
  if (!handle) return counts
  await using _ = handle
  for await (const member of contentsOf(source, handle)) {
    const lines = withoutTheirLines(member.chunks, new WhoseLine(person, source.stream), counts)
    for await (const _kept of lines) {
      // Only counted.
    }
  }
  return counts
}

/**
 * Rewrites a rotated file, a compressed one or an archive without the lines of a person; leaves it alone when it has none.
 *
 * @throws system errors; Error for an archive that is damaged, or that differs when it is read back
 */
export async function eraseFromSource(source: LogSource, person: ErasedPerson): Promise<SourceErasure> {
  const found = await countInSource(source, person)
  if (found.erased === 0) return { ...found, rewritten: false }
  const handle = await unlessMissing(openPlainFile(source.path))
  if (!handle) return { erased: 0, suspicious: 0, rewritten: false }
  await using _ = handle
  const counts = { erased: 0, suspicious: 0 }
  const write = { rotated: writePlain, live: writePlain, gzip: writeGzip, archive: writeArchive }[source.kind]
  const { size } = await handle.stat()
  const rewritten = await replaceFile(source.path, temporaryFor(source), handle, (output) =>
    write({ source, person, handle, output, counts }, size),
  )
  if (rewritten && source.kind === 'rotated') await addLate({ source, person, handle, counts }, size)
  return { ...counts, rewritten }
}

interface Rewriting {
  readonly source: LogSource
  readonly person: ErasedPerson
  readonly handle: FileHandle
  readonly output: FileHandle
  readonly counts: FilterCounts
}

/** Names that a clean-up removes when they are left over: see `isUnfinishedTail` and `isUnfinishedArchive`. */
function temporaryFor({ path, kind, stream }: LogSource): string {
  return kind === 'archive'
    ? join(dirname(path), `${stream}.${randomName()}.tmp`)
    : `${path}.${randomName()}.tmp`
}

async function writePlain({ output, ...rewriting }: Rewriting, size: number): Promise<void> {
  for await (const kept of keptLines(rewriting, 0, size)) await output.writeFile(kept)
}

/**
 * A writer of ours writes a line again that came too late for a rotated file; another program's would be lost with the old
 * file, so what it has more than was read is put behind the new one.
 */
async function addLate(rewriting: Omit<Rewriting, 'output'>, read_bytes: number): Promise<void> {
  const { size } = await rewriting.handle.stat()
  if (size <= read_bytes) return
  for await (const kept of keptLines(rewriting, read_bytes, size))
    await appendFile(rewriting.source.path, kept)
}

function keptLines(
  { source, person, handle, counts }: Omit<Rewriting, 'output'>,
  from: number,
  to: number,
): AsyncGenerator<Buffer> {
  return withoutTheirLines(readRange(handle, from, to), new WhoseLine(person, source.stream), counts)
}

async function writeGzip({ source, person, handle, output, counts }: Rewriting): Promise<void> {
  const whose = new WhoseLine(person, source.stream)
  await pipeline(withoutTheirLines(gunzipChunks(handle), whose, counts), createGzip(), intoFile(output))
}

/** A header tells the size of what follows it, so the sizes are found out first. */
async function writeArchive({ source, person, handle, output, counts }: Rewriting): Promise<void> {
  const sizes: TarMember[] = []
  for await (const { name, chunks } of tarMembers(gunzipChunks(handle))) {
    let size_bytes = 0
    const whose = new WhoseLine(person, source.stream)
    for await (const kept of withoutTheirLines(chunks, whose, { erased: 0, suspicious: 0 })) {
      size_bytes += kept.length
    }
    sizes.push({ name, size_bytes })
  }
  async function* tar(): AsyncGenerator<Buffer> {
    let at = 0
    for await (const { chunks } of tarMembers(gunzipChunks(handle))) {
      const member = sizes[at++]
      if (member === undefined) throw new Error('the archive changed while it was read')
      yield tarHeader(member, source.modified_ms)
      yield* withoutTheirLines(chunks, new WhoseLine(person, source.stream), counts)
      yield at === sizes.length ? tarEnd(member.size_bytes) : Buffer.alloc(paddingOf(member.size_bytes))
    }
  }
  await pipeline(tar, createGzip(), intoFile(output))
  await output.sync()
  await expectMembers(output, sizes)
}

async function expectMembers(output: FileHandle, sizes: readonly TarMember[]): Promise<void> {
  let at = 0
  for await (const { name, size_bytes, chunks } of tarMembers(gunzipChunks(output))) {
    const expected = sizes[at++]
    if (expected?.name !== name || expected.size_bytes !== size_bytes) throw differs()
    for await (const _chunk of chunks) {
      // Read to its end: gzip's check sum stands there.
    }
  }
  if (at !== sizes.length) throw differs()
}

const differs = (): Error => new Error('the archive read back differs from what was written')

interface Content {
  readonly chunks: AsyncIterable<Buffer>
}

async function* contentsOf({ kind }: LogSource, handle: FileHandle): AsyncGenerator<Content> {
  if (kind === 'archive') yield* tarMembers(gunzipChunks(handle))
  else yield { chunks: kind === 'gzip' ? gunzipChunks(handle) : readRange(handle, 0, END) }
}

function intoFile(output: FileHandle): (chunks: AsyncIterable<Buffer>) => Promise<void> {
  return async (chunks) => {
    for await (const chunk of chunks) await output.writeFile(chunk)
  }
}
