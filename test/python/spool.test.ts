import assert from 'node:assert/strict'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openStore } from '../../src/store/open-store.ts'
import { readLines } from '../ingest/support/log-lines.ts'
import { FarServer } from '../remote/support/far-server.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { allOnceInOrder } from './support/numbered.ts'
import { CLIENT, no_python, runJob, segmentsOf, send, startJob, startPython } from './support/python.ts'

const KILLS = process.env['LONG_TESTS'] === '1' ? 30 : 3
const python = { skip: no_python }

test('a server that was away gets everything once, in order, from another process', python, async () => {
  const server = await FarServer.start()
  const spool = temporaryDirectory()
  await server.kill()
  const { url } = server
  const run = await runJob('numbered.py', { url, spool, args: ['away', '2', '300', '0'] })
  assert.equal(run.code, 0, run.stderr)
  assert.equal(run.stderr, 'The server cannot be reached (ConnectionRefusedError).\n')
  const status = await startPython([CLIENT, 'status'], { url, spool }).ended
  assert.deepEqual([status.code, /^\d{4,} bytes of 1 processes wait\.$/m.test(status.stdout)], [3, true])
  const in_vain = await send(url, spool)
  assert.equal(in_vain.code, 1, in_vain.stdout)
  await server.come()
  const sent = await send(url, spool)
  assert.deepEqual([sent.code, sent.stderr], [0, ''])
  assert.deepEqual(segmentsOf(spool), [])
  await allOnceInOrder(server, ['away-0', 'away-1'], 300)
  const again = await send(url, spool)
  assert.match(again.stdout, /^0 events delivered, 0 refused\./)
})

test('a job that is killed while the server is away loses nothing that was on the disk', python, async () => {
  const server = await FarServer.start()
  const spool = temporaryDirectory()
  await server.kill()
  const { url } = server
  const job = startJob('numbered.py', { url, spool, args: ['torn', '2', '200', '20'] })
  await job.said('half of 1')
  job.child.kill('SIGKILL')
  await job.ended
  const [segment = ''] = segmentsOf(spool)
  // A write that the kill cut short.
  appendFileSync(join(spool, segment), '{"type":"course","task_id":"torn-1","id":"x-9","crea')
  await server.come()
  // The next job on this machine delivers it besides its own.
  const next = startJob('numbered.py', { url, spool, args: ['next', '1', '400', '40'] })
  const { code, stderr } = await next.ended
  // Nothing of it is refused: the torn event was told to nobody.
  assert.deepEqual([code, stderr], [0, ''])
  const rest = await send(url, spool)
  assert.equal(rest.code, 0, rest.stdout)
  assert.match(rest.stdout, / 0 refused\./)
  await allOnceInOrder(server, ['torn-0'], 200)
  await allOnceInOrder(server, ['next-0'], 400)
})

test('processes that share a spool while the server is killed deliver each event once', python, async () => {
  const server = await FarServer.start()
  const spool = temporaryDirectory()
  const { url } = server
  const random = seededRandom(7)
  const names = ['a', 'b', 'c']
  const jobs = names.map((name) =>
    startJob('numbered.py', { url, spool, args: [name, '3', '150', String(15 + KILLS)] }),
  )
  for (let kill = 0; kill < KILLS; kill++) {
    await delay(100 + random() * 200)
    await server.kill()
    await delay(random() * 300)
    await server.come()
    await delay(random() * 700)
  }
  for (const job of jobs) assert.equal((await job.ended).code, 0)
  if (segmentsOf(spool).length > 0) assert.equal((await send(url, spool)).code, 0)
  const task_ids = names.flatMap((name) => [0, 1, 2].map((number) => `${name}-${number}`))
  await allOnceInOrder(server, task_ids, 150)
})

test(
  'jobs that are killed at any moment leave what they told, each event once and without a gap',
  python,
  async () => {
    const server = await FarServer.start()
    const spool = temporaryDirectory()
    const { url } = server
    const random = seededRandom(11)
    const names = Array.from({ length: 2 * KILLS }, (_, number) => `killed-${number}`)
    await Promise.all(
      names.map(async (name) => {
        const job = startJob('numbered.py', { url, spool, args: [name, '1', '3000', '4'] })
        await job.said('half')
        await delay(random() * 300)
        job.child.kill('SIGKILL')
        await job.ended
      }),
    )
    assert.equal((await send(url, spool)).code, 0)
    assert.deepEqual(segmentsOf(spool), [])
    await using store = await openStore(server.database)
    const lines = readLines(server.logs)
    for (const name of names) {
      const steps = lines.filter(({ event, task_id }) => event === 'step' && task_id === `${name}-0`)
      const items = steps.map((line) => line['items'])
      assert.deepEqual(
        items,
        Array.from({ length: items.length }, (_, item) => item),
      )
      // What it told until some 20 ms before; more where the machine is busy.
      assert.ok(items.length > 500, `${items.length}`)
      const row = await store.syncs.getSyncByTaskId(`${name}-0`)
      // The last course may be told without its step.
      assert.ok(row?.courses_created === items.length || row?.courses_created === items.length + 1)
    }
  },
)
