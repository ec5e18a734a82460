import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../src/core/clock.ts'
import { openStore } from '../../src/store/open-store.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { HttpStandIn, REPLIES } from './support/http-stand-in.ts'
import { failedSync, ServedDelivery, toldOf } from './support/served-delivery.ts'

const CHANNELS = ['a', 'b', 'c']
const TESTS = 2
const INCIDENTS = 30

test('two servers on one PostgreSQL tell everything to each channel, nothing twice, one message a second together', async (t) => {
  const database = await (await startPostgres()).createDatabase()
  const hooks = new Map<string, HttpStandIn>()
  for (const name of CHANNELS) hooks.set(name, await HttpStandIn.start(REPLIES.status(204)))
  const urls = Object.fromEntries([...hooks].map(([name, { url }]) => [name, `${url}/`]))
  const servers = [0, 1].map(() => new ServedDelivery(urls, { DATABASE_URL: database }))
  const [first] = servers
  // One after the other: the first makes the tables.
  for (const server of servers) await server.start()
  await using store = await openStore(database)
  // To both: each takes what the other one has for known.
  const events = Array.from({ length: INCIDENTS }, (_, number) => failedSync(number)).join('')
  const taken = servers.map((server) => server.post('/ingest', events, 'application/x-ndjson'))
  assert.deepEqual(await Promise.all(taken), [true, true])
  const tests = servers.flatMap((server) =>
    CHANNELS.flatMap((name) =>
      Array.from({ length: TESTS / 2 }, () =>
        server.post(`/channels/${name}/test`, '{}', 'application/json'),
      ),
    ),
  )
  assert.ok((await Promise.all(tests)).every(Boolean))
  const open = (): ReturnType<typeof store.incidents.listOpen> => store.incidents.listOpen(['token_invalid'])
  const { incidents, notifications } = store
  const isWaiting = async (): Promise<boolean> =>
    (await open()).length < INCIDENTS ||
    (await incidents.changesAfter(await notifications.place(), 1)).length > 0 ||
    (await notifications.channels()).some(({ waiting }) => waiting > 0)
  while (!t.signal.aborted && (await isWaiting())) await systemClock.sleep(50)
  // Whoever would send something again does it within a second.
  await first?.post('/channels/a/test', '{}', 'application/json')
  while (!t.signal.aborted && (await isWaiting())) await systemClock.sleep(50)
  const ids = new Set((await open()).map(({ id }) => id))
  for (const [name, { received }] of hooks) {
    const told = toldOf(received)
    assert.equal(new Set(told.map(({ id }) => id)).size, told.length, `${name} got a message twice`)
    const incidents_told = told
      .filter(({ kind }) => kind === 'incident')
      .flatMap(({ data }) => (data.incidents ?? []).map(({ id }) => id))
      .filter((id) => ids.has(id))
    assert.equal(incidents_told.length, INCIDENTS, `${name} was not told of each once`)
    assert.equal(new Set(incidents_told).size, INCIDENTS)
    const asked = told.filter(({ kind }) => kind === 'test').length
    assert.equal(asked, name === 'a' ? TESTS + 1 : TESTS)
    const times = received.map(({ at }) => at)
    // A second between them in the database; what a network and a busy machine add to the first shortens it here.
    for (const [index, at] of times.slice(1).entries()) assert.ok(at - (times[index] ?? 0) > 500, name)
  }
})
