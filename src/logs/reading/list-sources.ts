import type { BigIntStats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LOG_STREAMS, type LogStream } from '../../core/log-event.ts'
import { parseArchiveName } from '../archives/archive-name.ts'
import { ARCHIVES, hasArchiveFolder } from '../directory/listing.ts'
import { unlessMissing } from '../directory/plain-file.ts'
import type { LogSource, SourceKind } from './log-source.ts'
import { rotatedNames } from './rotated-name.ts'

/** A source and when its content ended, as far as names and times of files tell. */
interface Dated {
  readonly source: LogSource
  readonly ended_ms: number
}

/**
 * The files that hold lines of the streams, in the order of {@link LOG_STREAMS}, of each stream the oldest first and
 * the live file last. No file is opened, so the order is what names tell: our own rotated files by their number, those
 * of other systems (see `rotatedNames`) before them; an archive goes before the first of those that was written to
 * after the archive was made. Readers that need lines in order merge them by time.
 *
 * Links, folders and other names are left out; a folder that does not exist holds nothing.
 *
 * @param streams default: all
 * @throws system errors, `EACCES` for a folder that may not be read among them
 */
export async function listSources(
  directory: string,
  streams: readonly LogStream[] = LOG_STREAMS,
): Promise<LogSource[]> {
  const names = (await unlessMissing(readdir(directory))) ?? []
  const archives = await archiveNames(directory)
  const asked = LOG_STREAMS.filter((stream) => streams.includes(stream))
  const listed = await Promise.all(asked.map((stream) => sourcesOf(directory, stream, names, archives)))
  return listed.flat()
}

async function sourcesOf(
  directory: string,
  stream: LogStream,
  names: readonly string[],
  archives: readonly Archive[],
): Promise<LogSource[]> {
  const live_name = `${stream}.log`
  const rotated = rotatedNames(names, live_name)
  const kindOf = (is_gzip: boolean): SourceKind => (is_gzip ? 'gzip' : 'rotated')
  const listAll = async (own: boolean): Promise<LogSource[]> =>
    presentOnly(
      rotated
        .filter(({ is_own }) => is_own === own)
        .map(({ name, is_gzip }) => sourceAt(directory, stream, kindOf(is_gzip), name)),
    )
  const listArchives = async (): Promise<Dated[]> => {
    const own = archives.filter((archive) => archive.stream === stream)
    const sources = own.map(async ({ name, created_ms }) => {
      const source = await sourceAt(directory, stream, 'archive', `${ARCHIVES}/${name}`)
      return source && { source, ended_ms: created_ms }
    })
    return presentOnly(sources)
  }
  const [archived, foreign, own, live] = await Promise.all([
    listArchives(),
    listAll(false),
    listAll(true),
    presentOnly([sourceAt(directory, stream, 'live', live_name)]),
  ])
  return [...mergeByEnd(archived, withEnds(foreign)), ...own, ...live]
}

/** The names' order stands, whatever a copy or a restore did to the times of the files. */
function withEnds(sources: readonly LogSource[]): Dated[] {
  let ended_ms = 0
  return sources.map((source) => {
    ended_ms = Math.max(ended_ms, source.modified_ms)
    return { source, ended_ms }
  })
}

function mergeByEnd(archives: readonly Dated[], files: readonly Dated[]): LogSource[] {
  const merged: LogSource[] = []
  let next = 0
  for (const { source, ended_ms } of archives) {
    for (let file = files[next]; file && file.ended_ms < ended_ms; file = files[++next])
      merged.push(file.source)
    merged.push(source)
  }
  return [...merged, ...files.slice(next).map(({ source }) => source)]
}

interface Archive {
  readonly stream: LogStream
  readonly name: string
  readonly created_ms: number
}

/** Oldest first; of one second by their number. */
async function archiveNames(directory: string): Promise<Archive[]> {
  if (!(await hasArchiveFolder(directory))) return []
  const names = (await unlessMissing(readdir(join(directory, ARCHIVES)))) ?? []
  const archives: Archive[] = []
  for (const name of names) {
    const parsed = parseArchiveName(name)
    if (parsed) archives.push({ ...parsed, name })
  }
  return archives.sort(
    (a, b) => a.created_ms - b.created_ms || a.name.length - b.name.length || (a.name < b.name ? -1 : 1),
  )
}

async function sourceAt(
  directory: string,
  stream: LogStream,
  kind: SourceKind,
  name: string,
): Promise<LogSource | undefined> {
  const path = join(directory, name)
  const stat = await unlessMissing(lstat(path, { bigint: true }))
  if (!stat?.isFile()) return undefined
  const { size, mtimeMs } = stat
  const times = { size_bytes: Number(size), modified_ms: Number(mtimeMs), file_id: fileId(stat) }
  return { stream, kind, name, path, ...times }
}

/**
 * What stays the same when a file is renamed. Inodes are used again at once, so the time it was made is part of it; file
 * systems that do not keep that give 0.
 */
export function fileId({ dev, ino, birthtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${birthtimeNs}`
}

async function presentOnly<Item>(items: readonly Promise<Item | undefined>[]): Promise<Item[]> {
  return (await Promise.all(items)).filter((item) => item !== undefined)
}
