import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { LogDirectory } from '../../../src/logs/cleanup/log-directory.ts'
import { MemoryLogWriter } from '../../../src/logs/writing/memory-log-writer.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { streamText, temporaryDirectory } from '../writing/log-directory.ts'
import { leftovers, plantLog, textEverywhere } from './log-folder.ts'
import { cleanUp, DEFAULTS, names } from './run-cleanup.ts'

test('each clean-up is told on the operations stream and kept as a report', async (t) => {
  const directory = temporaryDirectory(t)
  plantLog(directory, 'operations', { number: 1, lines: 20, age_days: 8 })
  const log = new MemoryLogWriter({ clock: new FakeClock() })
  const clock = new FakeClock({ auto: true })
  const logs = new LogDirectory({ directory, clock, log, history_limit: 3 })
  assert.equal(await logs.lastReport(), null)
  const { task_id } = await logs.startCleanup(DEFAULTS)
  const report = await logs.finished()
  const [started, completed, ...more] = log.events('operations')
  assert.deepEqual(more, [])
  assert.deepEqual(
    [started?.['event'], started?.['level'], started?.['task_id']],
    ['cleanup_started', 'INFO', task_id],
  )
  const { event, level, files, lines, bytes, deleted, failed, duration_ms } = completed ?? {}
  assert.deepEqual(
    { event, level, files, lines, bytes, deleted, failed, duration_ms },
    {
      event: 'cleanup_completed',
      level: 'INFO',
      files: 1,
      lines: 20,
      bytes: report?.bytes_before,
      deleted: 0,
      failed: 0,
      duration_ms: 0,
    },
  )
  assert.equal(log.health.fields_dropped, 0)
  for (let run = 0; run < 4; run++) {
    clock.advance(1000)
    await logs.startCleanup(DEFAULTS)
    await logs.finished()
  }
  const history = readFileSync(join(directory, 'archives', 'cleanup-history.jsonl'), 'utf8')
  assert.equal(history.split('\n').length, 4)
  const last = await new LogDirectory({ directory }).lastReport()
  assert.equal(last?.started_at, '2026-11-22T10:15:04.000Z')
  assert.deepEqual(last, await logs.lastReport())
})

test('a call during a clean-up starts nothing and names the one that runs', async (t) => {
  const directory = temporaryDirectory(t)
  plantLog(directory, 'operations', { number: 1, lines: 20, age_days: 8 })
  const logs = new LogDirectory({ directory, clock: new FakeClock() })
  const other = new LogDirectory({ directory, clock: new FakeClock() })
  const { task_id } = await logs.startCleanup(DEFAULTS)
  assert.deepEqual(await logs.startCleanup(DEFAULTS), { started: false, task_id })
  assert.deepEqual(await other.startCleanup(DEFAULTS), { started: false, task_id })
  await logs.finished()
  assert.equal((await other.startCleanup(DEFAULTS)).started, true)
  await other.finished()
})

test('closing ends a clean-up early, and the next one does the rest', async (t) => {
  const directory = temporaryDirectory(t)
  for (const number of [1, 2, 3]) plantLog(directory, 'operations', { number, lines: 2000, age_days: 8 })
  const all = streamText(directory, 'operations')
  const logs = new LogDirectory({ directory, clock: new FakeClock() })
  await logs.startCleanup(DEFAULTS)
  await logs.close()
  const report = await logs.lastReport()
  assert.equal(report?.errors.at(-1), 'The clean-up was stopped before its end: the program is stopping.')
  assert.deepEqual(leftovers(directory), [])
  assert.equal(textEverywhere(directory, 'operations'), all)
  await cleanUp(directory)
  assert.deepEqual(names(directory), [])
  assert.equal(textEverywhere(directory, 'operations'), all)
})

test('options that make no sense are refused by name', async (t) => {
  const logs = new LogDirectory({ directory: temporaryDirectory(t) })
  await assert.rejects(logs.startCleanup({ ...DEFAULTS, archive_days: -1 }), {
    code: 'config_invalid',
    message: 'archive_days must be a whole number of at least 0; got -1.',
  })
})

test('the event loop goes on while a large file is archived', async (t) => {
  const directory = temporaryDirectory(t)
  plantLog(directory, 'operations', { number: 1, lines: 100_000, age_days: 8 })
  const logs = new LogDirectory({ directory, clock: new FakeClock() })
  let turns = 0
  let running = true
  const turn = (): void => {
    turns++
    if (running) setImmediate(turn)
  }
  turn()
  await logs.startCleanup(DEFAULTS)
  assert.equal((await logs.finished())?.lines_archived, 100_000)
  running = false
  assert.ok(turns > 50, `${turns} turns`)
})
