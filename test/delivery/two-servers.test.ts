import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../src/core/clock.ts'
import { Delivery } from '../../src/delivery/delivery.ts'
import type { DeliveryConfig } from '../../src/delivery/delivery-config.ts'
import { openStore } from '../../src/store/open-store.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { testWords, FakeIncidents } from './support/fake-incidents.ts'
import { HttpStandIn, REPLIES } from './support/http-stand-in.ts'
import { composeNumbered, countTold, reports } from './support/many-notifications.ts'

test('two servers over one PostgreSQL send nothing twice', async () => {
  const url = await (await startPostgres()).createDatabase()
  const hook = await HttpStandIn.start(REPLIES.status(204))
  const incidents = new FakeIncidents(systemClock)
  const names = ['a', 'b', 'c']
  const config: DeliveryConfig = {
    channels: names.map((name) => ({
      name,
      kind: 'webhook',
      url: `${hook.url}/${name}`,
      secret: 's',
      allow_hosts: ['127.0.0.1'],
      fallback: null,
    })),
    routes: [{ match: {}, channels: ['a'], repeat_ms: 0, stop: false }],
    group_wait_ms: 50,
    group_interval_ms: 100,
    fallback_after_ms: 600_000,
    public_url: null,
    calendar: { quiet_hours: [], terms: [], time_zone: 'UTC' },
  }
  const stores = [await openStore(url), await openStore(url)]
  const errors: unknown[] = []
  const servers = stores.map(
    ({ notifications }) =>
      new Delivery({
        config,
        incidents,
        notifications,
        words: testWords,
        composeReport: composeNumbered,
        clock: systemClock,
        spacing_ms: 0,
        gap_ms: 20,
        onError: (error) => errors.push(error),
      }),
  )
  const [first] = stores
  assert.ok(first)
  await Promise.all(stores.map(({ notifications }) => notifications.add(reports('b', 0, 60))))
  await first.notifications.add(reports('c', 60, 60))
  for (const server of servers) server.start()
  for (let number = 0; number < 60; number++) {
    incidents.open()
    await systemClock.sleep(10)
  }
  const left = async (): Promise<number> =>
    (await first.notifications.place()) < 60
      ? 1
      : (await first.notifications.channels()).reduce((sum, { waiting }) => sum + waiting, 0)
  while ((await left()) > 0) await systemClock.sleep(50)
  await Promise.all(servers.map((server) => server.stop()))
  await Promise.all(stores.map((store) => store.close()))
  const { letters, told } = countTold(hook.received)
  assert.equal(told.size, 180)
  for (const [name, count] of [...letters, ...told]) assert.equal(count, 1, name)
  assert.deepEqual(errors, [])
})
