import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import fc from '../../support/fast-check.ts'
import { decideForStream } from '../../../src/logs/cleanup/cleanup-decision.ts'
import type { CleanupOptions } from '../../../src/logs/cleanup/cleanup-report.ts'
import { LogDirectory } from '../../../src/logs/cleanup/log-directory.ts'
import type { CleanupPlan } from '../../../src/logs/cleanup/plan-cleanup.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { streamText, temporaryDirectory } from '../writing/log-directory.ts'
import { archiveNames, assertSameLines, plantArchive, plantLog, textEverywhere } from './log-folder.ts'
import { cleanUp, DEFAULTS } from './run-cleanup.ts'

const STREAMS = ['operations', 'errors'] as const

function planOf(directory: string, options: Partial<CleanupOptions> = {}): Promise<CleanupPlan> {
  const logs = new LogDirectory({ directory, clock: new FakeClock({ auto: true }) })
  return logs.plan({ ...DEFAULTS, ...options })
}

/** Every name with size, time of change and content. */
function snapshot(directory: string): unknown[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()
  return names.map((name) => {
    const path = join(directory, name)
    const { mtimeMs, ino } = statSync(path)
    return statSync(path).isFile() ? [name, mtimeMs, ino, readFileSync(path, 'latin1')] : [name, mtimeMs, ino]
  })
}

const lineCount = (text: string): number => text.split('\n').length - 1

test('a plan says what goes, why, and how much, and changes nothing', async (t) => {
  const directory = temporaryDirectory(t)
  const old = plantLog(directory, 'operations', { number: 1, lines: 20, age_days: 8 })
  const shortened = plantLog(directory, 'operations', { number: 2, lines: 30, age_days: 2 })
  plantLog(directory, 'operations', { number: 0, lines: 10 })
  const live = plantLog(directory, 'errors', { number: 0, lines: 50 })
  plantArchive(directory, 'operations_20261001_020000.tar.gz')
  const before = snapshot(directory)
  const plan = await planOf(directory, { max_lines: 25 })
  assert.deepEqual(snapshot(directory), before)
  const bytesOf = (text: string, lines: number): number =>
    Buffer.byteLength(
      text
        .split(/(?<=\n)/)
        .slice(0, lines)
        .join(''),
    )
  const files = [
    { stream: 'operations', name: old.name, reason: 'age', lines: 20, bytes: old.text.length, lines_kept: 0 },
    {
      stream: 'operations',
      name: shortened.name,
      reason: 'surplus',
      lines: 15,
      bytes: bytesOf(shortened.text, 15),
      lines_kept: 15,
    },
    {
      stream: 'errors',
      name: 'errors.log',
      reason: 'surplus',
      lines: 25,
      bytes: bytesOf(live.text, 25),
      lines_kept: 25,
    },
  ]
  assert.deepEqual(plan, {
    dry_run: true,
    planned_at: '2026-11-22T10:15:00.000Z',
    options: { ...DEFAULTS, max_lines: 25 },
    files_archived: 1,
    files_shortened: 2,
    lines_archived: 60,
    bytes_before: files.reduce((total, { bytes }) => total + bytes, 0),
    archives_deleted: 1,
    bytes_deleted: 3,
    errors: [],
    files,
    archives: [{ name: 'operations_20261001_020000.tar.gz', bytes: 3, created: '2026-10-01T02:00:00.000Z' }],
  })
})

test('the plan of a folder that does not exist is empty, and does not make it', async (t) => {
  const directory = temporaryDirectory(t)
  const plan = await planOf(join(directory, 'missing'))
  assert.deepEqual([plan.files, plan.archives, plan.errors], [[], [], []])
  assert.deepEqual(readdirSync(directory), [])
})

test('a plan tells what it could not read and follows no link', async (t) => {
  const directory = temporaryDirectory(t)
  const outside = join(temporaryDirectory(t), 'outside')
  writeFileSync(outside, 'secret\n'.repeat(100))
  symlinkSync(outside, join(directory, 'operations.log'))
  symlinkSync(outside, join(directory, 'operations.log.000001-aaaaaaaa'))
  mkdirSync(join(directory, 'archives'))
  symlinkSync(outside, join(directory, 'archives', 'errors_20200101_000000.tar.gz'))
  const plan = await planOf(directory, { max_lines: 1, archive_days: 0 })
  assert.deepEqual([plan.files, plan.archives, plan.errors], [[], [], []])
})

const ageDays = fc.integer({ min: 0, max: 12 })
const stream = fc.record({
  rotated: fc.array(
    fc.record({ lines: fc.nat(40), age_days: ageDays, archived_before: fc.nat(3).map((n) => n === 0) }),
    { maxLength: 4 },
  ),
  live: fc.option(fc.nat(40)),
})
const scene = fc.record({
  streams: fc.tuple(stream, stream),
  archives: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 3 }),
  options: fc.record({
    max_lines: fc.oneof(fc.nat(60), fc.constantFrom(0, 1)),
    archive_days: fc.nat(12),
    delete_days: fc.nat(40),
  }),
})

test('a clean-up does exactly what its plan says', async (t) => {
  await fc.assert(
    fc.asyncProperty(scene, async ({ streams, archives, options }) => {
      const directory = temporaryDirectory(t)
      for (const [at, { rotated, live }] of streams.entries()) {
        const stream = STREAMS[at] ?? 'operations'
        for (const [older, { lines, age_days, archived_before }] of rotated.entries()) {
          const file = { number: older + 1, lines, age_days }
          plantLog(directory, stream, file)
          if (!archived_before) continue
          // As a run leaves it that was killed between making the archive and removing the file.
          await cleanUp(directory, { archive_days: 0, max_lines: 10_000 })
          plantLog(directory, stream, file)
        }
        if (live !== null) plantLog(directory, stream, { number: 0, lines: live })
      }
      for (const day of archives)
        plantArchive(directory, `api_calls_202610${String(day).padStart(2, '0')}_020000.tar.gz`)
      const texts = STREAMS.map((stream) => textEverywhere(directory, stream))
      const before = snapshot(directory)
      const plan = await planOf(directory, options)
      assert.deepEqual(snapshot(directory), before)
      const report = await cleanUp(directory, options)
      for (const name of [
        'files_archived',
        'files_shortened',
        'lines_archived',
        'bytes_before',
        'archives_deleted',
        'bytes_deleted',
        'errors',
      ] as const) {
        assert.deepEqual(report[name], plan[name], name)
      }
      const names = readdirSync(directory)
      for (const { name, lines_kept } of plan.files) {
        if (name.endsWith('.log')) continue
        if (lines_kept === 0) assert.ok(!names.includes(name), `${name} is gone`)
        else assert.equal(lineCount(readFileSync(join(directory, name), 'utf8')), lines_kept)
      }
      for (const { name } of plan.archives) assert.ok(!archiveNames(directory).includes(name))
      for (const [at, stream] of STREAMS.entries()) {
        const untouched = plan.files.every((file) => file.stream !== stream)
        if (untouched) assertSameLines(textEverywhere(directory, stream), texts[at] ?? '')
        const kept = lineCount(streamText(directory, stream))
        const young = plan.files.filter((file) => file.stream === stream && file.reason === 'surplus')
        if (young.length > 0) assert.equal(kept, options.max_lines, 'exactly max_lines stay')
      }
      // What was the live file is a rotated one now, and so as old as archive_days = 0 asks for.
      if (options.archive_days === 0) return
      const again = await planOf(directory, options)
      assert.deepEqual([again.bytes_before, again.files.length], [0, 0], 'nothing is left to do')
      rmSync(directory, { recursive: true })
    }),
    { numRuns: 60 },
  )
})

test('a rotated file that is dated ahead of the clock is of no age, so that only archive_days 0 takes it', async (t) => {
  const directory = temporaryDirectory(t)
  plantLog(directory, 'operations', { number: 1, lines: 3, age_days: -400 })
  const decide = async (archive_days: number): Promise<number> => {
    const options = { max_lines: 10_000, archive_days, delete_days: 30 }
    const now_ms = Date.parse('2026-11-22T10:15:00.000Z')
    return (await decideForStream(directory, 'operations', options, now_ms)).length
  }
  assert.equal(await decide(0), 1)
  assert.equal(await decide(1), 0)
})
