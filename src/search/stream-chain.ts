import { systemErrorCode } from '../core/errors.ts'
import type { LogStream } from '../core/log-event.ts'
import type { LegacyZone } from '../logs/reading/legacy-zone.ts'
import { listSources } from '../logs/reading/list-sources.ts'
import type { LogSource } from '../logs/reading/log-source.ts'
import { findPlace, type FoundPlace } from './find-place.ts'
import { CompressedPart, FilePart, type FollowedPart } from './followed-part.ts'
import { firstTimes } from './line-time.ts'
import { readBlocks } from '../logs/reading/read-blocks.ts'
import { UnreadableSourceError } from '../logs/reading/unreadable-source.ts'
import type { StreamPlace } from './tail-place.ts'

/** Each round is lost to a rotation in the same milliseconds. */
const MAX_ROUNDS = 20
const BEFORE_BYTES = 262_144

/** The files of a stream from a place on, in order; all but the last hold all they ever will. */
export interface StreamChain {
  readonly parts: readonly FollowedPart[]
  /** Whether the place is in no file any more, so that lines behind it may be too. */
  readonly has_gap: boolean
  /** Whether a file between the place and the last one may not be read, and was left out. */
  readonly has_unreadable: boolean
  /** What stands shortly before the place, the oldest first. */
  readonly before: readonly SourceRange[]
}

export interface SourceRange {
  readonly source: LogSource
  readonly from: number
  readonly to: number
}

/**
 * Opens the files of a stream from a place on. Writers may rotate while the folder is listed, so that a file is missing
 * or is there twice; the chain stands when a second listing goes on from the first.
 *
 * @param place null for the beginning of everything
 * @returns undefined when the folder does not stand still
 * @throws system errors; UnreadableSourceError
 */
export async function openChain(
  directory: string,
  stream: LogStream,
  place: StreamPlace | null,
  zone: LegacyZone,
): Promise<StreamChain | undefined> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const sources = await listSources(directory, [stream])
    const found = place && (await findPlace(sources, place, zone))
    const start = found ?? { at: place ? await firstBehind(sources, place, zone) : 0, offset: 0 }
    const chained = sources.slice(start.at)
    const opened = await openParts(chained, start.offset)
    if (opened) {
      const { parts } = opened
      const again = await listSources(directory, [stream])
      if (goesOn(sources, again)) {
        const has_gap = place !== null && !found && place.last !== null
        return { ...opened, has_gap, before: found ? rangesBefore(sources, found) : [] }
      }
      await closeParts(parts)
    }
  }
  return undefined
}

export async function closeParts(parts: readonly FollowedPart[]): Promise<void> {
  await Promise.all(parts.map((part) => part.close()))
}

function rangesBefore(sources: readonly LogSource[], { at, offset }: FoundPlace): SourceRange[] {
  const ranges: SourceRange[] = []
  const own = sources[at]
  const previous = offset < BEFORE_BYTES ? sources[at - 1] : undefined
  if (previous) {
    const is_compressed = previous.kind === 'gzip' || previous.kind === 'archive'
    const from = is_compressed ? 0 : Math.max(0, previous.size_bytes - BEFORE_BYTES)
    ranges.push({ source: previous, from, to: Number.POSITIVE_INFINITY })
  }
  if (own && offset > 0) ranges.push({ source: own, from: Math.max(0, offset - BEFORE_BYTES), to: offset })
  return ranges
}

type OpenedParts = Pick<StreamChain, 'parts' | 'has_unreadable'>

/** Undefined when one of them is not where it was listed. */
async function openParts(sources: readonly LogSource[], offset: number): Promise<OpenedParts | undefined> {
  const parts: FollowedPart[] = []
  let has_unreadable = false
  try {
    for (const [at, source] of sources.entries()) {
      const part = await openPart(source, at === 0 ? offset : 0).catch((error: unknown) => {
        // Nothing stands behind the last file: it is waited for.
        if (at === sources.length - 1 || !isForbidden(error)) throw error
        has_unreadable = true
      })
      if (part) parts.push(part)
      else if (part === null) {
        await closeParts(parts)
        return undefined
      }
    }
  } catch (error) {
    await closeParts(parts)
    throw error
  }
  return { parts, has_unreadable }
}

/** Null when it is not where it was listed. */
async function openPart(source: LogSource, from: number): Promise<FollowedPart | null> {
  const is_compressed = source.kind === 'gzip' || source.kind === 'archive'
  return is_compressed ? new CompressedPart(source, from) : ((await FilePart.open(source, from)) ?? null)
}

/** It stays so, unlike a lack of file descriptors. */
function isForbidden(error: unknown): boolean {
  if (!(error instanceof UnreadableSourceError)) return false
  const code = systemErrorCode(error.cause)
  return code === 'EACCES' || code === 'EPERM'
}

/** Whether a later listing has the same files in the same order, and new ones only behind them. */
function goesOn(sources: readonly LogSource[], again: readonly LogSource[]): boolean {
  return sources.every(({ file_id }, at) => again[at]?.file_id === file_id)
}

/** The first source that begins behind the place, or the last one there is. */
async function firstBehind(
  sources: readonly LogSource[],
  { last }: StreamPlace,
  zone: LegacyZone,
): Promise<number> {
  const last_ms = last?.timestamp_ms ?? null
  let at = Math.max(0, sources.length - 1)
  if (last_ms === null) return 0
  while (at > 0) {
    const begins_ms = await beginsAt(sources[at - 1], zone)
    if (begins_ms === undefined || begins_ms <= last_ms) break
    at--
  }
  return at
}

async function beginsAt(source: LogSource | undefined, zone: LegacyZone): Promise<number | undefined> {
  if (!source) return undefined
  try {
    for await (const { bytes } of readBlocks(source, {}, { block_bytes: 16_384 })) {
      return firstTimes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), zone)?.latest_ms
    }
  } catch (error) {
    if (!(error instanceof UnreadableSourceError)) throw error
  }
  return undefined
}
