import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../src/core/clock.ts'
import { openStore } from '../../src/store/open-store.ts'
import { HttpStandIn, REPLIES } from './support/http-stand-in.ts'
import { failedSync, ServedDelivery, toldOf } from './support/served-delivery.ts'

const LONG = process.env['LONG_TESTS'] === '1'
const KILLS = LONG ? 100 : 8
const TESTS = LONG ? 200 : 12
const INCIDENTS = LONG ? 300 : 28

test(`${KILLS} kills of the server while ${TESTS + INCIDENTS} notifications flow lose none, and double one each at most`, async (t) => {
  const hook = await HttpStandIn.start(REPLIES.status(204))
  const server = new ServedDelivery({ ops: `${hook.url}/` })
  /** Messages that this life sends until it is killed: before the answer, or when the answer is on its way. */
  let left = 0
  hook.always = (response) => {
    const dies = server.isUp && server.kills < KILLS && left-- <= 0
    if (dies && server.kills % 3 !== 0) {
      response.writeHead(204).end()
      if (server.kills % 3 === 1) response.once('close', () => server.kill())
      else setImmediate(() => server.kill())
      return
    }
    if (dies) server.kill()
    else response.writeHead(204).end()
  }
  await server.start()
  await using store = await openStore(`sqlite:${server.place.path('data/canvas-sync.db')}`)
  let tests = 0
  let incidents = 0
  let lives = 0
  const open = async (): Promise<number> => (await store.incidents.listOpen(['token_invalid'])).length
  const isWaiting = async (): Promise<boolean> =>
    tests < TESTS ||
    incidents < INCIDENTS ||
    (await open()) < INCIDENTS ||
    (await store.incidents.changesAfter(await store.notifications.place(), 1)).length > 0 ||
    (await store.notifications.channels()).some(({ waiting }) => waiting > 0)
  while (!t.signal.aborted && (await isWaiting())) {
    if (!server.isUp) await server.again()
    lives++
    left = LONG ? 1 + (lives % 3) : 0
    const tests_of_life = Math.min(TESTS, Math.ceil((lives * TESTS) / KILLS))
    const incidents_of_life = Math.min(INCIDENTS, Math.ceil((lives * INCIDENTS) / KILLS))
    while (server.isUp && tests < tests_of_life) {
      if (await server.post('/channels/ops/test', '{}', 'application/json')) tests++
    }
    while (server.isUp && incidents < incidents_of_life) {
      // Who gets no answer reports again; the monitor knows what it has.
      if (await server.post('/ingest', failedSync(incidents), 'application/x-ndjson')) incidents++
    }
    while (!t.signal.aborted && server.isUp && (await isWaiting())) await systemClock.sleep(20)
  }
  const { notifications } = await store.notifications.page({ limit: 10_000 })
  const told = toldOf(hook.received)
  const sent = Map.groupBy(told, ({ id }) => id)
  const incidents_told = new Set(told.flatMap(({ data }) => (data.incidents ?? []).map(({ id }) => id)))
  for (const { id } of await store.incidents.listOpen(['token_invalid'])) {
    assert.ok(incidents_told.has(id), `incident ${id} was not told`)
  }
  const tests_told = [...sent.values()].filter(([first]) => first?.kind === 'test')
  const made = notifications.filter(({ kind }) => kind === 'test')
  assert.ok(made.length >= TESTS)
  assert.equal(tests_told.length, made.length)
  assert.ok(notifications.every(({ state }) => state === 'sent'))
  const doubles = told.length - sent.size
  t.diagnostic(
    `${server.kills} kills, ${told.length} messages of ${notifications.length}, ${doubles} doubles`,
  )
  assert.ok(server.kills >= KILLS, `only ${server.kills} kills`)
  assert.ok(doubles <= server.kills, `${doubles} doubles with ${server.kills} kills`)
  assert.ok(doubles > 0, 'the kills hit nothing')
})
