import { LOG_STREAMS, type LogStream } from '../core/log-event.ts'
import { UTC_ZONE, type LegacyZone } from '../logs/reading/legacy-zone.ts'
import type { LogSource } from '../logs/reading/log-source.ts'
import { quickTimestamp } from '../logs/reading/quick-timestamp.ts'
import { readBlocks, readBlocksBackward } from '../logs/reading/read-blocks.ts'
import { SourceHold } from '../logs/reading/source-hold.ts'
import { UnreadableSourceError } from '../logs/reading/unreadable-source.ts'
import { FilePart } from './followed-part.ts'
import type { SearchHit } from './log-query.ts'
import { searchSources, type SearchOptions } from './search-logs.ts'
import { markOf, type LineMark, type StreamPlace, type TailPlaces } from './tail-place.ts'
import type { TailQuery } from './tail-query.ts'

const NEWLINE = 10
const PIECE_BYTES = 65_536
/** Each round is lost to a rotation in the same milliseconds. */
const MAX_ROUNDS = 20

/** Where each stream ends now, and the last lines before. */
export interface LastLines {
  readonly places: TailPlaces
  /** The oldest first. */
  readonly lines: readonly SearchHit[]
  /** With rotated files that could not be read, so that lines may be missing. Who follows tells of the live ones. */
  readonly unreadable: readonly LogStream[]
}

/** The lines end exactly where the places are: what is appended meanwhile comes after both. */
export async function lastLines(
  directory: string,
  query: TailQuery,
  options: SearchOptions,
): Promise<LastLines> {
  const { last = 0, after: _, streams = LOG_STREAMS, ...filter } = query
  const zone = options.zone ?? UTC_ZONE
  await using hold = new SourceHold()
  const ends = await Promise.all(streams.map((stream) => endOf(hold, directory, stream, zone)))
  const sources = ends.flatMap(({ ended }) => ended)
  const places = Object.fromEntries(
    streams.map((stream, at) => [stream, ends[at]?.place ?? null]),
  ) as TailPlaces
  if (last === 0) return { places, lines: [], unreadable: [] }
  const lines: SearchHit[] = []
  const unreadable = new Set<string>()
  for await (const item of searchSources(async () => sources, { ...filter, limit: last }, options)) {
    if (item.kind === 'hit') lines.push(item)
    else if (item.kind === 'end') for (const { source } of item.unreadable) unreadable.add(source)
  }
  const incomplete = sources.filter(({ kind, name }) => kind !== 'live' && unreadable.has(name))
  return {
    places,
    lines: lines.toReversed(),
    unreadable: [...new Set(incomplete.map(({ stream }) => stream))],
  }
}

interface StreamEnd {
  readonly place: StreamPlace | null
  /** The sources of the stream, the live one ending at its last whole line. */
  readonly ended: readonly LogSource[]
}

async function endOf(
  hold: SourceHold,
  directory: string,
  stream: LogStream,
  zone: LegacyZone,
): Promise<StreamEnd> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const sources = await hold.list(directory, [stream])
    const newest = sources.at(-1)
    if (!newest) break
    const size_bytes = newest.kind === 'live' ? await wholeLines(newest) : newest.size_bytes
    if (size_bytes === undefined) continue
    const ended = [...sources.slice(0, -1), { ...newest, size_bytes }]
    const last = await lastMark(ended, zone)
    const place = { file_id: newest.file_id ?? '', offset: size_bytes, last, given: [] }
    return { place, ended }
  }
  return { place: null, ended: [] }
}

/**
 * Up to where the file has whole lines; undefined when it was rotated meanwhile. Of a file that cannot be read nothing
 * was given yet.
 */
async function wholeLines(source: LogSource): Promise<number | undefined> {
  let part: FilePart | undefined
  try {
    part = await FilePart.open(source, 0)
    return await part?.lastLineEnd(source.size_bytes)
  } catch (error) {
    if (!(error instanceof UnreadableSourceError)) throw error
    return 0
  } finally {
    await part?.close()
  }
}

/** The last line of the newest source that has one, and can be read. */
async function lastMark(sources: readonly LogSource[], zone: LegacyZone): Promise<LineMark | null> {
  for (const source of sources.toReversed()) {
    const mark = await lastMarkOf(source, zone)
    if (mark) return mark
  }
  return null
}

async function lastMarkOf(source: LogSource, zone: LegacyZone): Promise<LineMark | null> {
  const is_plain = source.kind === 'live' || source.kind === 'rotated'
  const range = { to: source.size_bytes }
  let mark: LineMark | null = null
  const blocks = is_plain
    ? readBlocksBackward(source, range, { block_bytes: PIECE_BYTES })
    : readBlocks(source)
  try {
    for await (const { bytes } of blocks) {
      const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const end = block.at(-1) === NEWLINE ? block.length - 1 : block.length
      const start = end === 0 ? 0 : block.lastIndexOf(NEWLINE, end - 1) + 1
      mark = markOf(block.subarray(start, end), quickTimestamp(block, start, end, zone) ?? null)
      if (is_plain) break
    }
  } catch (error) {
    if (!(error instanceof UnreadableSourceError)) throw error
  }
  return mark
}
