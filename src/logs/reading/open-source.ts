import type { FileHandle } from 'node:fs/promises'
import { parseMemberName, type MemberPlace } from '../archives/archive-index.ts'
import { readFirstMember } from '../archives/read-archive.ts'
import { openPlainFile, unlessMissing, type ReadableFile } from '../directory/plain-file.ts'
import { HeldFile } from './held-file.ts'
import { fileId, listSources } from './list-sources.ts'
import type { LogSource } from './log-source.ts'
import { unreadable, UnreadableSourceError } from './unreadable-source.ts'

/** What was listed, wherever it is by now: one file, or archives that hold it in pieces and what is left of it. */
export type OpenedSource =
  | { readonly kind: 'plain' | 'gzip' | 'archive'; readonly handle: ReadableFile }
  | { readonly kind: 'pieces'; readonly archives: readonly string[]; readonly rest?: ReadableFile }

/**
 * Opens a source. One that is not held open is looked for: between the listing and now, writers may have rotated the live file, someone may have compressed a
 * rotated one, and clean-up may have moved it into an archive: it is found there.
 *
 * @throws system errors; UnreadableSourceError when the file is gone
 */
export async function openSource(source: LogSource): Promise<OpenedSource> {
  if (source.descriptor !== undefined)
    return { kind: formOf(source), handle: new HeldFile(source.descriptor) }
  const here = await openSame(source.path, source.file_id)
  if (here) return { kind: formOf(source), handle: here }
  const directory = source.path.slice(0, -source.name.length)
  const others = await listSources(directory, [source.stream])
  for (const other of others) {
    if (other.file_id !== source.file_id) continue
    const handle = await openSame(other.path, source.file_id)
    if (handle) return { kind: formOf(source), handle }
  }
  const compressed = others.find(({ name }) => name === `${source.name}.gz`)
  const handle = compressed && (await openSame(compressed.path, compressed.file_id))
  if (handle) return { kind: 'gzip', handle }
  const pieces = source.kind === 'rotated' ? await piecesOf(source, others) : undefined
  if (pieces) return pieces
  throw new UnreadableSourceError(source.name, 'it was deleted after the folder was listed')
}

/**
 * Opens the live or rotated file for reading at any place; undefined when it is no longer a plain file.
 * @throws UnreadableSourceError, also for what the system reports
 */
export async function openPlainSource(source: LogSource): Promise<ReadableFile | undefined> {
  const opened = await openSource(source).catch((error: unknown) => {
    throw unreadable(source.name, error)
  })
  if (opened.kind === 'plain') return opened.handle
  await (opened.kind === 'pieces' ? opened.rest : opened.handle)?.close()
  return undefined
}

function formOf({ kind }: LogSource): 'plain' | 'gzip' | 'archive' {
  return kind === 'live' || kind === 'rotated' ? 'plain' : kind
}

/** Undefined when there is no file, or another one than was listed. */
async function openSame(path: string, file_id: string | undefined): Promise<FileHandle | undefined> {
  const handle = await unlessMissing(openPlainFile(path))
  if (!handle || file_id === undefined) return handle
  if (fileId(await handle.stat({ bigint: true })) === file_id) return handle
  await handle.close()
  return undefined
}

interface Piece extends MemberPlace {
  readonly path: string
  readonly size_bytes: number
}

/**
 * Where clean-up has put a rotated file since it was listed: first the archives of what it took from the start, then
 * those of the whole and of what late writers added to it, or the file that is left.
 */
async function piecesOf(source: LogSource, others: readonly LogSource[]): Promise<OpenedSource | undefined> {
  const pieces = await archivedPieces(source, others)
  const starts = pieces
    .filter(({ shortened_from = Infinity }) => shortened_from <= source.size_bytes)
    .sort((a, b) => (b.shortened_from ?? 0) - (a.shortened_from ?? 0))
  const archives = starts.map(({ path }) => path)
  const rest = starts.length > 0 ? await unlessMissing(openPlainFile(source.path)) : undefined
  if (rest) return { kind: 'pieces', archives, rest }
  for (let at = 0; ;) {
    const piece = pieces.find(({ from, shortened_from }) => shortened_from === undefined && from === at)
    if (!piece) break
    archives.push(piece.path)
    if (piece.size_bytes === 0) break
    at += piece.size_bytes
  }
  return archives.length > 0 ? { kind: 'pieces', archives } : undefined
}

async function archivedPieces(source: LogSource, others: readonly LogSource[]): Promise<Piece[]> {
  const pieces: Piece[] = []
  for (const { kind, path } of others) {
    const member = kind === 'archive' ? await readFirstMember(path) : undefined
    if (!member) continue
    const place = parseMemberName(member.name)
    if (place.file_name === source.name) pieces.push({ ...place, path, size_bytes: member.size_bytes })
  }
  return pieces
}
