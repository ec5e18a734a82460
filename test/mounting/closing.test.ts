import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { openStore } from '../../src/store/open-store.ts'
import { assertProblem } from '../api/support/assert-problem.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { openHost, openMounted } from './support/mounted-host.ts'

const API = '/monitor/api/canvas/metrics'
/** Longer than a test may take: what waits for it fails. */
const drainMs = 3_600_000

test('a request whose client has gone before it came to the monitor keeps nothing open', async () => {
  const arrived = Promise.withResolvers<void>()
  const given = Promise.withResolvers<void>()
  let asked = 0
  await using host = await openHost(
    {
      drainMs,
      authorize: () => {
        asked++
        return { scopes: ['read'] }
      },
    },
    async (request) => {
      arrived.resolve()
      // As a session store that takes its time.
      await once(request.socket, 'close')
      setImmediate(given.resolve)
    },
  )
  const gone = new AbortController()
  const answer = fetch(`${host.url}${API}/summary`, { signal: gone.signal })
  await arrived.promise
  gone.abort()
  await assert.rejects(answer)
  await given.promise
  await host.monitor.close()
  assert.equal(asked, 0, 'nothing is made for nobody')
})

test('while it closes, later requests are refused at once, and those before them get their answers', async () => {
  const asked = Promise.withResolvers<void>()
  const going = Promise.withResolvers<void>()
  let requests = 0
  await using host = await openHost({
    drainMs,
    authorize: async () => {
      requests++
      asked.resolve()
      await going.promise
      return { scopes: ['read'] }
    },
  })
  const running = host.get(`${API}/summary`)
  await asked.promise
  const closed = host.monitor.close()
  const later = await host.get(`${API}/summary`)
  assert.equal(later.headers.get('retry-after'), '5')
  await assertProblem(later, 503)
  const request = new Request(`http://localhost${API}/summary`)
  await assertProblem(await host.monitor.fetch(request), 503)
  going.resolve()
  assert.equal((await running).status, 200)
  await closed
  assert.equal(requests, 1)
})

test('live updates end by themselves, and all else goes on until it is closed', async () => {
  await using host = await openHost({ drainMs })
  const token = await host.token('read')
  // Nobody but us ends the connection, for which the application waits.
  host.server.keepAliveTimeout = 0
  const live = connect(Number(new URL(host.url).port), '127.0.0.1')
  live.write(`GET ${API}/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`)
  const [first] = (await once(live, 'data')) as [Buffer]
  assert.match(first.toString(), /^HTTP\/1\.1 200 /)
  host.monitor.endLiveUpdates()
  await text(live)
  const again = await host.get(`${API}/events`, token)
  assert.equal(again.headers.get('connection'), 'close')
  await assertProblem(again, 503)
  assert.equal((await host.get('/monitor/readyz')).status, 503)
  assert.equal((await host.get(`${API}/summary`, token)).status, 200)
  await host.monitor.monitor.track({ taskId: 'late' }, async () => {})
  await host.monitor.close()
})

test('a sync of the application that runs when the monitor is closed ends as it ends', async () => {
  await using monitor = await openMounted({ drainMs })
  const { promise: work, resolve: finish } = Promise.withResolvers<void>()
  const started = Promise.withResolvers<void>()
  const tracked = monitor.monitor.track({ taskId: 'running' }, () => {
    started.resolve()
    return work
  })
  const { promise: more, resolve: finishMore } = Promise.withResolvers<void>()
  await started.promise
  const { syncs } = monitor.monitor.store
  const statuses = async (): Promise<string[]> =>
    (await syncs.listSyncs({ limit: 10 })).map(({ sync_status }) => sync_status)
  const closed = monitor.close()
  // Long enough to close everything.
  for (let time = 0; time < 500; time++) assert.deepEqual(await statuses(), ['in_progress'])
  // One that begins meanwhile, as the next step of a job.
  const next = monitor.monitor.track({ taskId: 'next' }, () => more)
  finish()
  await tracked
  assert.deepEqual((await statuses()).sort(), ['completed', 'in_progress'])
  finishMore()
  await next
  await closed
})

test('what still runs when the time is over is cancelled, so that closing always ends', async () => {
  const database = `sqlite:${join(temporaryDirectory(), 'sync.db')}`
  await using monitor = await openMounted({ database, drainMs: 1 })
  await monitor.monitor.startSync({ taskId: 'endless' })
  await monitor.close()
  await using store = await openStore(database)
  const [row] = await store.syncs.listSyncs({ limit: 10 })
  assert.equal(row?.sync_status, 'cancelled')
})
