import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStore } from '../../src/store/open-store.ts'
import { readLines } from '../ingest/support/log-lines.ts'
import { FarServer } from '../remote/support/far-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { no_python, runJob, segmentsOf, send } from './support/python.ts'

const python = { skip: no_python }

test('children that are forked before, after and during a sync report for themselves', python, async () => {
  const server = await FarServer.start()
  const spool = temporaryDirectory()
  const run = await runJob('forks.py', { url: server.url, spool })
  assert.deepEqual([run.code, run.stderr], [0, ''])
  // A child that was ended without a word leaves its events to the next process.
  await send(server.url, spool)
  assert.deepEqual(segmentsOf(spool), [])
  await using store = await openStore(server.database)
  const response = await fetch(`${server.url}/api/canvas/metrics/recent?limit=100`)
  const { syncs } = (await response.json()) as {
    syncs: { sync_task_id: string; sync_status: string; courses: { created: number } }[]
  }
  const others = syncs.filter(({ sync_task_id }) => sync_task_id !== 'parent')
  assert.equal(others.length, 3 + 15 + 1 + 8)
  for (const { sync_task_id, sync_status, courses } of others) {
    assert.deepEqual([sync_status, courses.created], ['completed', 20], sync_task_id)
  }
  const steps = new Map<unknown, unknown[]>()
  for (const { event, task_id, items } of readLines(server.logs)) {
    if (event === 'step') steps.set(task_id, [...(steps.get(task_id) ?? []), items])
  }
  assert.equal(steps.size, others.length)
  for (const [task_id, items] of steps) {
    assert.deepEqual(
      items,
      Array.from({ length: 20 }, (_, item) => item),
      String(task_id),
    )
  }
  const parent = await store.syncs.getSyncByTaskId('parent')
  // What its children recorded in its name is counted as well.
  assert.deepEqual(
    [parent?.sync_status, parent?.courses_created, parent?.assignments_updated],
    ['completed', 4, Number(run.stdout)],
  )
})

test('a write to the disk and a fork beside configure() leave no lock behind', python, async () => {
  const server = await FarServer.start()
  const run = await runJob('locks.py', { url: server.url, spool: temporaryDirectory() })
  assert.deepEqual([run.code, run.stderr], [0, ''])
})

test(
  'what a signal raises reaches the job; what is raised by what it hands over does not',
  python,
  async () => {
    const server = await FarServer.start()
    const run = await runJob('time_limits.py', { url: server.url, spool: temporaryDirectory() })
    assert.equal(run.code, 0, run.stderr)
  },
)

test(
  'nothing that a job hands over raises, is refused by the server, or spoils a count',
  python,
  async () => {
    const server = await FarServer.start()
    const spool = temporaryDirectory()
    const run = await runJob('hostile.py', { url: server.url, spool })
    assert.deepEqual([run.code, run.stderr], [0, ''])
    const sent = await send(server.url, spool)
    assert.match(sent.stdout, / 0 refused\./)
    await using store = await openStore(server.database)
    const sound = await store.syncs.getSyncByTaskId('sound')
    assert.deepEqual(
      [sound?.sync_status, sound?.courses_created, sound?.total_data_size_bytes],
      ['completed', 1, 4096],
    )
    assert.notEqual((await store.syncs.getSyncByTaskId('hostile'))?.sync_status, 'in_progress')
    const lines = readLines(server.logs)
    const logged = lines.find(({ message }) => message === 'from a logger at [redacted]')
    assert.deepEqual([logged?.stream, logged?.['status'], logged?.['secret']], ['api_calls', 200, undefined])
    assert.ok(
      lines.some(({ message }) =>
        /^It failed: ValueError at <module> \(hostile\.py:\d+\)$/.test(String(message)),
      ),
    )
    assert.ok(!JSON.stringify(lines).includes('Mustermann'))
  },
)
