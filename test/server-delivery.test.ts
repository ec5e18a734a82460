import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'node:test'
import type { DeliveryConfig } from '../src/delivery/delivery-config.ts'
import { openDelivery } from '../src/server/delivery.ts'
import { openStore } from '../src/store/open-store.ts'
import { processIdentity } from '../src/tracker/process-identity.ts'
import { HttpStandIn, REPLIES } from './delivery/support/http-stand-in.ts'
import { FakeClock } from './support/fake-clock.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

/** No process has it: the kernel gives smaller ones. */
const DEAD_PID = 4_194_304 * 8

test('what a killed server of this machine was sending goes on at once, and what a living one sends is left to it', async (t) => {
  const clock = new FakeClock()
  const { pid, process_started } = processIdentity()
  const [space = '', started = '', boot = ''] = process_started.split(' ')
  const hook = await HttpStandIn.start(REPLIES.status(204))
  await using store = await openStore(`sqlite:${join(temporaryDirectory(), 'held.db')}`)
  const { notifications } = store
  const holders = {
    dead: `${DEAD_PID} ${process_started}`,
    used: `${pid} ${space} ${started}1 ${boot}`,
    alive: `${pid} ${process_started}`,
  }
  const names = Object.keys(holders)
  const config: DeliveryConfig = {
    channels: names.map((name) => ({
      name,
      kind: 'webhook',
      fallback: null,
      url: `${hook.url}/${name}`,
      secret: 'shh',
      allow_hosts: ['127.0.0.1'],
    })),
    routes: [],
    group_wait_ms: 0,
    group_interval_ms: 0,
    fallback_after_ms: 600_000,
    public_url: null,
    calendar: { quiet_hours: [], terms: [], time_zone: 'UTC' },
  }
  const errors: unknown[] = []
  const onError = (error: unknown): void => void errors.push(error)
  const delivery = openDelivery({ store, clock, config, onError })
  assert.ok(delivery)
  for (const [name, process] of Object.entries(holders)) {
    await delivery.test(name)
    const lease = { now: clock.now(), lease_ms: 30_000, gap_ms: 0, most: 1 }
    assert.ok(await notifications.claim({ channel: name, holder: `${process}|1`, ...lease }))
  }
  // The clock stands still: no lease ends by itself.
  delivery.start()
  const waiting = async (): Promise<string[]> =>
    (await notifications.channels()).filter((state) => state.waiting > 0).map(({ channel }) => channel)
  while (!t.signal.aborted && (await waiting()).length > 1) await delay(10)
  assert.deepEqual(await waiting(), ['alive'])
  await delivery.stop()
  assert.deepEqual(hook.received.map(({ path }) => path).toSorted(), ['/dead', '/used'])
  assert.deepEqual(await notifications.holders(), [`${holders.alive}|1`])
  assert.deepEqual(errors, [])
})
