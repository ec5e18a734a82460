import type { BigIntStats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LOG_STREAMS, type LogStream } from '../../core/log-event.ts'
import { parseArchiveName } from '../archives/archive-name.ts'
import { ARCHIVES, hasArchiveFolder } from '../directory/listing.ts'
import { unlessMissing } from '../directory/plain-file.ts'
import type { LogSource, SourceKind } from './log-source.ts'
import { rotatedNames } from './rotated-name.ts'

interface DatedArchive {
  readonly source: LogSource
  readonly created_ms: number
}

/** A regular file, and its descriptor when it was opened to look at it. */
export interface FoundFile {
  readonly stat: BigIntStats
  readonly descriptor?: number
}

/** Undefined for nothing, a link, or what is no file. */
export type LookAt = (path: string) => Promise<FoundFile | undefined>

/** A rotation of another system moves all files at once; each round is lost to one of them. */
const MAX_ROUNDS = 10

/**
 * The files that hold lines of the streams, in the order of {@link LOG_STREAMS}, of each stream the oldest first and
 * the live file last. No content is read, so the order is what names tell: our own rotated files by their number, those
 * of other systems (see `rotatedNames`) before them; an archive goes before the first of those that was written to
 * after the archive was made. Readers that need lines in order merge them by time.
 *
 * Links, folders and other names are left out; a folder that does not exist holds nothing.
 *
 * @param streams default: all
 * @param look at a plain file; default: without opening it
 * @throws system errors, `EACCES` for a folder that may not be read among them
 */
export async function listSources(
  directory: string,
  streams: readonly LogStream[] = LOG_STREAMS,
  look: LookAt = lookAt,
): Promise<LogSource[]> {
  const asked = LOG_STREAMS.filter((stream) => streams.includes(stream))
  // A file moves from live to rotated to archive; looked for in this order, none is overlooked on its way.
  const live = await Promise.all(
    asked.map((stream) => sourceAt(directory, stream, 'live', `${stream}.log`, look)),
  )
  const rotated = await rotatedSources(directory, asked, look)
  const archives = await archiveNames(directory)
  const listed = asked.map(async (stream, at) => {
    const { foreign, own } = rotated[at] ?? NO_SOURCES
    const archived = await archivedSources(directory, stream, archives)
    const is_rotated = own.concat(foreign).some(({ file_id }) => file_id === live[at]?.file_id)
    const last = live[at] && !is_rotated ? [live[at]] : []
    return [...mergeByTime(archived, foreign), ...own, ...last]
  })
  return (await Promise.all(listed)).flat()
}

/** Of other systems, and our own. */
interface RotatedSources {
  readonly foreign: readonly LogSource[]
  readonly own: readonly LogSource[]
  /** Whether there was a name of another system's, be its file found or not. */
  readonly has_foreign: boolean
}

/**
 * Our own rotated files keep their names. Another system moves all of its files on by one name, so that a file can be
 * overlooked between the names: they stand when they are the same twice.
 */
async function rotatedSources(
  directory: string,
  streams: readonly LogStream[],
  look: LookAt,
): Promise<RotatedSources[]> {
  for (let round = 1; ; round++) {
    const listed = await rotatedOnce(directory, streams, look)
    if (round === MAX_ROUNDS || !listed.some(({ has_foreign }) => has_foreign)) return listed
    const again = await rotatedOnce(directory, streams, lookAt)
    if (foreignPlaces(again) === foreignPlaces(listed)) return listed
  }
}

async function rotatedOnce(
  directory: string,
  streams: readonly LogStream[],
  look: LookAt,
): Promise<RotatedSources[]> {
  const names = (await unlessMissing(readdir(directory))) ?? []
  return Promise.all(streams.map((stream) => rotatedOf(directory, stream, names, look)))
}

function foreignPlaces(listed: readonly RotatedSources[]): string {
  return listed.flatMap(({ foreign }) => foreign.map(({ name, file_id }) => `${name} ${file_id}`)).join()
}

async function rotatedOf(
  directory: string,
  stream: LogStream,
  names: readonly string[],
  look: LookAt,
): Promise<RotatedSources> {
  const rotated = rotatedNames(names, `${stream}.log`)
  const sourceOf = async (name: string, is_gzip: boolean): Promise<LogSource | undefined> => {
    const plain = is_gzip ? undefined : await sourceAt(directory, stream, 'rotated', name, look)
    // Whoever compresses a file removes it once the compressed one is whole.
    return plain ?? sourceAt(directory, stream, 'gzip', is_gzip ? name : `${name}.gz`, lookAt)
  }
  const listAll = async (own: boolean): Promise<LogSource[]> =>
    presentOnly(
      rotated.filter(({ is_own }) => is_own === own).map(({ name, is_gzip }) => sourceOf(name, is_gzip)),
    )
  const [foreign, own] = await Promise.all([listAll(false), listAll(true)])
  return { foreign, own, has_foreign: rotated.some(({ is_own }) => !is_own) }
}

async function archivedSources(
  directory: string,
  stream: LogStream,
  archives: readonly Archive[],
): Promise<DatedArchive[]> {
  const sources = archives
    .filter((archive) => archive.stream === stream)
    .map(async ({ name, created_ms }) => {
      const source = await sourceAt(directory, stream, 'archive', `${ARCHIVES}/${name}`, lookAt)
      return source && { source, created_ms }
    })
  return presentOnly(sources)
}

const NO_SOURCES: RotatedSources = { foreign: [], own: [], has_foreign: false }

/** The order of the files stands, whatever a copy or a restore did to their times. */
function mergeByTime(archives: readonly DatedArchive[], files: readonly LogSource[]): LogSource[] {
  const merged: LogSource[] = []
  let next = 0
  for (const { source, created_ms } of archives) {
    for (let file = files[next]; file && file.modified_ms < created_ms; file = files[++next])
      merged.push(file)
    merged.push(source)
  }
  return [...merged, ...files.slice(next)]
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
  look: LookAt,
): Promise<LogSource | undefined> {
  const path = join(directory, name)
  const found = await look(path)
  if (!found) return undefined
  const { stat, ...opened } = found
  const times = { size_bytes: Number(stat.size), modified_ms: Number(stat.mtimeMs), file_id: fileId(stat) }
  return { stream, kind, name, path, ...times, ...opened }
}

/** @throws system errors but `ENOENT` */
export async function lookAt(path: string): Promise<FoundFile | undefined> {
  const stat = await unlessMissing(lstat(path, { bigint: true }))
  return stat?.isFile() === true ? { stat } : undefined
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
