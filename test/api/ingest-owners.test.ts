import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import type { IngestReport } from '../../src/core/ingest-event.ts'
import { startServer } from '../../src/server/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { assertProblem } from './support/assert-problem.ts'
import { makeToken, openGuardedServer } from './support/guarded-server.ts'
import { BASE } from './support/test-api.ts'

const guarded = await openGuardedServer()
const tokens = {
  nightly: await guarded.token(['ingest'], { name: 'nightly' }),
  rotated: await guarded.token(['ingest'], { name: 'nightly' }),
  other: await guarded.token(['ingest'], { name: 'other' }),
  admin: await guarded.token(['admin'], { name: 'operator' }),
}
const { store } = guarded

const send = (token: string, events: readonly object[]): Promise<Response> =>
  guarded.send('POST', '/ingest', token, { events })

const statusOf = async (task_id: string): Promise<string | undefined> =>
  (await store.syncs.getSyncByTaskId(task_id))?.sync_status

describe('a report with the token of another program', () => {
  it('is 422, and says of each event that it is not its own', async () => {
    const task_id = 'guessed'
    await send(tokens.nightly, [{ type: 'start', task_id, user_id: 7 }])
    const response = await send(tokens.other, [
      { type: 'course', task_id, id: 1 },
      { type: 'finish', task_id },
    ])
    assert.equal(response.status, 422)
    const { rejected, errors, syncs } = (await response.json()) as IngestReport
    assert.deepEqual(
      [rejected, errors.map(({ code }) => code), syncs],
      [2, ['not_your_sync', 'not_your_sync'], []],
    )
    assert.doesNotMatch(JSON.stringify(errors), /nightly/)
    assert.equal(await statusOf(task_id), 'in_progress')
    // The token is changed while the sync runs.
    assert.equal((await send(tokens.rotated, [{ type: 'finish', task_id }])).status, 200)
    assert.equal(await statusOf(task_id), 'completed')
  })

  it('is taken with a token for admin', async () => {
    const task_id = 'helped'
    await send(tokens.nightly, [{ type: 'start', task_id }])
    assert.equal((await send(tokens.admin, [{ type: 'finish', task_id, status: 'cancelled' }])).status, 200)
    assert.equal(await statusOf(task_id), 'cancelled')
  })
})

describe('a ping with the token of another program', () => {
  const ping = (path: string, token: string): Promise<Response> =>
    guarded.send('GET', `${guarded.server.url}${path}`, token)
  const cron = (query: string, token: string): Promise<Response> =>
    ping(`/api/1/cron/monitored/key/?${query}`, token)

  it('is 403 when it names the run', async () => {
    await ping('/ping/named/start?rid=r', tokens.nightly)
    for (const action of ['', '/fail', '/log', '/start', '/3']) {
      await assertProblem(await ping(`/ping/named${action}?rid=r`, tokens.other), 403)
    }
    assert.equal(await statusOf('named:r'), 'in_progress')
    assert.equal((await ping('/ping/named?rid=r', tokens.rotated)).status, 200)
    assert.equal(await statusOf('named:r'), 'completed')
  })

  it('ends no run when it names none, but makes one of its own', async () => {
    await ping('/ping/plain/start', tokens.nightly)
    assert.equal((await ping('/ping/plain/log', tokens.other)).status, 200)
    assert.equal((await ping('/ping/plain/fail', tokens.other)).status, 200)
    const runs = await store.syncs.listSyncs({ sync_type: 'plain', limit: 10 })
    assert.deepEqual(runs.map(({ sync_status }) => sync_status).sort(), ['failed', 'in_progress'])
    await ping('/ping/plain', tokens.rotated)
    const after = await store.syncs.listSyncs({ sync_type: 'plain', limit: 10 })
    assert.deepEqual(after.map(({ sync_status }) => sync_status).sort(), ['completed', 'failed'])
  })

  it('is held to the same in the words of Sentry', async () => {
    await cron('status=in_progress&check_in_id=s1', tokens.nightly)
    await assertProblem(await cron('status=error&check_in_id=s1', tokens.other), 403)
    assert.equal((await cron('status=ok', tokens.other)).status, 202)
    assert.equal(await statusOf('monitored:s1'), 'in_progress')
    assert.equal((await cron('status=ok&check_in_id=s1', tokens.admin)).status, 202)
    assert.equal(await statusOf('monitored:s1'), 'completed')
  })
})

describe('programs of this machine that need no token', () => {
  const directory = temporaryDirectory()
  const open = (): ReturnType<typeof startServer> =>
    startServer({
      database: `sqlite:${join(directory, 'syncs.db')}`,
      logDir: join(directory, 'logs'),
      port: 0,
      logCleanup: false,
    })

  it('may go on with every sync, and whoever may report with theirs', async () => {
    const server = await open()
    after(() => server.close())
    const token = await makeToken(server.monitor.store, ['ingest'], { name: 'nightly' })
    const take = async (events: readonly object[], headers: Record<string, string>): Promise<number> => {
      const body = JSON.stringify({ events })
      const answer = await fetch(`${server.url}${BASE}/ingest`, { method: 'POST', body, headers })
      return answer.status
    }
    const json = { 'content-type': 'application/json' }
    const as_nightly = { ...json, authorization: `Bearer ${token}` }
    assert.equal(await take([{ type: 'start', task_id: 'a' }], as_nightly), 200)
    assert.equal(await take([{ type: 'finish', task_id: 'a' }], json), 200)
    assert.equal(await take([{ type: 'start', task_id: 'b' }], json), 200)
    assert.equal(await take([{ type: 'finish', task_id: 'b' }], as_nightly), 200)
  })
})
