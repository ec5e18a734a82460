import { LOG_STREAMS } from '../core/log-event.ts'
import type { LegacyZone } from '../logs/reading/legacy-zone.ts'
import { isSequenceNumber } from '../logs/reading/line-forms/own-json.ts'
import { parseLogLine } from '../logs/reading/parse-line.ts'
import { readBlocks } from '../logs/reading/read-blocks.ts'
import { UnreadableSourceError } from '../logs/reading/unreadable-source.ts'
import { canonicalLine } from './canonical-line.ts'
import type { SeqRange } from './kernel/kernel.ts'
import type { Segment, SegmentResult } from './scan-segment.ts'
import type { Copies } from './scan-sources.ts'

/** Identities remembered at once; more of them take more passes. */
const MAX_REMEMBERED = 300_000
/** Of one writer; where there are more they are taken as one, since what is in none of them has no copies either. */
const MAX_OVERLAPS = 64
/** A number may come with several times, so that few numbers need not be few identities; more than this are a lie. */
const LINES_OF_A_NUMBER = 8
/** A longer writer is none of ours. */
const LONGEST_WRITER = 256
const BATCH_LINES = 1000
const NEWLINE = 10
const IDENTITY = /"writer":"([\w-]{1,64})","seq":(\d{1,15})[,}]/

/** Numbers of one writer, first and last included, that more than one segment may hold. */
interface Overlap extends SeqRange {
  /** Numbers of the segments. */
  readonly segments: ReadonlySet<number>
}

/**
 * The lines that stand in several places: a writer whose file is rotated while it writes writes its lines again, and
 * people copy files. A line is known by `(writer, seq, timestamp)`; each but the first is yielded.
 *
 * Ranges of `seq` that do not overlap prove that there are none, which is the rule: only where they do, the segments
 * are read again.
 */
export async function* findCopies(
  segments: readonly Segment[],
  results: readonly SegmentResult[],
  zone: LegacyZone,
  isInRange: (timestamp_ms: number) => boolean,
): AsyncGenerator<Copies> {
  for (const stream of LOG_STREAMS) {
    const numbers = [...segments.keys()].filter((number) => segments[number]?.source.stream === stream)
    const overlaps = overlapsOf(numbers, results)
    const touched = numbers.filter((number) => overlaps.some(({ segments }) => segments.has(number)))
    const passes = passesFor(
      overlaps,
      touched.map((number) => results[number]?.lines ?? 0),
    )
    for (let pass = 0; pass < passes; pass++) {
      const seen = new Set<string>()
      const batch: string[] = []
      for (const number of touched) {
        const segment = segments[number]
        if (!segment) continue
        for await (const { line, identity } of suspects(segment, overlaps)) {
          if (passes > 1 && shareOf(identity, passes) !== pass) continue
          if (!seen.has(identity)) {
            seen.add(identity)
            continue
          }
          const entry = parseLogLine(line, stream, zone)
          if (!entry || !isInRange(entry.timestamp_ms)) continue
          if (batch.push(canonicalLine(entry)) === BATCH_LINES) yield { stream, lines: batch.splice(0) }
        }
      }
      if (batch.length > 0) yield { stream, lines: batch }
    }
  }
}

/** @returns for each writer the ranges that two or more segments share, or that one segment has twice */
function overlapsOf(numbers: readonly number[], results: readonly SegmentResult[]): Overlap[] {
  const by_writer = new Map<string, { range: SeqRange; segment: number }[]>()
  const untold: number[] = []
  for (const segment of numbers) {
    const ranges = results[segment]?.seq_ranges
    if (ranges === null) untold.push(segment)
    for (const range of ranges ?? []) {
      const of_writer = by_writer.get(range.writer)
      if (of_writer) of_writer.push({ range, segment })
      else by_writer.set(range.writer, [{ range, segment }])
    }
  }
  if (untold.length > 0) {
    const everything = { writer: '', first_seq: 0, last_seq: Number.POSITIVE_INFINITY }
    return [{ ...everything, segments: new Set(numbers) }]
  }
  return [...by_writer].flatMap(([writer, ranges]) => overlapsOfWriter(writer, ranges))
}

function overlapsOfWriter(
  writer: string,
  ranges: readonly { range: SeqRange; segment: number }[],
): Overlap[] {
  const sorted = ranges.toSorted((a, b) => a.range.first_seq - b.range.first_seq)
  const overlaps: Overlap[] = []
  let highest = Number.NEGATIVE_INFINITY
  for (const { range } of sorted) {
    if (range.first_seq <= highest) {
      const [first_seq, last_seq] = [range.first_seq, Math.min(range.last_seq, highest)]
      const last = overlaps.at(-1)
      if (last && first_seq <= last.last_seq) {
        const joined = { first_seq: last.first_seq, last_seq: Math.max(last.last_seq, last_seq) }
        overlaps.splice(-1, 1, { writer, ...joined, segments: new Set() })
      } else overlaps.push({ writer, first_seq, last_seq, segments: new Set() })
    }
    highest = Math.max(highest, range.last_seq)
  }
  return fewOf(overlaps).map((overlap) => {
    const touching = sorted.filter(
      ({ range }) => range.first_seq <= overlap.last_seq && range.last_seq >= overlap.first_seq,
    )
    return { ...overlap, segments: new Set(touching.map(({ segment }) => segment)) }
  })
}

function fewOf(overlaps: readonly Overlap[]): readonly Overlap[] {
  const [first] = overlaps
  if (!first || overlaps.length <= MAX_OVERLAPS) return overlaps
  return [{ ...first, last_seq: overlaps.at(-1)?.last_seq ?? first.last_seq }]
}

/** As many as it takes for the identities of one pass to fit into memory, whatever numbers the lines have. */
function passesFor(overlaps: readonly Overlap[], lines: readonly number[]): number {
  const by_number = overlaps.reduce((sum, { first_seq, last_seq }) => sum + last_seq - first_seq + 1, 0)
  const by_lines = lines.reduce((sum, count) => sum + count, 0)
  return Math.ceil(Math.max(Math.min(by_number, by_lines), by_lines / LINES_OF_A_NUMBER) / MAX_REMEMBERED)
}

/** In which of the passes an identity is looked at. */
function shareOf(identity: string, passes: number): number {
  let hash = 0
  for (let at = 0; at < identity.length; at++) hash = (Math.imul(hash, 31) + identity.charCodeAt(at)) | 0
  return (hash >>> 0) % passes
}

/** The lines of a segment whose number is in an overlap. */
async function* suspects(
  { source, from, to }: Segment,
  overlaps: readonly Overlap[],
): AsyncGenerator<{ line: string; identity: string }> {
  const by_writer = Map.groupBy(overlaps, ({ writer }) => writer)
  const everyone = by_writer.get('') ?? []
  try {
    for await (const { bytes } of readBlocks(source, { from, to })) {
      const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      for (let at = 0; at < block.length;) {
        const newline = block.indexOf(NEWLINE, at)
        const end = newline === -1 ? block.length : newline
        const line = block.toString('utf8', at, end)
        at = end + 1
        const identity = identityOf(line)
        if (!identity) continue
        const { writer, seq, timestamp } = identity
        const of_writer = by_writer.get(writer) ?? everyone
        if (of_writer.some(({ first_seq, last_seq }) => first_seq <= seq && seq <= last_seq)) {
          yield { line, identity: `${writer} ${seq} ${timestamp}` }
        }
      }
    }
  } catch (error) {
    // The same damage has ended the first reading at the same place.
    if (!(error instanceof UnreadableSourceError)) throw error
  }
}

interface Identity {
  readonly writer: string
  readonly seq: number
  readonly timestamp: string
}

function identityOf(line: string): Identity | undefined {
  const match = IDENTITY.exec(line)
  if (match && line.startsWith('{"timestamp":"')) {
    return { writer: match[1] ?? '', seq: Number(match[2]), timestamp: line.slice(14, 38) }
  }
  try {
    // A byte order mark is white space to `trim`, not to JSON.
    const { writer, seq, timestamp } = JSON.parse(line.trim()) as Partial<Identity>
    return typeof writer === 'string' && writer.length <= LONGEST_WRITER && isSequenceNumber(seq)
      ? { writer, seq, timestamp: String(timestamp) }
      : undefined
  } catch {
    return undefined
  }
}
