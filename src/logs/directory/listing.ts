import type { BigIntStats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LOG_STREAMS, type LogStream } from '../../core/log-event.ts'
import { backupsAmong } from './backup-files.ts'
import { parseArchiveName } from '../archives/archive-name.ts'
import { unlessMissing } from './plain-file.ts'

export const ARCHIVES = 'archives'

const MAX_LISTINGS = 5

/** Whether there is an archive folder that is no link: a link could lead anywhere. */
export async function hasArchiveFolder(directory: string): Promise<boolean> {
  return (await unlessMissing(lstat(join(directory, ARCHIVES))))?.isDirectory() ?? false
}

/** A file of a stream as it was when the folder was listed. */
export interface StreamFile {
  readonly stream: LogStream
  readonly name: string
  readonly kind: 'live' | 'rotated'
  readonly size_bytes: number
  readonly modified_ms: number
  readonly ino: bigint
}

export interface ArchiveFile {
  readonly stream: LogStream
  readonly name: string
  readonly size_bytes: number
  readonly created_ms: number
}

/**
 * The live and rotated files in the order of {@link LOG_STREAMS}, of each stream the newest first. Any other
 * name and whatever is no regular file is left out; a missing directory holds nothing.
 */
export async function listStreamFiles(directory: string): Promise<StreamFile[]> {
  let backups = await backupNames(directory)
  for (let tries = 1; ; tries++) {
    const files: StreamFile[] = []
    for (const stream of LOG_STREAMS) files.push(...(await statFiles(directory, stream, backups)))
    // A rotation in between gives the live file a name that was not listed: it would be missing.
    const backups_now = await backupNames(directory)
    if (backups_now.every((name) => backups.includes(name)) || tries === MAX_LISTINGS) return files
    backups = backups_now
  }
}

async function backupNames(directory: string): Promise<string[]> {
  const names = (await unlessMissing(readdir(directory))) ?? []
  return LOG_STREAMS.flatMap((stream) => backupsAmong(names, `${stream}.log`)).map(({ name }) => name)
}

async function statFiles(
  directory: string,
  stream: LogStream,
  backups: readonly string[],
): Promise<StreamFile[]> {
  const live = `${stream}.log`
  const rotated = backupsAmong(backups, live).map(({ name }) => name)
  const files: StreamFile[] = []
  for (const name of [live, ...rotated.toReversed()]) {
    const stat = await plainStat(join(directory, name))
    if (!stat) continue
    const { size, mtimeMs, ino } = stat
    const kind = name === live ? 'live' : 'rotated'
    files.push({ stream, name, kind, size_bytes: Number(size), modified_ms: Number(mtimeMs), ino })
  }
  return files
}

/** The archives of a log folder, newest first; see {@link listStreamFiles}. */
export async function listArchives(directory: string): Promise<ArchiveFile[]> {
  const path = join(directory, ARCHIVES)
  if (!(await hasArchiveFolder(directory))) return []
  const names = (await unlessMissing(readdir(path))) ?? []
  const archives: ArchiveFile[] = []
  for (const name of names) {
    const parsed = parseArchiveName(name)
    const stat = parsed && (await plainStat(join(path, name)))
    if (stat) archives.push({ ...parsed, name, size_bytes: Number(stat.size) })
  }
  return archives.sort((a, b) => b.created_ms - a.created_ms || (a.name < b.name ? -1 : 1))
}

async function plainStat(path: string): Promise<BigIntStats | undefined> {
  const stat = await unlessMissing(lstat(path, { bigint: true }))
  return stat?.isFile() ? stat : undefined
}
