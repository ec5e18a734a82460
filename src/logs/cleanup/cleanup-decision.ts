import { join } from 'node:path'
import type { LogStream } from '../../core/log-event.ts'
import { listArchives, listStreamFiles, type ArchiveFile, type StreamFile } from '../directory/listing.ts'
import { countLines } from '../directory/plain-file.ts'
import type { CleanupOptions } from './cleanup-report.ts'

const DAY_MS = 86_400_000

/** Why lines go into an archive: the rotated file is old, or the stream has more than `max_lines`. */
export type CleanupReason = 'age' | 'surplus'

/** What is to happen to one file. */
export interface FileDecision {
  readonly file: StreamFile
  readonly reason: CleanupReason
  /** So many of its newest lines stay where they are; 0 when all of it goes. */
  readonly keep_lines: number
}

/** The archives that are older than `delete_days`. */
export async function oldArchives(
  directory: string,
  options: CleanupOptions,
  now_ms: number,
): Promise<ArchiveFile[]> {
  const archives = await listArchives(directory)
  return archives.filter(({ created_ms }) => now_ms - created_ms > options.delete_days * DAY_MS)
}

/**
 * What of a stream goes into archives, oldest first: the rotated files that are at least `archive_days` old,
 * and of the others what is older than the newest `max_lines` lines. A live file that alone has more is among
 * it, and has to be rotated first. Reads no more than it needs to count `max_lines` lines.
 *
 * @throws system errors
 */
export async function decideForStream(
  directory: string,
  stream: LogStream,
  options: CleanupOptions,
  now_ms: number,
): Promise<FileDecision[]> {
  const files = (await listStreamFiles(directory)).filter((file) => file.stream === stream)
  // A clock that went back leaves files of the future; they are as young as can be.
  const isOld = ({ kind, modified_ms }: StreamFile): boolean =>
    kind === 'rotated' && Math.max(0, now_ms - modified_ms) >= options.archive_days * DAY_MS
  const decisions: FileDecision[] = []
  let lines_left: number | null = options.max_lines
  for (const file of files) {
    if (isOld(file)) decisions.push({ file, reason: 'age', keep_lines: 0 })
    else if (lines_left === null) decisions.push({ file, reason: 'surplus', keep_lines: 0 })
    else {
      const lines = await countLines(join(directory, file.name), lines_left)
      if (lines > lines_left) {
        decisions.push({ file, reason: 'surplus', keep_lines: lines_left })
        lines_left = null
      } else lines_left -= lines
    }
  }
  return decisions.toReversed()
}
