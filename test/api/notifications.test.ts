import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ChannelConfig, DeliveryConfig } from '../../src/delivery/delivery-config.ts'
import type {
  ChannelList,
  NotificationDetails,
  NotificationList,
  TestedChannel,
} from '../../src/api/notifications/notifications.ts'
import { systemClock } from '../../src/core/clock.ts'
import { HttpStandIn, REPLIES } from '../delivery/support/http-stand-in.ts'
import { startServer } from '../../src/server/index.ts'
import type { NotificationStore } from '../../src/store/notifications.ts'
import { openStore } from '../../src/store/open-store.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { openGuardedServer } from './support/guarded-server.ts'

const hook = await HttpStandIn.start(REPLIES.status(204))
const channel = (name: string, path: string): ChannelConfig => ({
  name,
  kind: 'webhook',
  url: `${hook.url}/${path}`,
  secret: 'hidden-secret',
  allow_hosts: ['127.0.0.1'],
  fallback: null,
})
const notifications: DeliveryConfig = {
  channels: [channel('ops', 'hidden-path'), channel('other', 'x')],
  routes: [{ match: {}, channels: ['ops'], repeat_ms: 0, stop: false }],
  group_wait_ms: 0,
  group_interval_ms: 0,
  fallback_after_ms: 600_000,
  public_url: 'https://monitor.example.edu',
  calendar: { quiet_hours: [], terms: [], time_zone: 'UTC' },
}

test('a test of a channel takes the real way, is in the delivery log and in the audit log', async () => {
  const guarded = await openGuardedServer({ notifications, alerts: false })
  const admin = await guarded.token(['admin'])
  const read = async <Body>(path: string): Promise<Body> =>
    (await (await guarded.send('GET', `${guarded.url}${path}`, admin)).json()) as Body
  assert.deepEqual(
    (await read<ChannelList>('/channels')).channels.map(({ name, kind, health }) => [name, kind, health]),
    [
      ['ops', 'webhook', 'unused'],
      ['other', 'webhook', 'unused'],
    ],
  )
  const answer = await guarded.send('POST', `${guarded.url}/channels/ops/test`, admin)
  assert.equal(answer.status, 202)
  const { notification_id } = (await answer.json()) as TestedChannel
  const logged = async (): Promise<NotificationList['notifications'][number] | undefined> =>
    (await read<NotificationList>('/notifications')).notifications[0]
  while ((await logged())?.state === 'waiting') await systemClock.sleep(20)
  assert.partialDeepStrictEqual(await logged(), {
    id: notification_id,
    channel: 'ops',
    kind: 'test',
    state: 'sent',
    attempts: 1,
    incident_ids: [],
  })
  const { attempts } = await read<NotificationDetails>(`/notifications/${notification_id}`)
  assert.deepEqual(
    attempts.map(({ outcome, error, retry_after_ms }) => [outcome, error, retry_after_ms]),
    [['sent', null, null]],
  )
  assert.equal(hook.received.length, 1)
  assert.match(hook.received[0]?.body ?? '', /If you can read this/)
  const channels = await read<ChannelList>('/channels')
  assert.partialDeepStrictEqual(channels.channels[0], { health: 'ok', waiting: 0, failures: 0 })
  assert.ok(!JSON.stringify(channels).includes('hidden'))
  const audit = await read<{ entries: { action: string; target: string }[] }>('/audit?action=channel_tested')
  assert.ok(JSON.stringify(audit).includes('"ops"'))
  const none = await guarded.send('POST', `${guarded.url}/channels/nobody/test`, admin)
  assert.equal(none.status, 404)
})

/** A channel that has failed since a time, and is not tried again while a test runs. */
async function failingSince(outbox: NotificationStore, channel: string, at: number): Promise<void> {
  const row = { channel, kind: 'test', incident_id: null, report_id: null, reader: null } as const
  const later = Date.now() + 1e6
  const times = { created_at: 1, due_at: later, expires_at: Date.now() + 1e8 }
  const alone = { dedup_key: `failing ${channel}`, group: null, repeat_ms: null }
  const ids = await outbox.add([{ ...row, ...times, ...alone }])
  const holder = 'me'
  assert.ok(await outbox.claim({ channel, holder, now: later, lease_ms: 1000, gap_ms: 0, most: 5 }))
  const nothing = { withdrawn: [], postponed: [], told: [], reference: null, progress: null }
  const when = { at, duration_ms: 1, next_allowed_at: later, retry_at: later }
  const how = {
    outcome: 'again',
    error: 'http_500',
    retry_after_ms: null,
    keeps_batch: false,
    reader_due_at: null,
  } as const
  await outbox.settle({ ...nothing, ...when, ...how, channel, holder, ids })
}

test('a channel that fails for two minutes makes the health degraded, and not the readiness', async () => {
  const guarded = await openGuardedServer({ notifications, alerts: false })
  const two_minutes_ago = Date.now() - 121_000
  await failingSince(guarded.store.notifications, 'other', two_minutes_ago)
  const health = await guarded.send('GET', `${guarded.url}/health`, null)
  assert.equal(health.status, 503)
  assert.partialDeepStrictEqual(await health.json(), {
    status: 'degraded',
    notifications: 'error',
    error: 'Notifications do not arrive: a channel fails for two minutes or longer.',
  })
  const admin = await guarded.token(['admin'])
  const named = await guarded.send('GET', `${guarded.url}/health`, admin)
  assert.partialDeepStrictEqual(await named.json(), {
    error: 'Notifications do not arrive: other fails for two minutes or longer.',
  })
  const { channels } = (await (
    await guarded.send('GET', `${guarded.url}/channels`, admin)
  ).json()) as ChannelList
  const [, dead] = channels
  assert.partialDeepStrictEqual(dead, {
    name: 'other',
    health: 'failing',
    failures: 1,
    last_error: 'http_500',
  })
  assert.equal(dead?.failing_since, new Date(two_minutes_ago).toISOString())
  assert.equal((await guarded.send('GET', `${guarded.server.url}/readyz`, null)).status, 200)
})

test('a channel that fails is an incident, and one that is not there any more is none', async () => {
  const directory = temporaryDirectory()
  const database = `sqlite:${join(directory, 'syncs.db')}`
  await using store = await openStore(database)
  const long_ago = Date.now() - 3_600_000
  await failingSince(store.notifications, 'gone', long_ago)
  await failingSince(store.notifications, 'other', long_ago)
  await using server = await startServer({
    database,
    logDir: join(directory, 'logs'),
    port: 0,
    notifications,
  })
  const failing = async (): Promise<(string | null)[]> =>
    (await server.monitor.store.incidents.listOpen(['notification_failing'])).map(
      ({ subject }) => subject.channel,
    )
  while ((await failing()).length === 0) await systemClock.sleep(20)
  assert.deepEqual(await failing(), ['other'])
})
