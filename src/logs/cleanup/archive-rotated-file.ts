import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { memberName, type ArchiveIndex } from '../archives/archive-index.ts'
import { archivePart, type ArchivedPart } from '../archives/archive-part.ts'
import { ARCHIVES, type StreamFile } from '../directory/listing.ts'
import {
  isSameFile,
  openPlainFile,
  removeFile,
  syncDirectory,
  unlessMissing,
} from '../directory/plain-file.ts'

/** A writer of ours adds to a rotated file once at most; one that goes on does not know that it was rotated. */
const MAX_PARTS = 3

export interface ArchivingContext {
  /** The log folder. */
  readonly directory: string
  readonly index: ArchiveIndex
  readonly now: () => number
  readonly signal: AbortSignal
}

/**
 * Archives a rotated file and removes it.
 *
 * Invariant: the file is removed only when archives on the disk hold every byte that it had. By the protocol
 * of `LiveFile`, a line that a late writer still adds is written again to the live file; the tail is drained
 * all the same, before and after the removal, for writers that do not keep to it. Killed at any point, the
 * file is still there, in an archive, or both, and in the last case the next run finds so and only removes it.
 *
 * @param parts gets the archives made; none when the file is gone or was in an archive already
 * @throws system errors; Error when others do not stop writing to the file, which then stays
 */
export async function archiveRotatedFile(
  file: StreamFile,
  context: ArchivingContext,
  parts: ArchivedPart[],
): Promise<void> {
  const path = join(context.directory, file.name)
  const handle = await unlessMissing(openPlainFile(path))
  if (!handle) return
  await using _ = handle
  const archived = await context.index.archivedBytes(file.name, handle)
  const removable_at = await drain(file, handle, archived, parts, context)
  // An archive that a killed run made may not have its name on the disk yet.
  if (parts.length === 0) await syncDirectory(join(context.directory, ARCHIVES))
  if (await isSameFile(handle, path)) await removeFile(path)
  await drain(file, handle, removable_at, parts, context)
}

/** Archives what the file has from `from` on, until it has no more; returns its size. */
async function drain(
  file: StreamFile,
  handle: FileHandle,
  from: number,
  parts: ArchivedPart[],
  context: ArchivingContext,
): Promise<number> {
  const archives = join(context.directory, ARCHIVES)
  const { stream, modified_ms } = file
  let archived = from
  for (let round = 0; round <= MAX_PARTS; round++) {
    const { size } = await handle.stat()
    if (size <= archived) return archived
    if (round === MAX_PARTS) break
    const member_name = memberName(file.name, archived)
    const part = { stream, handle, member_name, modified_ms, from: archived, to: size }
    try {
      const made = await archivePart(archives, part, context.now(), context.signal)
      context.index.add(member_name, made.archive_name)
      parts.push(made)
    } catch (error) {
      context.index.forget()
      throw error
    }
    archived = size
  }
  throw new Error('something keeps writing to it')
}
