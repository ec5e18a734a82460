import type { FileHandle } from 'node:fs/promises'
import { readFirstMember } from '../archives/read-archive.ts'
import { openPlainFile, unlessMissing } from '../directory/plain-file.ts'
import { fileId, listSources } from './list-sources.ts'
import type { LogSource } from './log-source.ts'
import { UnreadableSourceError } from './unreadable-source.ts'

/** What was listed, wherever it is by now: one file, or archives that hold it in pieces and what is left of it. */
export type OpenedSource =
  | { readonly kind: 'plain' | 'gzip' | 'archive'; readonly handle: FileHandle }
  | { readonly kind: 'pieces'; readonly archives: readonly string[]; readonly rest?: FileHandle }

/**
 * Opens a source. Between the listing and now, writers may have rotated the live file, someone may have compressed a
 * rotated one, and clean-up may have moved it into an archive: it is found there.
 *
 * @throws system errors; UnreadableSourceError when the file is gone
 */
export async function openSource(source: LogSource): Promise<OpenedSource> {
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

/** Opens the live or rotated file for reading at any place; undefined when it is no longer a plain file. */
export async function openPlainSource(source: LogSource): Promise<FileHandle | undefined> {
  const opened = await openSource(source)
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

interface Piece {
  readonly path: string
  readonly from: number
  readonly size_bytes: number
  /** The size of the file before this piece, its start, was taken away. */
  readonly shortened_from: number | undefined
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

/** The names of members are those of `memberName`: `<file>[+<from>][~<size before>]`. */
async function archivedPieces(source: LogSource, others: readonly LogSource[]): Promise<Piece[]> {
  const pieces: Piece[] = []
  for (const { kind, path } of others) {
    const member = kind === 'archive' ? await readFirstMember(path) : undefined
    if (member?.name.startsWith(source.name) !== true) continue
    const place = /^(?:\+(\d{1,15}))?(?:~(\d{1,15}))?$/.exec(member.name.slice(source.name.length))
    if (!place) continue
    const [, from = '0', before] = place
    const shortened_from = before === undefined ? undefined : Number(before)
    pieces.push({ path, from: Number(from), size_bytes: member.size_bytes, shortened_from })
  }
  return pieces
}
