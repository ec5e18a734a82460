import { makeDirectory } from '../../files/make-directory.ts'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { LOG_STREAMS } from '../../core/log-event.ts'
import { ArchiveIndex } from '../archives/archive-index.ts'
import type { ArchivedPart } from '../archives/archive-part.ts'
import { archiveRotatedFile, type ArchivingContext } from './archive-rotated-file.ts'
import type { CleanupOptions, CleanupTally } from './cleanup-report.ts'
import { removeLeftovers } from './leftovers.ts'
import {
  ARCHIVES,
  hasArchiveFolder,
  listArchives,
  listStreamFiles,
  type StreamFile,
} from '../directory/listing.ts'
import { removeFile, syncDirectory } from '../directory/plain-file.ts'
import { surplusFiles } from './surplus.ts'

const DAY_MS = 86_400_000

export interface CleanupRun {
  /** The log folder; the caller holds its clean-up lock. */
  readonly directory: string
  readonly options: CleanupOptions
  readonly clock: Clock
  /** Aborted, the run ends after leaving things as a killed one would. */
  readonly signal: AbortSignal
  /** Called with every file, so that others see that the run goes on. */
  readonly onProgress: () => void
}

/**
 * Old archives go first, to make room; so an archive is never deleted by the run that made it. Then rotated
 * files by their age, then what is more than `max_lines`. What cannot be done is told in the tally, and the
 * rest is done all the same.
 */
export async function runCleanup(run: CleanupRun, tally: CleanupTally): Promise<void> {
  const { directory, options, clock, signal } = run
  try {
    await makeArchiveFolder(directory)
  } catch (error) {
    tally.fail('The archive folder cannot be used', error)
    return
  }
  const context = { directory, index: new ArchiveIndex(directory), now: () => clock.now(), signal }
  const steps: readonly (readonly [string, () => Promise<void>])[] = [
    ['Leftovers could not be removed', () => removeLeftovers(directory)],
    ['Old archives could not be deleted', () => deleteOldArchives(run, tally)],
    ['Old files could not be archived', async () => archiveEach(await oldFiles(run), run, context, tally)],
    ...LOG_STREAMS.map((stream): readonly [string, () => Promise<void>] => [
      `${stream}.log could not be shortened`,
      async () => {
        const surplus = await surplusFiles(directory, stream, options.max_lines, clock)
        await archiveEach(surplus, run, context, tally)
      },
    ]),
  ]
  for (const [what, work] of steps) {
    if (signal.aborted) break
    await attempt(what, tally, work)
  }
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
  for (const archive of await listArchives(directory)) {
    if (clock.now() - archive.created_ms <= options.delete_days * DAY_MS) continue
    await attempt(`${archive.name} could not be deleted`, tally, async () => {
      await removeFile(join(directory, ARCHIVES, archive.name))
      tally.archives_deleted++
    })
  }
}

/** The rotated files that are old enough, oldest first. */
async function oldFiles({ directory, options, clock }: CleanupRun): Promise<StreamFile[]> {
  const youngest_ms = clock.now() - options.archive_days * DAY_MS
  return (await listStreamFiles(directory))
    .filter(({ kind, modified_ms }) => kind === 'rotated' && modified_ms <= youngest_ms)
    .toReversed()
}

async function archiveEach(
  files: readonly StreamFile[],
  run: CleanupRun,
  context: ArchivingContext,
  tally: CleanupTally,
): Promise<void> {
  for (const file of files) {
    if (run.signal.aborted) return
    run.onProgress()
    await attempt(`${file.name} could not be archived`, tally, async () => {
      const parts: ArchivedPart[] = []
      try {
        await archiveRotatedFile(file, context, parts)
      } finally {
        count(parts, tally)
      }
    })
  }
}

function count(parts: readonly ArchivedPart[], tally: CleanupTally): void {
  if (parts.length > 0) tally.files_archived++
  for (const part of parts) {
    tally.lines_archived += part.lines
    tally.bytes_before += part.bytes
    tally.bytes_after += part.archive_bytes
  }
}

async function attempt(what: string, tally: CleanupTally, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    tally.fail(what, error)
  }
}
