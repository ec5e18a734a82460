import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { ErasureReceipt } from '../../src/cli/commands/privacy/erasure-receipt.ts'
import { systemClock } from '../../src/core/clock.ts'
import { Ingest } from '../../src/ingest/ingest.ts'
import { openStore } from '../../src/store/open-store.ts'
import { createMonitor } from '../../src/tracker/monitor.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { ofDeadProcess } from '../ingest/support/ingest-world.ts'
import { runMain } from './support/run-main.ts'

const ERIKA = 'user-erika-7f3a'
const OTTO = 'user-otto-11c9'

interface Place {
  readonly directory: string
  readonly common: readonly string[]
}

async function work(): Promise<Place> {
  const directory = temporaryDirectory()
  const database = `sqlite:${join(directory, 'canvas-sync.db')}`
  const logDir = join(directory, 'logs')
  await using monitor = await createMonitor({ database, logDir })
  for (const userId of [ERIKA, OTTO]) {
    for (const round of [1, 2, 3]) {
      await monitor.track({ taskId: `${userId} ${round}`, userId, syncType: 'grades' }, async (sync) => {
        sync.recordApiCall({
          method: 'GET',
          endpoint: '/api/v1/courses/1/students',
          status: 200,
          durationMs: 9,
        })
        await sync.course('101', async () => {
          sync.recordGrade({ updated: 3, courseId: '101' })
        })
      })
    }
  }
  return { directory, common: ['--database', database, '--log-dir', logDir] }
}

/** The bytes of every file below the folder, what is compressed also decompressed. */
function everyByte(directory: string): string {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => (path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path)))
    .map((bytes) => bytes.toString('latin1'))
    .join('\n')
}

const count = (text: string, word: string): number => text.split(word).length - 1

test('privacy erase leaves no byte of the user in database, logs and archives, and all of the others', async () => {
  const { directory, common } = await work()
  await runMain(['logs', 'cleanup', '--max-lines', '2', ...common])
  const before = everyByte(directory)
  assert.ok(count(before, ERIKA) > 20)
  const others = await runMain(['logs', 'search', '--user', OTTO, '--limit', '1000', '--json', ...common])

  const { code, stdout, stderr } = await runMain([
    'privacy',
    'erase',
    '--user',
    ERIKA,
    '--yes',
    '--json',
    ...common,
  ])
  assert.equal(code, 0, stderr + stdout)
  const receipt = JSON.parse(stdout) as ErasureReceipt
  assert.equal(receipt.verified, true)
  assert.equal(receipt.found.syncs, 3)
  assert.ok(receipt.logs.lines >= 15)
  assert.ok(receipt.logs.archives >= 1)
  assert.equal(receipt.file_rewritten, true)
  assert.equal(receipt.write_ahead_log_emptied, true)
  assert.doesNotMatch(stdout, /erika/)

  const after = everyByte(directory)
  assert.equal(count(after, ERIKA), 0)
  assert.equal(count(after, 'erika'), 0)
  const again = await runMain(['logs', 'search', '--user', OTTO, '--limit', '1000', '--json', ...common])
  const messages = (text: string): unknown[] =>
    text
      .split('\n')
      .filter((line) => line.includes('"message"'))
      .map((line) => (JSON.parse(line) as { message: unknown }).message)
      .sort((a, b) => String(a).localeCompare(String(b)))
  assert.deepEqual(messages(again.stdout), messages(others.stdout))
  const list = await runMain(['syncs', 'list', '--json', ...common])
  assert.equal(count(list.stdout, '"sync_task_id"'), 3)
})

test('privacy erase finds the lines too that a killed server had not written yet', async () => {
  const { directory, common } = await work()
  const logDir = join(directory, 'logs')
  const database = common[1] ?? ''
  {
    await using store = await openStore(database)
    const written: string[] = []
    const killed = ofDeadProcess(store.ingest, { confirmLines: () => new Promise(() => {}) })
    const ingest = await Ingest.open({
      store: killed,
      logDir,
      // It is never asked to try again: a killed server does not either.
      clock: new FakeClock(),
      onFailure: (error) => written.push(String(error)),
    })
    // Its log folder is gone when the lines are to be written.
    rmSync(logDir, { recursive: true })
    writeFileSync(logDir, '')
    await ingest.take([
      { type: 'start', task_id: 'reported', user_id: ERIKA },
      { type: 'finish', task_id: 'reported' },
    ])
    assert.ok(written.length > 0)
    rmSync(logDir)
    mkdirSync(logDir)
  }
  const { code, stdout } = await runMain(['privacy', 'erase', '--user', ERIKA, '--yes', '--json', ...common])
  assert.equal(code, 0, stdout)
  await using store = await openStore(database)
  await using _next = await Ingest.open({
    store: store.ingest,
    logDir,
    clock: systemClock,
    onFailure: (error) => assert.fail(String(error)),
  })
  assert.equal(count(everyByte(directory), ERIKA), 0)
})

test('privacy erase leaves no earlier version of a row in an unused part of the database', async () => {
  const { directory, common } = await work()
  {
    await using store = await openStore(common[1] ?? '')
    await using ingest = await Ingest.open({
      store: store.ingest,
      logDir: join(directory, 'logs'),
      clock: systemClock,
      onFailure: (error) => assert.fail(String(error)),
    })
    for (let round = 0; round < 60; round++) {
      const task_id = `erika ${round}`
      const note = 'erika-note '.repeat(40 * (round % 7))
      await ingest.take([{ type: 'start', task_id, user_id: ERIKA, metadata: { note } }])
      for (const id of [1, 2, 3]) {
        const outcome = { type: 'course_outcome', course_id: `erika ${id}`, outcome: 'failed' }
        await ingest.take([
          { ...outcome, task_id, id, error_message: `erika ${'?'.repeat(id * round)}` },
          { type: 'state', task_id, id: `s${id}`, sync_metadata: { note: `${note}${note}` } },
        ])
      }
      await ingest.take([{ type: 'finish', task_id }])
    }
  }
  const { code, stdout } = await runMain(['privacy', 'erase', '--user', ERIKA, '--yes', '--json', ...common])
  assert.equal(code, 0, stdout)
  assert.equal(count(everyByte(directory), 'erika'), 0)
})

test('privacy erase tells what would go and erases nothing without --yes', async () => {
  const { directory, common } = await work()
  const before = count(everyByte(directory), ERIKA)
  const { code, stdout, stderr } = await runMain(['privacy', 'erase', '--user', ERIKA, ...common])
  assert.equal(code, 1)
  assert.match(stdout, /^3 syncs/)
  assert.match(stderr, /Nothing was erased/)
  assert.ok(count(everyByte(directory), ERIKA) >= before)
})

test('privacy erase refuses while a sync of the user runs', async () => {
  const { directory, common } = await work()
  await using monitor = await createMonitor({
    database: common[1] ?? '',
    logDir: join(directory, 'logs'),
  })
  await monitor.startSync({ taskId: 'running', userId: ERIKA })
  const { code, stderr } = await runMain(['privacy', 'erase', '--user', ERIKA, '--yes', ...common])
  assert.equal(code, 1)
  assert.match(stderr, /A sync of this user is running/)
})
