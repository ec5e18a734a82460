import { Buffer } from 'node:buffer'
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { LogStream } from '../../../../src/core/log-event.ts'
import type { Dice, WorldLine, WorldOptions } from './line.ts'
import { hasFeature } from './tasks.ts'
import { tarGzip } from './tar.ts'

/** One line of a file, without its end. `line` is null for what is in no form. */
export interface Piece {
  readonly bytes: Uint8Array
  readonly line: WorldLine | null
}

export interface StreamFile {
  readonly name: string
  readonly pieces: Piece[]
  /** Of an archive: how many of the pieces are in the first of its two members. */
  readonly first_member?: number
}

const DAY_MS = 86_400_000
/** As late as a line of a writer that was stopped for a while may stand in its file. */
const LATE_MS = 300_000

/** The names of a stream's files, oldest first, the live file last. `at` gives a time in the middle of each. */
export function fileNames(
  stream: LogStream,
  options: WorldOptions,
  at: (part: number) => number,
): readonly string[] {
  const gz = hasFeature(options, 'gzip')
  const names: string[] = []
  if (hasFeature(options, 'archives')) {
    const stamp = archiveStamp(at(0.2))
    names.push(`archives/${stream}_${stamp}.tar.gz`, `archives/${stream}_${stamp}_1.tar.gz`)
    names.push(`archives/${stream}_${archiveStamp(at(0.3))}.tar.gz`)
  }
  if (hasFeature(options, 'old_names')) {
    names.push(`${stream}.log.3`, gz ? `${stream}.log.2.gz` : `${stream}.log.2`, `${stream}.log.1`)
  }
  if (hasFeature(options, 'rotated')) {
    names.push(`${stream}.log.000001-0a1b2c3d`)
    names.push(gz ? `${stream}.log.000002-ffffffff.gz` : `${stream}.log.000002-ffffffff`)
    names.push(`${stream}.log.000010-00000000`)
  } else if (gz) {
    names.push(`${stream}.log.000002-ffffffff.gz`)
  }
  return [...names, `${stream}.log`]
}

function archiveStamp(time_ms: number): string {
  const digits = new Date(time_ms + 7 * DAY_MS).toISOString().replaceAll(/\D/g, '')
  return `${digits.slice(0, 8)}_${digits.slice(8, 14)}`
}

/** Cuts what a stream holds into its files, in pieces of different sizes. */
export function intoFiles(names: readonly string[], pieces: readonly Piece[], dice: Dice): StreamFile[] {
  const cuts = names.slice(1).map(() => dice.whole(0, pieces.length))
  const ends = [...cuts.sort((a, b) => a - b), pieces.length]
  return names.map((name, number) => {
    const own = pieces.slice(number === 0 ? 0 : ends[number - 1], ends[number])
    const has_two = name.endsWith('_1.tar.gz')
    return has_two ? { name, pieces: own, first_member: Math.floor(own.length / 2) } : { name, pieces: own }
  })
}

/**
 * Lines of ours that are in two files, as after a kill or a race: the last lines of a file again among the first
 * of the next, and a whole file in an archive that could not be removed any more.
 *
 * @param is_far also a few lines in any place of the next file, days away from the lines around them
 */
export function duplicateLines(files: StreamFile[], dice: Dice, is_far: boolean): WorldLine[] {
  const originals = files.map(({ pieces }) => [...pieces])
  const copies = new Set<Piece>()
  /** In their order, each before one of the pieces up to `last`. */
  const copy = (from: readonly Piece[], to: Piece[], last: number): void => {
    const own = from.filter((piece) => piece.line?.writer != null && !copies.has(piece))
    const places = own.map(() => dice.whole(0, last)).sort((a, b) => a - b)
    for (const [number, piece] of own.entries()) {
      copies.add(piece)
      to.splice((places[number] ?? 0) + number, 0, piece)
    }
  }
  for (const [number, { pieces }] of files.entries()) {
    const before = originals[number - 1] ?? []
    const end_ms = newestOf(before) + LATE_MS
    const soon = pieces.findIndex(({ line }) => line !== null && line.timestamp_ms > end_ms)
    if (dice.chance(0.8))
      copy(before.slice(-dice.whole(1, 40)), pieces, dice.chance(0.5) ? 0 : Math.max(soon, 0))
    const start = dice.whole(0, before.length)
    if (is_far) copy(before.slice(start, start + 3), pieces, pieces.length)
  }
  const number = files.findIndex(({ name }) => name.includes('.log.000010-'))
  if (number !== -1 && files.some(({ name }) => name.startsWith('archives/'))) {
    const original = originals[number] ?? []
    const stream = files.at(-1)?.name.replace('.log', '')
    const whole = { name: `archives/${stream}_${archiveStamp(newestOf(original))}_7.tar.gz`, pieces: [] }
    copy(original, whole.pieces, 0)
    files.unshift(whole)
  }
  return [...copies].map(({ line }) => line).filter((line) => line !== null)
}

function newestOf(pieces: readonly Piece[]): number {
  return Math.max(0, ...pieces.map(({ line }) => line?.timestamp_ms ?? 0))
}

export interface FileForm {
  readonly newline: '\n' | '\r\n'
  readonly has_bom: boolean
  readonly ends_in_newline: boolean
}

/** Writes a file as its name says, with the time of its newest line. */
export function writeStreamFile(directory: string, file: StreamFile, form: FileForm): void {
  const path = join(directory, file.name)
  const { name, pieces, first_member } = file
  mkdirSync(dirname(path), { recursive: true })
  if (name.endsWith('.tar.gz')) {
    const parts =
      first_member === undefined ? [pieces] : [pieces.slice(0, first_member), pieces.slice(first_member)]
    const member_name = name.replace(/^archives\//, '').replace(/_.*/, '.log.000007-abcdef01')
    writeFileSync(path, tarGzip(parts.map((part) => ({ name: member_name, bytes: contentOf(part, form) }))))
  } else {
    const content = contentOf(pieces, form)
    writeFileSync(path, name.endsWith('.gz') ? gzipSync(content) : content)
  }
  const newest_ms = newestOf(pieces)
  if (newest_ms > 0) utimesSync(path, newest_ms / 1000 + 1, newest_ms / 1000 + 1)
}

function contentOf(pieces: readonly Piece[], form: FileForm): Uint8Array {
  const newline = Buffer.from(form.newline)
  const has_bom = form.has_bom && pieces[0]?.line != null
  const parts: Uint8Array[] = has_bom ? [Buffer.from('\ufeff')] : []
  for (const { bytes } of pieces) parts.push(bytes, newline)
  // A blank last line is only there because of its newline.
  if (!form.ends_in_newline && pieces.at(-1)?.line != null) parts.pop()
  return Buffer.concat(parts)
}
