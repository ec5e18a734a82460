import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { memberName, type ArchiveIndex } from '../archives/archive-index.ts'
import { archivePart, type ArchivedPart } from '../archives/archive-part.ts'
import { ARCHIVES, type StreamFile } from '../directory/listing.ts'
import {
  isSameFile,
  newestLinesStart,
  openPlainFile,
  removeFile,
  syncDirectory,
  unlessMissing,
} from '../directory/plain-file.ts'
import { replaceByTail } from './replace-by-tail.ts'

/** A writer of ours adds to a rotated file once at most; one that goes on does not know that it was rotated. */
const MAX_PARTS = 3
const UNFINISHED_LINE_WAIT_MS = 20
const MAX_UNFINISHED_LINE_WAITS = 5
const NEWLINE = 10

export interface ArchivingContext {
  /** The log folder. */
  readonly directory: string
  readonly index: ArchiveIndex
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Archives a rotated file and removes it, or archives its older lines and leaves the newest `keep_lines` under
 * its name.
 *
 * Invariant: a byte leaves the file only when an archive on the disk holds it, or the shortened file that
 * takes its place in one rename. By the protocol of `LiveFile`, a line that a late writer still adds is written
 * again to the live file; the tail is drained all the same, before and after, for writers that do not keep to
 * it. Killed at any point, every byte is in the file, in an archive, or both, and in the last case the next
 * run finds so and goes on from there.
 *
 * @param parts gets the archives made; none when the file is gone or was in an archive already
 * @throws system errors; Error when others do not stop writing to the file, which then stays
 */
export async function archiveRotatedFile(
  file: StreamFile,
  keep_lines: number,
  context: ArchivingContext,
  parts: ArchivedPart[],
): Promise<void> {
  const handle = await unlessMissing(openPlainFile(join(context.directory, file.name)))
  if (!handle) return
  await using _ = handle
  if (keep_lines > 0) await shorten(file, handle, keep_lines, context, parts)
  else await archiveWhole(file, handle, context, parts)
}

async function archiveWhole(
  file: StreamFile,
  handle: FileHandle,
  context: ArchivingContext,
  parts: ArchivedPart[],
): Promise<void> {
  const path = join(context.directory, file.name)
  const archived = await context.index.archivedBytes(file.name, handle)
  const removable_at = await drain(file, handle, archived, parts, context)
  // An archive that a killed run made may not have its name on the disk yet.
  if (parts.length === 0) await syncDirectory(join(context.directory, ARCHIVES))
  if (await isSameFile(handle, path)) await removeFile(path)
  await drain(file, handle, removable_at, parts, context)
}

async function shorten(
  file: StreamFile,
  handle: FileHandle,
  keep_lines: number,
  context: ArchivingContext,
  parts: ArchivedPart[],
): Promise<void> {
  const { directory, index } = context
  const size = await settledSize(handle, context.clock)
  const from = await newestLinesStart(handle, size, keep_lines)
  if (from === 0) return
  const archived = await index.archivedBytes(file.name, handle)
  if (archived < from) {
    const name = memberName(file.name, archived, size)
    await archiveRange(file, handle, { name, from: archived, to: from }, parts, context)
  } else await syncDirectory(join(directory, ARCHIVES))
  context.signal.throwIfAborted()
  await replaceByTail(join(directory, file.name), handle, from, size)
  await drain(file, handle, size, parts, context)
}

/** Archives what the file has from `from` on, until it has no more; returns its size. */
async function drain(
  file: StreamFile,
  handle: FileHandle,
  from: number,
  parts: ArchivedPart[],
  context: ArchivingContext,
): Promise<number> {
  let archived = from
  for (let round = 0; round <= MAX_PARTS; round++) {
    const size = await settledSize(handle, context.clock)
    if (size <= archived) return archived
    if (round === MAX_PARTS) break
    const name = memberName(file.name, archived)
    await archiveRange(file, handle, { name, from: archived, to: size }, parts, context)
    archived = size
  }
  throw new Error('something keeps writing to it')
}

async function archiveRange(
  { stream, modified_ms }: StreamFile,
  handle: FileHandle,
  range: { readonly name: string; readonly from: number; readonly to: number },
  parts: ArchivedPart[],
  { directory, index, clock, signal }: ArchivingContext,
): Promise<void> {
  const { name: member_name, from, to } = range
  const part = { stream, handle, member_name, modified_ms, from, to }
  try {
    const made = await archivePart(join(directory, ARCHIVES), part, clock.now(), signal)
    index.add(member_name, made.archive_name)
    parts.push(made)
  } catch (error) {
    index.forget()
    throw error
  }
}

/** A writer may be in the middle of its last write, which then ends within a moment. */
async function settledSize(handle: FileHandle, clock: Clock): Promise<number> {
  const last = Buffer.alloc(1)
  for (let waits = 0; ; waits++) {
    const { size } = await handle.stat()
    if (size === 0 || waits === MAX_UNFINISHED_LINE_WAITS) return size
    await handle.read(last, 0, 1, size - 1)
    if (last[0] === NEWLINE) return size
    await clock.sleep(UNFINISHED_LINE_WAIT_MS)
  }
}
