import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import * as fc from '../../support/fast-check.ts'
import { legacyZone } from '../../../src/logs/reading/legacy-zone.ts'
import { parseLogLine } from '../../../src/logs/reading/parse-line.ts'
import { seekTime, seekTimeEnd } from '../../../src/logs/reading/seek-time.ts'
import { addFile, logFolder, onlySource, ownLine, START_MS } from './log-folder.ts'

const DISORDER_MS = 600_000
/** Reading on from here costs less than looking for a closer place. */
const CLOSE_BYTES = 40_000

interface Row {
  readonly kind: 'own' | 'text' | 'junk' | 'long'
  readonly step_ms: number
  readonly late_ms: number
}

/** Lines whose times rise, but for some that were written up to ten minutes late, with junk between them. */
function textOf(rows: readonly Row[]): string {
  let now_ms = START_MS
  let text = ''
  for (const { kind, step_ms, late_ms } of rows) {
    now_ms += step_ms
    const at_ms = now_ms - late_ms
    const time = new Date(at_ms).toISOString()
    if (kind === 'own') text += ownLine({ at_ms })
    else if (kind === 'text') text += `[${time.slice(0, 19).replace('T', ' ')}] INFO [f:1]: x\n`
    else text += kind === 'junk' ? '  File "x.py"\n' : `${'x'.repeat(step_ms % 30_000)}\n`
  }
  return text
}

function timesOf(text: string): { offset: number; time_ms: number }[] {
  const times = []
  let offset = 0
  for (const line of text.split(/(?<=\n)/)) {
    const time_ms = parseLogLine(line.trimEnd(), 'operations')?.timestamp_ms
    if (time_ms !== undefined) times.push({ offset, time_ms })
    offset += line.length
  }
  return times
}

const row: fc.Arbitrary<Row> = fc.record({
  kind: fc.oneof(
    { weight: 20, arbitrary: fc.constant('own' as const) },
    { weight: 5, arbitrary: fc.constant('text' as const) },
    { weight: 2, arbitrary: fc.constant('junk' as const) },
    { weight: 1, arbitrary: fc.constant('long' as const) },
  ),
  step_ms: fc.oneof({ weight: 9, arbitrary: fc.nat(60_000) }, { weight: 1, arbitrary: fc.nat(7_200_000) }),
  late_ms: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.nat(DISORDER_MS - 1000) },
  ),
})

test('no line of the time or later stands before the place that is found, nor one before the time behind the other', async () => {
  const directory = logFolder({})
  const name = 'operations.log.1'
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 1500, size: 'max' }),
      fc.double({ min: -0.2, max: 1.2, noNaN: true }),
      async (rows, part) => {
        const text = textOf(rows)
        writeFileSync(join(directory, name), text)
        const times = timesOf(text)
        const last_ms = Math.max(START_MS, ...times.map(({ time_ms }) => time_ms))
        const time_ms = Math.round(START_MS + (last_ms - START_MS) * part)
        const source = await onlySource(directory)
        const from = await seekTime(source, time_ms)
        const end = await seekTimeEnd(source, time_ms)
        for (const line of times) {
          if (line.time_ms >= time_ms)
            assert.ok(line.offset >= from, 'a line of the range is left out at the start')
          if (line.time_ms < time_ms)
            assert.ok(line.offset < end, 'a line of the range is left out at the end')
        }
        rmSync(join(directory, name))
      },
    ),
    { numRuns: 60 },
  )
})

test('in a file in order the places found are close to the time', async () => {
  const lines = Array.from({ length: 20_000 }, (_, at) => ownLine({ at_ms: START_MS + at * 1000, seq: at }))
  const directory = logFolder({ 'operations.log': lines.join('') })
  const source = await onlySource(directory)
  const length = source.size_bytes / lines.length
  for (const at of [0, 1, 5000, 12_345, 19_999]) {
    const from = await seekTime(source, START_MS + at * 1000)
    const from_best = Math.max(0, at - 600) * length
    assert.ok(Math.abs(from - from_best) < CLOSE_BYTES, `${at}: ${from} is far from ${from_best}`)
    const end = await seekTimeEnd(source, START_MS + at * 1000)
    const end_best = Math.min(lines.length, at + 600) * length
    assert.ok(Math.abs(end - end_best) < CLOSE_BYTES, `${at}: ${end} is far from ${end_best}`)
  }
})

test('a single line with a wrong time leads nobody astray', async () => {
  const lines = Array.from({ length: 20_000 }, (_, at) => ownLine({ at_ms: START_MS + at * 1000, seq: at }))
  const from_ms = START_MS + 3_000_000
  for (let at = 1; at < lines.length; at += 7) lines[at] = ownLine({ at_ms: at % 2 === 0 ? 0 : 4e12 })
  const directory = logFolder({ 'operations.log': lines.join('') })
  const from = await seekTime(await onlySource(directory), from_ms)
  const first = lines.findIndex((line) => line.includes(new Date(from_ms).toISOString()))
  assert.ok(from <= lines.slice(0, first).join('').length)
})

test('a file without any time is read from its start to its end', async () => {
  const directory = logFolder({
    'errors.log': 'junk\n'.repeat(100_000),
    'progress.log': '',
    'database.log': 'x'.repeat(99_999),
  })
  for (const stream of ['errors', 'progress', 'database'] as const) {
    const source = await onlySource(directory, stream)
    assert.equal(await seekTime(source, START_MS), 0)
    assert.equal(await seekTimeEnd(source, START_MS), source.size_bytes)
  }
})

test('times without a zone are sought in the zone that is named, also when clocks are set back', async () => {
  const zone = legacyZone('America/New_York')
  const walls = Array.from(
    { length: 6000 },
    (_, at) => new Date(Date.parse('2025-11-02T00:00:00Z') + at * 2000),
  )
  const shown = walls.map((time) => `[${time.toISOString().slice(0, 19).replace('T', ' ')}] INFO: x\n`)
  // From 01:00 to 02:00 twice.
  const text = [...shown.slice(0, 3600), ...shown.slice(1800)].join('')
  const directory = logFolder({})
  addFile(directory, 'operations.log', text)
  const source = await onlySource(directory)
  const from = await seekTime(source, Date.parse('2025-11-02T05:30:00Z'), zone)
  assert.ok(from <= text.indexOf('[2025-11-02 01:30:00]'))
  const after = await seekTime(source, Date.parse('2025-11-02T08:15:00Z'), zone)
  assert.ok(after > 0 && after <= text.lastIndexOf('[2025-11-02 03:15:00]'))
})
