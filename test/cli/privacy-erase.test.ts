import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { ErasureReceipt } from '../../src/cli/commands/privacy/erasure-receipt.ts'
import { systemClock } from '../../src/core/clock.ts'
import { Ingest } from '../../src/ingest/ingest.ts'
import { openStore } from '../../src/store/open-store.ts'
import { Spool } from '../../src/remote/spool/spool.ts'
import { createMonitor } from '../../src/tracker/monitor.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { ofDeadProcess } from '../ingest/support/ingest-world.ts'
import { runMain } from './support/run-main.ts'

const ERIKA = 'user-erika-7f3a'
const OTTO = 'user-otto-11c9'

interface Place {
  readonly directory: string
  readonly common: readonly string[]
}

interface Machine {
  /** Default: SQLite in a folder of its own. */
  readonly database?: string
  readonly rounds?: readonly number[]
}

async function work({ database: given, rounds = [1, 2, 3] }: Machine = {}): Promise<Place> {
  const directory = temporaryDirectory()
  const database = given ?? `sqlite:${join(directory, 'canvas-sync.db')}`
  const logDir = join(directory, 'logs')
  await using monitor = await createMonitor({ database, logDir })
  for (const userId of [ERIKA, OTTO]) {
    for (const round of rounds) {
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
  assert.equal(receipt.found?.syncs, 3)
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

test('privacy erase tells of a database that a restore has left, and is not done before it is gone', async () => {
  const { directory, common } = await work()
  const backup = join(directory, 'backup.db')
  assert.equal((await runMain(['backup', backup, ...common])).code, 0)
  assert.equal((await runMain(['restore', backup, ...common])).code, 0)
  // As a restore leaves it that was killed.
  const unfinished = join(directory, 'canvas-sync.db.0a1b2c3d.restoring')
  writeFileSync(unfinished, '')
  writeFileSync(join(directory, 'canvas-sync.db.bak'), '')
  const kept = readdirSync(directory).filter((name) => name.includes('.before-restore-'))
  assert.equal(kept.length, 1)
  const left = [unfinished, join(directory, kept[0] ?? '')]

  const plan = await runMain(['privacy', 'erase', '--user', ERIKA, ...common])
  const erase = ['privacy', 'erase', '--user', ERIKA, '--yes', ...common]
  const json = await runMain([...erase, '--json'])
  const text = await runMain(erase)
  const receipt = JSON.parse(json.stdout) as ErasureReceipt
  assert.deepEqual([json.code, text.code, receipt.verified], [1, 1, false])
  assert.deepEqual(receipt.databases_left_by_restore, left)
  for (const path of left) {
    assert.ok(
      text.stdout.includes(`${path} is left of a restore and was not touched: delete it.`),
      text.stdout,
    )
    assert.ok(plan.stdout.includes(path), plan.stdout)
    rmSync(path)
  }
  const { code, stdout } = await runMain([...erase, '--json'])
  assert.equal(code, 0, stdout)
  assert.equal(count(everyByte(join(directory, 'logs')), ERIKA), 0)
})

test('privacy erase --logs-only takes the lines of one more machine away while the database knows the syncs', async () => {
  const database = await (await startPostgres()).createDatabase()
  const here = await work({ database })
  const there = await work({ database, rounds: [4] })
  const nameless = '{"timestamp":"2026-11-22T10:00:00.000Z","level":"INFO","event":"sync_started","task_id":'
  for (const owner of [ERIKA, OTTO]) {
    const line = `${nameless}"${owner} 4","user_id":null,"message":"Began."}\n`
    writeFileSync(join(there.directory, 'logs', 'operations.log.1'), line, { flag: 'a' })
  }
  const only = ['privacy', 'erase', '--user', ERIKA, '--logs-only']
  const plan = await runMain([...only, ...there.common])
  assert.equal(plan.code, 1)
  assert.match(plan.stdout, /^The lines of the user and of 4 syncs in all logs and archives/)
  const { code, stdout } = await runMain([...only, '--yes', '--json', ...there.common])
  assert.equal(code, 0, stdout)
  const receipt = JSON.parse(stdout) as ErasureReceipt
  assert.deepEqual([receipt.database, receipt.task_ids_known, receipt.verified], [null, 4, true])
  assert.equal(count(everyByte(there.directory), ERIKA), 0)
  assert.equal(count(everyByte(there.directory), `${OTTO} 4","user_id":null`), 1)
  const list = await runMain(['syncs', 'list', '--user', ERIKA, '--json', ...here.common])
  assert.equal(count(list.stdout, '"sync_task_id"'), 4, 'the database is as it was')

  const whole = ['privacy', 'erase', '--user', ERIKA, ...here.common]
  assert.match((await runMain(whole)).stdout, /--logs-only on all other machines/)
  assert.equal((await runMain([...whole, '--yes'])).code, 0)
  assert.equal(count(everyByte(here.directory), ERIKA), 0)
})

test('privacy erase --logs-only makes no database where there is none', async () => {
  const { directory, common } = await work({ rounds: [1] })
  for (const name of readdirSync(directory)) if (name !== 'logs') rmSync(join(directory, name))
  const { code, stdout } = await runMain([
    'privacy',
    'erase',
    '--user',
    ERIKA,
    '--logs-only',
    '--yes',
    ...common,
  ])
  assert.equal(code, 0, stdout)
  assert.match(stdout, /Only lines that name the user were looked for/)
  assert.deepEqual(readdirSync(directory), ['logs'])
  assert.equal(count(everyByte(directory), ERIKA), 0)
})

test('privacy erase tells of events that a job has left undelivered to a server', async () => {
  const { directory, common } = await work({ rounds: [1] })
  const spool = new Spool(join(directory, 'logs', 'spool'))
  spool.own.append('{"type":"start"}\n')
  const erase = ['privacy', 'erase', '--user', ERIKA, '--yes', '--json', ...common]
  assert.equal((await runMain(erase)).code, 0, 'a job that runs delivers them itself')
  spool.release(spool.own)
  const { code, stdout } = await runMain(erase)
  assert.equal(code, 1)
  assert.equal((JSON.parse(stdout) as ErasureReceipt).spool_bytes, 17)
})

test('privacy erase counts one thing as one', async () => {
  const { common } = await work({ rounds: [1] })
  const plan = await runMain(['privacy', 'erase', '--user', ERIKA, ...common])
  assert.match(plan.stdout, /^1 sync, with /)
  assert.doesNotMatch(plan.stdout, /\b1 [a-z]+s\b/)
  const erased = await runMain(['privacy', 'erase', '--user', 'nobody', '--yes', ...common])
  assert.match(erased.stdout, /Erased 0 rows and 0 log lines \(0 files and 0 archives rewritten\)/)
})
