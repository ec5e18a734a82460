import type { LineBlock, LogSource } from '../logs/reading/log-source.ts'
import type { LegacyZone } from '../logs/reading/legacy-zone.ts'
import { readBlocks } from '../logs/reading/read-blocks.ts'
import { seekTime } from '../logs/reading/seek-time.ts'
import { UnreadableSourceError } from '../logs/reading/unreadable-source.ts'
import { disorderOf, firstTimes } from './line-time.ts'
import { markOf, type LineMark, type StreamPlace } from './tail-place.ts'

const NEWLINE = 10

/** Where to go on: in the source of this number in the listing, at this byte of its content. */
export interface FoundPlace {
  readonly at: number
  readonly offset: number
}

/**
 * Finds a place in the files that are there now: in its file, if that is still a plain one, else by the last line that
 * was read, which may be in an archive or a copy by now. Undefined when it is in no file.
 */
export async function findPlace(
  sources: readonly LogSource[],
  place: StreamPlace,
  zone: LegacyZone,
): Promise<FoundPlace | undefined> {
  const at = sources.findIndex(({ file_id, kind }) => file_id === place.file_id && isPlain(kind))
  const source = sources[at]
  if (source && (await endsThere(source, place))) return { at, offset: place.offset }
  return place.last ? findLine(sources, place.last, place.offset, zone) : undefined
}

function isPlain(kind: LogSource['kind']): boolean {
  return kind === 'live' || kind === 'rotated'
}

/** Whether the last line read ends where the place is. At the start of a file there is nothing to compare. */
async function endsThere(source: LogSource, { offset, last }: StreamPlace): Promise<boolean> {
  if (offset === 0) return true
  if (!last || source.size_bytes < offset) return false
  const from = offset - last.bytes - 1
  if (from < 0) return false
  for await (const { bytes, offset: start } of readIfThere(source, { from, to: from + 1 })) {
    return start === from && markOf(bytes.subarray(0, last.bytes), null).hash === last.hash
  }
  return false
}

/**
 * The newest files first; one that begins long before the line ends the search. A line that was written twice, because
 * its file was rotated meanwhile, is the right one where its offset is; if an archive has moved it, the older one is
 * taken, since what follows it is all that may be missing.
 */
async function findLine(
  sources: readonly LogSource[],
  mark: LineMark,
  usual_offset: number,
  zone: LegacyZone,
): Promise<FoundPlace | undefined> {
  let oldest: FoundPlace | undefined
  for (const [at, source] of [...sources.entries()].toReversed()) {
    const { offsets, begins_before } = await findInSource(source, mark, zone)
    const [offset] = offsets
    if (offsets.includes(usual_offset)) return { at, offset: usual_offset }
    if (offset !== undefined) oldest = { at, offset }
    if (begins_before) break
  }
  return oldest
}

interface FoundInSource {
  /** Behind each line that is the marked one. */
  readonly offsets: readonly number[]
  /** Whether the line cannot be in an older source. */
  readonly begins_before: boolean
}

async function findInSource(source: LogSource, mark: LineMark, zone: LegacyZone): Promise<FoundInSource> {
  const { timestamp_ms } = mark
  const can_seek = isPlain(source.kind) && timestamp_ms !== null
  const from = can_seek ? await seekTime(source, timestamp_ms, zone).catch(() => 0) : 0
  const offsets: number[] = []
  let first_ms: number | undefined
  for await (const { bytes, offset } of readIfThere(source, { from })) {
    const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    first_ms ??= firstTimes(block, zone)?.latest_ms
    for (const end of endsOf(block, mark)) offsets.push(offset + end)
  }
  const is_old =
    timestamp_ms !== null && first_ms !== undefined && first_ms < timestamp_ms - 2 * disorderOf(zone)
  return { offsets, begins_before: from > 0 || is_old }
}

/** Behind each line of the block that is the marked one. */
function* endsOf(block: Buffer, mark: LineMark): Generator<number> {
  for (let start = 0; start < block.length;) {
    const newline = block.indexOf(NEWLINE, start)
    const end = newline === -1 ? block.length : newline
    if (end - start === mark.bytes && markOf(block.subarray(start, end), null).hash === mark.hash)
      yield end + 1
    start = end + 1
  }
}

/** A file that cannot be read does not hold the place. */
async function* readIfThere(
  source: LogSource,
  range: { readonly from: number; readonly to?: number },
): AsyncGenerator<LineBlock> {
  try {
    yield* readBlocks(source, range)
  } catch (error) {
    if (!(error instanceof UnreadableSourceError)) throw error
  }
}
