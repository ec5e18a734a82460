import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { LOG_STREAMS } from '../../core/log-event.ts'
import { makeDirectory } from '../../files/make-directory.ts'
import { ArchiveIndex } from '../archives/archive-index.ts'
import type { ArchivedPart } from '../archives/archive-part.ts'
import { ARCHIVES, hasArchiveFolder } from '../directory/listing.ts'
import { removeFile, syncDirectory } from '../directory/plain-file.ts'
import { archiveRotatedFile, type ArchivingContext } from './archive-rotated-file.ts'
import { decideForStream, oldArchives, type FileDecision } from './cleanup-decision.ts'
import type { CleanupOptions, CleanupTally } from './cleanup-report.ts'
import { removeLeftovers } from './leftovers.ts'
import { rotateLiveFile } from './rotate-live-file.ts'

/** How far a clean-up is. The files are known once it has looked at all streams. */
export interface CleanupProgress {
  /** The file that is archived now; null before and after. */
  readonly file: string | null
  readonly files_done: number
  readonly files_total: number
  /** Of the files' sizes. */
  readonly bytes_done: number
  readonly bytes_total: number
}

export interface CleanupRun {
  /** The log folder; the caller holds its clean-up lock. */
  readonly directory: string
  readonly options: CleanupOptions
  readonly clock: Clock
  /** Aborted, the run ends after leaving things as a killed one would. */
  readonly signal: AbortSignal
  /** Called with every file, so that others see that the run goes on. */
  readonly onProgress: (progress: CleanupProgress) => void
}

/**
 * Old archives go first, to make room; so an archive is never deleted by the run that made it. Then lines go
 * into archives, of each stream the oldest first. What cannot be done is told in the tally, and the rest is
 * done all the same.
 */
export async function runCleanup(run: CleanupRun, tally: CleanupTally): Promise<void> {
  const { directory, signal } = run
  try {
    await makeArchiveFolder(directory)
  } catch (error) {
    tally.fail('The archive folder cannot be used', error)
    return
  }
  await attempt('Leftovers could not be removed', tally, () => removeLeftovers(directory, run.clock))
  await attempt('Old archives could not be deleted', tally, () => deleteOldArchives(run, tally))
  const decisions: FileDecision[] = []
  for (const stream of LOG_STREAMS) {
    if (signal.aborted) break
    await attempt(`The files of ${stream} could not be read`, tally, async () => {
      decisions.push(...(await decideForStream(directory, stream, run.options, run.clock.now())))
    })
  }
  await archiveEach(decisions, run, tally)
  if (signal.aborted) tally.fail('The clean-up was stopped before its end', signal.reason)
}

/** @throws system errors; Error when it is a link */
async function makeArchiveFolder(directory: string): Promise<void> {
  makeDirectory(join(directory, ARCHIVES))
  if (!(await hasArchiveFolder(directory))) throw new Error('it is a symbolic link, which is refused')
  await syncDirectory(directory)
}

async function deleteOldArchives(run: CleanupRun, tally: CleanupTally): Promise<void> {
  const { directory, options, clock } = run
  for (const archive of await oldArchives(directory, options, clock.now())) {
    await attempt(`${archive.name} could not be deleted`, tally, async () => {
      await removeFile(join(directory, ARCHIVES, archive.name))
      tally.addDeletedArchive(archive.size_bytes)
    })
  }
}

async function archiveEach(
  decisions: readonly FileDecision[],
  run: CleanupRun,
  tally: CleanupTally,
): Promise<void> {
  const { directory, clock, signal } = run
  const context = { directory, index: new ArchiveIndex(directory), clock, signal }
  const bytes_total = decisions.reduce((total, { file }) => total + file.size_bytes, 0)
  let bytes_done = 0
  for (const [files_done, decision] of decisions.entries()) {
    if (signal.aborted) return
    const { file, keep_lines } = decision
    run.onProgress({ file: file.name, files_done, files_total: decisions.length, bytes_done, bytes_total })
    const what = keep_lines > 0 || file.kind === 'live' ? 'shortened' : 'archived'
    await attempt(`${file.name} could not be ${what}`, tally, () => archive(decision, context, tally))
    bytes_done += file.size_bytes
  }
  const files_done = decisions.length
  run.onProgress({ file: null, files_done, files_total: files_done, bytes_done, bytes_total })
}

async function archive(
  { file, keep_lines }: FileDecision,
  context: ArchivingContext,
  tally: CleanupTally,
): Promise<void> {
  const { directory, clock } = context
  const rotated = file.kind === 'live' ? await rotateLiveFile(directory, file, clock) : file
  if (!rotated) return
  const parts: ArchivedPart[] = []
  try {
    await archiveRotatedFile(rotated, keep_lines, context, parts)
  } finally {
    if (parts.length > 0) tally.addFile({ is_whole: keep_lines === 0, ...sumOf(parts) })
  }
}

function sumOf(parts: readonly ArchivedPart[]): Pick<ArchivedPart, 'lines' | 'bytes' | 'archive_bytes'> {
  const sum = { lines: 0, bytes: 0, archive_bytes: 0 }
  for (const part of parts) {
    sum.lines += part.lines
    sum.bytes += part.bytes
    sum.archive_bytes += part.archive_bytes
  }
  return sum
}

async function attempt(what: string, tally: CleanupTally, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    tally.fail(what, error)
  }
}
