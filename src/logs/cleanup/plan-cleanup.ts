import { join } from 'node:path'
import { LOG_STREAMS, type LogStream } from '../../core/log-event.ts'
import { ArchiveIndex } from '../archives/archive-index.ts'
import {
  countNewlines,
  newestLinesStart,
  openPlainFile,
  readRange,
  unlessMissing,
} from '../directory/plain-file.ts'
import { decideForStream, oldArchives, type CleanupReason, type FileDecision } from './cleanup-decision.ts'
import { CleanupTally, type CleanupOptions, type CleanupTotals } from './cleanup-report.ts'

/** What would go into an archive of one file. */
export interface PlannedFile {
  readonly stream: LogStream
  readonly name: string
  readonly reason: CleanupReason
  /** Lines that go; the file's newest lines stay when there are more. 0 when they are in an archive already. */
  readonly lines: number
  readonly bytes: number
  readonly lines_kept: number
}

export interface PlannedDeletion {
  readonly name: string
  readonly bytes: number
  /** ISO 8601 UTC. */
  readonly created: string
}

/** What a clean-up would do now. It has the totals of a report; how small archives become, only a run can say. */
export interface CleanupPlan extends CleanupTotals {
  readonly dry_run: true
  /** ISO 8601 UTC with milliseconds. */
  readonly planned_at: string
  readonly options: CleanupOptions
  /** In the order in which they would go. */
  readonly files: readonly PlannedFile[]
  readonly archives: readonly PlannedDeletion[]
}

/** Decides as a run would, by the same rules, and changes nothing. What cannot be read is among the errors. */
export async function planCleanup(
  directory: string,
  options: CleanupOptions,
  now_ms: number,
): Promise<CleanupPlan> {
  const tally = new CleanupTally()
  const index = new ArchiveIndex(directory)
  const archives = await planDeletions(directory, options, now_ms, tally)
  const decisions: FileDecision[] = []
  for (const stream of LOG_STREAMS) {
    try {
      decisions.push(...(await decideForStream(directory, stream, options, now_ms)))
    } catch (error) {
      tally.fail(`The files of ${stream} could not be read`, error)
    }
  }
  const files: PlannedFile[] = []
  for (const decision of decisions) {
    try {
      const planned = await planFile(directory, decision, index)
      if (!planned) continue
      files.push(planned)
      const { lines, bytes } = planned
      if (bytes > 0) tally.addFile({ is_whole: decision.keep_lines === 0, lines, bytes, archive_bytes: 0 })
    } catch (error) {
      tally.fail(`${decision.file.name} could not be read`, error)
    }
  }
  const planned_at = new Date(now_ms).toISOString()
  return { dry_run: true, planned_at, options, ...tally.totals(), files, archives }
}

async function planDeletions(
  directory: string,
  options: CleanupOptions,
  now_ms: number,
  tally: CleanupTally,
): Promise<PlannedDeletion[]> {
  try {
    const old = await oldArchives(directory, options, now_ms)
    for (const { size_bytes } of old) tally.addDeletedArchive(size_bytes)
    return old.map(({ name, size_bytes, created_ms }) => {
      return { name, bytes: size_bytes, created: new Date(created_ms).toISOString() }
    })
  } catch (error) {
    tally.fail('The archives could not be listed', error)
    return []
  }
}

/** Undefined when the file is gone by now. */
async function planFile(
  directory: string,
  { file, reason, keep_lines }: FileDecision,
  index: ArchiveIndex,
): Promise<PlannedFile | undefined> {
  const handle = await unlessMissing(openPlainFile(join(directory, file.name)))
  if (!handle) return undefined
  await using _ = handle
  const { size } = await handle.stat()
  const to = keep_lines === 0 ? size : await newestLinesStart(handle, size, keep_lines)
  const from = Math.min(to, await index.archivedBytes(file.name, handle))
  let lines = 0
  for await (const chunk of readRange(handle, from, to)) lines += countNewlines(chunk)
  const { stream, name } = file
  return { stream, name, reason, lines, bytes: to - from, lines_kept: keep_lines }
}
