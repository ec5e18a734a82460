import { LOG_STREAMS } from '../core/log-event.ts'
import type { LegacyZone } from '../logs/reading/legacy-zone.ts'
import { parseLogLine } from '../logs/reading/parse-line.ts'
import { readBlocks } from '../logs/reading/read-blocks.ts'
import { UnreadableSourceError } from '../logs/reading/unreadable-source.ts'
import { canonicalLine } from './canonical-line.ts'
import type { SeqRange } from './kernel/kernel.ts'
import type { Segment, SegmentResult } from './scan-segment.ts'
import type { Copies } from './scan-sources.ts'

/** Identities remembered at once; more overlap takes more passes. */
const MAX_REMEMBERED = 300_000
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
    for (const pass of passesOf(overlapsOf(numbers, results))) {
      const seen = new Set<string>()
      const batch: string[] = []
      for (const number of numbers) {
        const segment = segments[number]
        if (!segment || !pass.some((overlap) => overlap.segments.has(number))) continue
        for await (const { line, identity } of suspects(segment, pass)) {
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
  return overlaps.map((overlap) => {
    const touching = sorted.filter(
      ({ range }) => range.first_seq <= overlap.last_seq && range.last_seq >= overlap.first_seq,
    )
    return { ...overlap, segments: new Set(touching.map(({ segment }) => segment)) }
  })
}

/** Splits overlaps so that the identities of one pass fit into memory. */
function passesOf(overlaps: readonly Overlap[]): Overlap[][] {
  const passes: Overlap[][] = []
  let room = 0
  for (const overlap of overlaps) {
    for (let first_seq = overlap.first_seq; first_seq <= overlap.last_seq;) {
      if (room <= 0) {
        passes.push([])
        room = MAX_REMEMBERED
      }
      const is_endless = overlap.last_seq === Number.POSITIVE_INFINITY
      const last_seq = is_endless ? overlap.last_seq : Math.min(overlap.last_seq, first_seq + room - 1)
      passes.at(-1)?.push({ ...overlap, first_seq, last_seq })
      room -= last_seq - first_seq + 1
      first_seq = last_seq + 1
    }
  }
  return passes
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
    return typeof writer === 'string' && typeof seq === 'number'
      ? { writer, seq, timestamp: String(timestamp) }
      : undefined
  } catch {
    return undefined
  }
}
