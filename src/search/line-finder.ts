import { LOG_LEVELS } from '../core/log-event.ts'
import type { Clue } from './clue.ts'
import { rarePiece } from './rare-piece.ts'

const NEWLINE = 10
const SAMPLE_BYTES = 65_536
/** What a line of our own form begins with, `.` for the time. */
const OWN_HEAD = Buffer.from('{"timestamp":"........................","level":"')
const OWN_TIME = { start: 14, end: 38 }
const LEVEL_LENGTHS: readonly number[] = lengthsByFirstByte()
const OWN_EVENT = Buffer.from('","event":"')

/** Where the next place to look at is, from `from` on; -1 for none. */
type Find = (block: Buffer, from: number) => number
type FindInBlock = (from: number) => number

/** Where a line is in its block; `end` is where its newline is, or the end of the block. */
export interface LinePlace {
  readonly start: number
  readonly end: number
}

/** Finds the lines of a block that may match, by a clue. */
export class LineFinder {
  readonly #clue: Clue
  readonly #any_case: RegExp | undefined
  /** Made for the first block, which is taken for what all are like. */
  #finds: readonly Find[] | undefined

  constructor(clue: Clue) {
    this.#clue = clue
    this.#any_case = clue.kind === 'any_case' ? new RegExp(RegExp.escape(clue.literal), 'gi') : undefined
  }

  /** Each line at most once, in the order of the block; all that match are among them. */
  *lines(block: Buffer): Generator<LinePlace> {
    const { kind } = this.#clue
    if (kind === 'none') return yield* allLines(block)
    this.#finds ??= findsFor(this.#clue, sampleOf(block))
    const find = this.#any_case ? anyCaseIn(block, this.#any_case) : firstOf(this.#finds, block)
    if (kind === 'own') return yield* ownLines(block, find)
    for (let at = find(0); at !== -1;) {
      const start = at === 0 ? 0 : block.lastIndexOf(NEWLINE, at - 1) + 1
      const end = lineEnd(block, at)
      yield { start, end }
      at = end >= block.length ? -1 : find(end + 1)
    }
  }
}

function lineEnd(block: Buffer, from: number): number {
  const end = block.indexOf(NEWLINE, from)
  return end === -1 ? block.length : end
}

function* allLines(block: Buffer): Generator<LinePlace> {
  for (let start = 0; start < block.length;) {
    const end = lineEnd(block, start)
    yield { start, end }
    start = end + 1
  }
}

function* ownLines(block: Buffer, find: FindInBlock): Generator<LinePlace> {
  let found = find(0)
  for (const line of allLines(block)) {
    const { start, end } = line
    if (found !== -1 && found < start) found = find(start)
    if ((found !== -1 && found < end) || !isOwn(block, start)) yield line
  }
}

function lengthsByFirstByte(): number[] {
  const lengths: number[] = []
  for (const level of LOG_LEVELS) lengths[level.charCodeAt(0)] = level.length
  return lengths
}

/** Whether the line has time, level and event where our own writer puts them, each as it writes them. */
export function isOwn(block: Buffer, start: number): boolean {
  for (let at = 0; at < OWN_HEAD.length; at++) {
    if (at === OWN_TIME.start) at = OWN_TIME.end
    if (block[start + at] !== OWN_HEAD[at]) return false
  }
  const level_length = LEVEL_LENGTHS[block[start + OWN_HEAD.length] ?? 0]
  if (level_length === undefined) return false
  const event_at = start + OWN_HEAD.length + level_length
  for (let at = 0; at < OWN_EVENT.length; at++) if (block[event_at + at] !== OWN_EVENT[at]) return false
  return true
}

function sampleOf(block: Buffer): Buffer {
  const middle = Math.max(0, (block.length - SAMPLE_BYTES) >> 1)
  return block.subarray(middle, middle + SAMPLE_BYTES)
}

function findsFor(clue: Clue, sample: Buffer): Find[] {
  if (clue.kind === 'runs') return [findRun(clue.runs, sample)]
  if (clue.kind === 'choice' || clue.kind === 'own')
    return clue.needles.map((needle) => findRun([needle], sample))
  return []
}

/** Where one of the runs, the one that is found fastest, starts. */
function findRun(runs: readonly Buffer[], sample: Buffer): Find {
  const { bytes, run, at: before } = rarePiece(runs, sample)
  if (bytes.length === run.length) return (block, from) => block.indexOf(bytes, from)
  return (block, from) => {
    for (let at = block.indexOf(bytes, from + before); at !== -1; at = block.indexOf(bytes, at + 1)) {
      const start = at - before
      if (start + run.length > block.length) return -1
      if (block.compare(run, 0, run.length, start, start + run.length) === 0) return start
    }
    return -1
  }
}

/** Each is looked for again only when its last place is behind. */
function firstOf(finds: readonly Find[], block: Buffer): FindInBlock {
  const [only] = finds
  if (only && finds.length === 1) return (from) => only(block, from)
  const places = finds.map((find) => ({ find, at: find(block, 0) }))
  return (from) => {
    let first = -1
    for (const place of places) {
      if (place.at !== -1 && place.at < from) place.at = place.find(block, from)
      if (place.at !== -1 && (first === -1 || place.at < first)) first = place.at
    }
    return first
  }
}

function anyCaseIn(block: Buffer, expression: RegExp): FindInBlock {
  const text = block.toString('latin1')
  return (from) => {
    expression.lastIndex = from
    return expression.exec(text)?.index ?? -1
  }
}
