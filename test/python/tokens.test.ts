import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStore } from '../../src/store/open-store.ts'
import { FarServer, newToken } from '../remote/support/far-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { allOnceInOrder } from './support/numbered.ts'
import { CLIENT, no_python, runJob, segmentsOf, startJob, startPython } from './support/python.ts'

const python = { skip: no_python }

/** `grades` has told its start, and ends while the server is away. */
async function halfTold(): Promise<{
  server: FarServer
  grades: Readonly<Record<string, string>>
  courses: Readonly<Record<string, string>>
  spool: string
}> {
  const server = await FarServer.start('closed')
  const spool = temporaryDirectory()
  const grades = { CANVAS_SYNC_TOKEN: await newToken(server.database, 'grades') }
  const courses = { CANVAS_SYNC_TOKEN: await newToken(server.database, 'courses') }
  const job = startJob('numbered.py', {
    url: server.url,
    spool,
    args: ['grades', '1', '300', '40'],
    env: grades,
  })
  await job.said('half')
  await server.kill()
  assert.equal((await job.ended).code, 0)
  await server.come()
  return { server, grades, courses, spool }
}

async function taskIds(server: FarServer): Promise<string[]> {
  await using store = await openStore(server.database)
  return (await store.syncs.listSyncs({ limit: 100 })).map(({ sync_task_id }) => sync_task_id).sort()
}

test('what one program left is not sent with the token of another, and is there once', python, async () => {
  const { server, grades, courses, spool } = await halfTold()
  const { url } = server
  const next = await runJob('numbered.py', { url, spool, args: ['courses', '1', '300', '40'], env: courses })
  assert.deepEqual([next.code, next.stderr], [0, ''])
  assert.equal(segmentsOf(spool).length, 1, 'it waits')
  await allOnceInOrder(server, ['courses-0'], 300)
  const last = await runJob('numbered.py', { url, spool, args: ['last', '1', '300', '40'], env: grades })
  assert.deepEqual([last.code, last.stderr], [0, ''])
  assert.deepEqual(segmentsOf(spool), [])
  await allOnceInOrder(server, ['grades-0', 'last-0'], 300)
  assert.deepEqual(await taskIds(server), ['courses-0', 'grades-0', 'last-0'])
})

test('send keeps what belongs to another token, and delivers it with the right one', python, async () => {
  const { server, grades, courses, spool } = await halfTold()
  const { url } = server
  const before = segmentsOf(spool)
  const wrong = await startPython([CLIENT, 'send'], { url, spool, env: courses }).ended
  assert.equal(wrong.code, 1)
  assert.match(
    wrong.stdout,
    /^\d+ events delivered, 0 refused\. What waits here was recorded with another token: /,
  )
  assert.deepEqual(segmentsOf(spool), before)
  const right = await startPython([CLIENT, 'send'], { url, spool, env: grades }).ended
  assert.equal(right.code, 0, right.stdout)
  await allOnceInOrder(server, ['grades-0'], 300)
  assert.deepEqual(await taskIds(server), ['grades-0'])
})

test(
  'send delivers with a new token of the same name what was recorded with the old one',
  python,
  async () => {
    const { server, spool } = await halfTold()
    const env = { CANVAS_SYNC_TOKEN: await newToken(server.database, 'grades') }
    const sent = await startPython([CLIENT, 'send'], { url: server.url, spool, env }).ended
    assert.equal(sent.code, 0, sent.stdout)
    await allOnceInOrder(server, ['grades-0'], 300)
  },
)
