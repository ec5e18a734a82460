import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createRemoteMonitor } from '../../src/index.ts'
import { startSimulator } from '../../src/simulator/index.ts'
import { openStore } from '../../src/store/open-store.ts'
import { FarServer } from '../remote/support/far-server.ts'
import { runJob } from '../remote/support/job.ts'
import { rowsOf } from '../remote/support/what-is-left.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { runMain } from './support/run-main.ts'

const server = await FarServer.start('closed')
const NOWHERE = 'http://127.0.0.1:9'

test('spool status and spool send say what waits, and deliver it with the right token', async () => {
  const directory = temporaryDirectory()
  const spoolDir = join(directory, 'spool')
  const environment = { CANVAS_SYNC_SPOOL_DIR: spoolDir }
  const nothing = await runMain(['spool', 'status', '--json'], environment)
  assert.equal(nothing.code, 0)
  assert.deepEqual(JSON.parse(nothing.stdout), {
    spool_dir: spoolDir,
    lanes: 0,
    bytes: 0,
    left_bytes: 0,
    elsewhere_bytes: 0,
  })
  {
    await using monitor = await createRemoteMonitor({ url: NOWHERE, spoolDir })
    await runJob(monitor, 'by cron')
  }
  const waits = await runMain(['spool', 'status'], environment)
  assert.equal(waits.code, 3)
  assert.match(waits.stdout, /^\d[\d.]* \w?B of 1 job wait in /)

  const away = await runMain(['spool', 'send', '--server', NOWHERE], environment)
  assert.equal(away.code, 3)
  assert.match(away.stdout, /^Delivered 0 events\.\n\d/)
  assert.match(away.stderr, /cannot be reached/)

  const refused = await runMain(['spool', 'send', '--server', server.url, '--json'], environment)
  assert.equal(refused.code, 3)
  const told = JSON.parse(refused.stdout) as { last_error: string; left_bytes: number }
  assert.equal(told.last_error, 'The server refused the token (401).')
  assert.ok(told.left_bytes > 1000)

  const file = join(directory, 'token')
  writeFileSync(file, `${server.token}\n`)
  const args = ['spool', 'send', '--server', server.url, '--server-token-file', file]
  const sent = await runMain(args, environment)
  assert.deepEqual([sent.code, sent.stderr], [0, ''])
  assert.match(sent.stdout, /^Delivered \d\d events\.\n$/)
  assert.ok((await rowsOf(server.database, ['by cron']))['by cron'])
  assert.equal((await runMain(args, environment)).stdout, 'Delivered 0 events.\n')
})

test('sync --server tells the server and the database here, and goes on without the server', async () => {
  await using simulator = await startSimulator({ size: { students: 10, courses: 2 } })
  const directory = temporaryDirectory()
  const database = `sqlite:${join(directory, 'x.db')}`
  const run = (task_id: string, url: string): ReturnType<typeof runMain> =>
    runMain(
      [
        'sync',
        '--base-url',
        simulator.base_url,
        '--database',
        database,
        '--log-dir',
        join(directory, 'logs'),
      ].concat(['--task-id', task_id, '--json', '--full']),
      {
        CANVAS_ACCESS_TOKEN: simulator.tokens.teacher,
        CANVAS_SYNC_SERVER: url,
        CANVAS_SYNC_TOKEN: server.token,
      },
    )
  const told = await run('told', server.url)
  assert.equal(told.code, 0, told.stderr)
  assert.doesNotMatch(told.stderr, /wait for the server/)
  const untold = await run('untold', NOWHERE)
  assert.equal(untold.code, 0)
  assert.match(untold.stderr, /wait for the server in .*spool/)
  const args = ['spool', 'send', '--server', server.url, '--log-dir', join(directory, 'logs')]
  const sent = await runMain(args, { CANVAS_SYNC_TOKEN: server.token })
  assert.equal(sent.code, 0)
  for (const task_id of ['told', 'untold']) {
    const counts = await Promise.all(
      [database, server.database].map(async (name) => {
        await using store = await openStore(name)
        const row = await store.syncs.getSyncByTaskId(task_id)
        return [row?.sync_status, row?.api_calls_made, row?.submissions_processed, row?.db_operations]
      }),
    )
    assert.deepEqual(counts[0], counts[1])
    assert.equal(counts[0]?.[0], 'completed')
  }
})

test('a server is named, and its address is one that no token is read from on its way', async () => {
  const missing = await runMain(['spool', 'send'])
  assert.equal(missing.code, 2)
  assert.match(missing.stderr, /There is no server to send to\.\nGive --server/)
  const open = await runMain(['spool', 'send', '--server', 'http://monitor.example.edu'])
  assert.equal(open.code, 2)
  assert.match(open.stderr, /--server is refused: .* can be read on its way/)
})
