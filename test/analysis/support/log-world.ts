import { Buffer } from 'node:buffer'
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LOG_STREAMS, type LogStream } from '../../../src/core/log-event.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { callEvents } from './world/call-events.ts'
import { asLegacy, legacyText } from './world/legacy.ts'
import { Dice, type WorldEvent, type WorldLine, type WorldOptions } from './world/line.ts'
import { blankLine, malformedLine, traceback } from './world/noise.ts'
import { ownText } from './world/own-text.ts'
import { duplicateLines, fileNames, intoFiles, writeStreamFile, type Piece } from './world/stream-files.ts'
import { databaseEvents, errorEvents, operationEvents, progressEvents } from './world/sync-events.ts'
import { DEFAULT_FROM_MS, DEFAULT_UNTIL_MS, hasFeature, makeTasks, type WorldTask } from './world/tasks.ts'

export { FEATURES, type Feature, type WorldLine, type WorldOptions } from './world/line.ts'

/**
 * A log folder and what is in it, known from making it and not from reading it.
 *
 * What counts as what:
 * - A line counts once, also when files overlap: copies have the same writer, seq, time and content. Lines of the
 *   earlier system have no writer, so each counts. The same writer and seq with other content is another line.
 * - Times of the earlier system without an offset are UTC.
 * - What the live file has after its last newline is still being written: neither a line nor malformed.
 * - A line of white space is blank; a line in no form is malformed, each line of a traceback too.
 * - Objects and arrays in a line are ignored, and so is a duration that is no finite number.
 */
export interface LogWorld {
  /** Every line once, in no order. */
  readonly lines: readonly WorldLine[]
  /** Those of them that are in a second file too. */
  readonly copied: readonly WorldLine[]
  readonly malformed_lines: number
  readonly blank_lines: number
  /** Relative to the folder. */
  readonly file_names: readonly string[]
}

const EVENTS: Readonly<
  Record<LogStream, (options: WorldOptions, task: WorldTask, dice: Dice) => WorldEvent[]>
> = {
  operations: operationEvents,
  api_calls: callEvents,
  database: databaseEvents,
  errors: errorEvents,
  progress: progressEvents,
}
const LATE_MS = 300_000

/** Writes a log folder: five streams of nine months, with the features asked for. */
export function makeLogWorld(directory: string, options: WorldOptions): LogWorld {
  const dice = new Dice(seededRandom(options.seed))
  const lines = makeLines(options, dice)
  const world = {
    lines,
    copied: [] as WorldLine[],
    malformed_lines: 0,
    blank_lines: 0,
    file_names: [] as string[],
  }
  mkdirSync(directory, { recursive: true })
  for (const stream of options.streams ?? LOG_STREAMS) {
    const own = lines.filter((line) => line.stream === stream).sort((a, b) => a.timestamp_ms - b.timestamp_ms)
    if (hasFeature(options, 'late_lines')) makeSomeLate(own, dice)
    const pieces = own.flatMap((line) => [...noise(options, dice), pieceOf(line, options, dice)])
    writeStream(directory, stream, options, dice, pieces, world)
  }
  addStrangers(directory, options)
  return world
}

interface WorldCounts {
  readonly copied: WorldLine[]
  malformed_lines: number
  blank_lines: number
  readonly file_names: string[]
}

function writeStream(
  directory: string,
  stream: LogStream,
  options: WorldOptions,
  dice: Dice,
  pieces: readonly Piece[],
  world: WorldCounts,
): void {
  const from_ms = options.from_ms ?? DEFAULT_FROM_MS
  const until_ms = options.until_ms ?? DEFAULT_UNTIL_MS
  const names = fileNames(stream, options, (part) => from_ms + part * (until_ms - from_ms))
  const files = intoFiles(names, pieces, dice)
  const is_far = hasFeature(options, 'far_copies')
  if (is_far || hasFeature(options, 'duplicates')) world.copied.push(...duplicateLines(files, dice, is_far))
  for (const file of files) {
    const is_live = file === files.at(-1)
    writeStreamFile(directory, file, {
      newline: hasFeature(options, 'crlf') && dice.chance(0.3) ? '\r\n' : '\n',
      has_bom: hasFeature(options, 'bom') && dice.chance(0.4),
      ends_in_newline: is_live || !hasFeature(options, 'no_final_newline') || dice.chance(0.4),
    })
    world.file_names.push(file.name)
    for (const { bytes, line } of file.pieces) {
      if (line !== null) continue
      if (Buffer.from(bytes).toString('latin1').trim() === '') world.blank_lines++
      else world.malformed_lines++
    }
  }
  if (!hasFeature(options, 'no_final_newline')) return
  const last = pieces.findLast(({ line }) => line !== null)
  // A whole line that misses only its newline, and a piece of one.
  const bytes = last === undefined ? Buffer.from('{') : Buffer.from(last.bytes)
  const is_whole = stream === 'operations' || stream === 'errors'
  appendFileSync(join(directory, `${stream}.log`), is_whole ? bytes : bytes.subarray(0, bytes.length / 2))
}

function makeLines(options: WorldOptions, dice: Dice): WorldLine[] {
  const streams = options.streams ?? LOG_STREAMS
  const made: { readonly task: WorldTask; readonly event: WorldEvent }[] = []
  for (const task of makeTasks(options, dice)) {
    for (const stream of streams) {
      for (const event of EVENTS[stream](options, task, dice)) {
        made.push({ task, event })
        // As the product does: every ERROR of another stream is in `errors` too.
        const is_copied = stream === 'database' && event.level === 'ERROR' && streams.includes('errors')
        if (is_copied) made.push({ task, event: { ...event, stream: 'errors', template: event.message } })
      }
    }
  }
  made.sort((a, b) => a.event.timestamp_ms - b.event.timestamp_ms)
  return made.map(({ task, event }) => lineOf(event, task, options, dice))
}

function lineOf(event: WorldEvent, task: WorldTask, options: WorldOptions, dice: Dice): WorldLine {
  const { task_id, user_id, process } = task
  const known = { template: null, endpoint_pattern: null, ...event, task_id, user_id }
  const forms = (['python_json', 'python_text', 'summary'] as const).filter((form) =>
    hasFeature(options, form),
  )
  if (!task.legacy || forms.length === 0) {
    return { ...known, form: 'json', writer: process.writer, seq: ++process.seq }
  }
  return asLegacy({ ...known, form: 'json', writer: null, seq: null }, dice.one(forms))
}

function pieceOf(line: WorldLine, options: WorldOptions, dice: Dice): Piece {
  const text = line.form === 'json' ? ownText(line, options, dice) : legacyText(line, dice.whole(0, 19))
  return { bytes: Buffer.from(text), line }
}

function noise(options: WorldOptions, dice: Dice): Piece[] {
  const bytes: Uint8Array[] = []
  if (hasFeature(options, 'malformed') && dice.chance(0.04)) bytes.push(malformedLine(SAMPLE, options, dice))
  if (hasFeature(options, 'tracebacks') && dice.chance(0.01)) bytes.push(...traceback())
  if (hasFeature(options, 'blank_lines') && dice.chance(0.02)) bytes.push(blankLine(dice))
  return bytes.map((bytes) => ({ bytes, line: null }))
}

const SAMPLE =
  '{"timestamp":"2026-06-01T10:15:35.123Z","level":"ERROR","event":"api_call","task_id":"t","user_id":42,' +
  '"writer":"sample","seq":1,"method":"GET","endpoint":"/api/v1/users/self","status":500,"duration_ms":99999,' +
  '"error_type":"canvas_error","message":"GET /api/v1/users/self - 500"}'

/** Lines of several processes are not quite in the order of their times. */
function makeSomeLate(lines: WorldLine[], dice: Dice): void {
  for (let number = 1; number < lines.length; number++) {
    const before = lines[number - 1] as WorldLine
    const line = lines[number] as WorldLine
    if (line.timestamp_ms - before.timestamp_ms > LATE_MS || !dice.chance(0.1)) continue
    lines[number - 1] = line
    lines[number] = before
  }
}

/** What lies in a log folder and is none of ours; a line in any of it must not count. */
function addStrangers(directory: string, options: WorldOptions): void {
  if (!hasFeature(options, 'old_names')) return
  mkdirSync(join(directory, 'archives'), { recursive: true })
  for (const name of [
    'notes.txt',
    'operations.log.bak',
    'api_calls.log.000003-0a1b2c3',
    'canvas.log',
    'archives/readme.txt',
    'archives/other_20260401_000000.tar.gz',
    'archives/operations_20261341_000000.tar.gz',
  ]) {
    writeFileSync(join(directory, name), `${SAMPLE}\n`)
  }
  mkdirSync(join(directory, 'progress.log.9'))
  symlinkSync('notes.txt', join(directory, 'errors.log.7'))
}
