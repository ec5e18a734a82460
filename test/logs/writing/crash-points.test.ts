import assert from 'node:assert/strict'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openFileLogWriter } from '../../../src/logs/writing/file-log-writer.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import {
  callsNaming,
  chosenPoints,
  runWithFault,
  wasKilled,
  withoutStrace,
  type TracedCommand,
} from '../../support/strace.ts'
import { checkLines, type LineReport } from './line-checker.ts'
import { parsed, streamFiles, streamLines, streamText, temporaryDirectory } from './log-directory.ts'
import { logEvent } from './log-event-factory.ts'

const CHILD = fileURLToPath(new URL('children/crash-writer.ts', import.meta.url))
const CALLS = [
  'mkdir',
  'openat',
  'write',
  'pwrite64',
  'rename',
  'link',
  'unlink',
  'ftruncate',
  'fsync',
  'fdatasync',
]
const POINTS_BY_DEFAULT = 45
const CAP = 4096

/** Gives a command with a new folder each time. */
function freshCommands(t: TestContext, lines: number, backups: number): () => TracedCommand {
  const root = temporaryDirectory(t)
  let number = 0
  return () => {
    // Not there yet: making it is among the calls.
    const folder = join(root, `run-${++number}`)
    return { folder, script: [CHILD, folder, 'killed', String(lines), String(backups)] }
  }
}

function acknowledged(stdout: string): number {
  return Number(stdout.trimEnd().split('\n').at(-1) ?? 0)
}

/** What an operator does after a crash: starts it again. Rotation has to go on within a second. */
async function writeOn(folder: string, backups: number): Promise<number> {
  mkdirSync(folder, { recursive: true })
  const clock = new FakeClock()
  const streams = { operations: { max_bytes: CAP, backups }, errors: { max_bytes: CAP, backups } }
  const log = openFileLogWriter({ directory: folder, clock, writer: 'next', streams })
  for (let line = 0; line < 20; line++) log.write('operations', logEvent({ level: 'ERROR' }))
  clock.advance(1000)
  const { pending_lines, lines_dropped, last_error, streams: by_stream } = log.health
  assert.deepEqual([pending_lines, lines_dropped, last_error], [0, 0, null])
  assert.ok(by_stream.operations.rotations > 0, 'operations.log was rotated')
  assert.ok(by_stream.errors.rotations > 0, 'errors.log was rotated')
  await log.close()
  return 40
}

function check(folder: string, lines: ReadonlyMap<string, number>): LineReport {
  return checkLines(streamText(folder, 'operations') + streamText(folder, 'errors'), lines)
}

function assertOnlyLogFiles(folder: string): void {
  const logs = ['operations', 'errors', 'api_calls', 'database', 'progress'] as const
  const known = logs
    .flatMap((stream) => streamFiles(folder, stream))
    .map((file) => file.slice(folder.length + 1))
  assert.deepEqual(readdirSync(folder).toSorted(), known.toSorted())
}

test('a writer killed at any call leaves every acknowledged line, no torn one and nothing in the way', async (t) => {
  const missing = withoutStrace()
  if (missing !== false) return t.skip(missing)
  const fresh = freshCommands(t, 80, 1000)
  const { run, points } = await callsNaming(fresh, CALLS)
  assert.equal(run.code, 0, run.stderr)
  assert.equal(run.stdout.trimEnd().split('\n').length, 17, 'it acknowledges each flush, and the end')
  assert.ok(points.length > 100, `${points.length} points`)
  let killed = 0
  for (const point of chosenPoints(points, POINTS_BY_DEFAULT, (text) => t.diagnostic(text))) {
    const command = fresh()
    const dead = await runWithFault(command, point, 'KILL')
    if (wasKilled(dead)) killed++
    else assert.equal(dead.code, 0, dead.stderr)
    const seqs = acknowledged(dead.stdout)
    const written = new Map([['next', await writeOn(command.folder, 1000)]])
    const report = check(command.folder, written.set('killed', seqs))
    const { torn, lost, clashes } = report
    assert.deepEqual({ torn, lost, clashes }, { torn: 0, lost: 0, clashes: 0 }, `killed at ${point.shown}`)
    assertOnlyLogFiles(command.folder)
  }
  t.diagnostic(`${killed} killed`)
  assert.ok(killed > 0)
})

test('a writer killed while it deletes what is beyond its backups leaves no gap and no more backups than before', async (t) => {
  const missing = withoutStrace()
  if (missing !== false) return t.skip(missing)
  const fresh = freshCommands(t, 80, 2)
  const { points } = await callsNaming(fresh, ['rename', 'unlink'])
  for (const point of chosenPoints(points, POINTS_BY_DEFAULT / 3, (text) => t.diagnostic(text))) {
    const command = fresh()
    const { stdout } = await runWithFault(command, point, 'KILL')
    assert.ok(
      streamFiles(command.folder, 'operations').length <= 4,
      'two backups, the new one and the live file',
    )
    const lines = parsed(streamLines(command.folder, 'operations'))
    // Between them are those that tell of deleted backups.
    const numbers = lines
      .filter((line) => line['event'] === 'course_synced')
      .map((line) => Number(line['course_id']))
    const first = numbers[0] ?? 1
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => first + index),
      `killed at ${point.shown}`,
    )
    // Every tenth event is an ERROR and has a second line, with a seq of its own.
    const newest = numbers.at(-1) ?? 0
    assert.ok(newest + Math.floor(newest / 10) >= acknowledged(stdout), 'the newest lines are there')
    await writeOn(command.folder, 2)
    assert.ok(streamFiles(command.folder, 'operations').length <= 3)
    assertOnlyLogFiles(command.folder)
  }
})
