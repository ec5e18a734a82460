import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { addressDigest } from '../../src/core/address-digest.ts'
import type { DeliveryConfig } from '../../src/delivery/delivery-config.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { ReportSettings } from '../../src/config/reports.ts'
import { startServer, type RunningServer } from '../../src/server/index.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { makeToken } from '../api/support/guarded-server.ts'
import { HttpStandIn, REPLIES } from '../delivery/support/http-stand-in.ts'
import { SmtpStandIn } from '../delivery/support/smtp-stand-in.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const directory = temporaryDirectory()
const smtp = await SmtpStandIn.start()
const hook = await HttpStandIn.start(REPLIES.ok)
const RECIPIENTS = ['Dean@example.edu', 'ops@example.edu', 'gone@example.edu']
const notifications: DeliveryConfig = {
  channels: [
    { name: 'mail', kind: 'mail', smtp_url: smtp.url, from: 'monitor@example.edu', to: [], fallback: null },
    {
      name: 'hook',
      kind: 'webhook',
      url: `${hook.url}/reports`,
      secret: 'a-secret-of-sixteen',
      allow_hosts: ['127.0.0.1'],
      fallback: null,
    },
  ],
  routes: [],
  group_wait_ms: 0,
  group_interval_ms: 0,
  fallback_after_ms: 600_000,
  public_url: 'https://monitor.example.edu/canvas',
  calendar: { quiet_hours: [], terms: [], time_zone: 'UTC' },
}
/** Half a day away, so that none comes due in the middle of the test. */
const AT = { hour: (new Date().getUTCHours() + 12) % 24, minute: 0 }
const reports: ReportSettings = {
  times: { daily: AT, weekly: AT, monthly: null },
  addresses: [
    ...RECIPIENTS.map((address) => ({ channel: 'mail', address })),
    { channel: 'hook', address: null },
  ],
}

let database = ''
before(async () => {
  database = await (await startPostgres()).createDatabase()
})

let servers = 0
async function open(): Promise<RunningServer> {
  const server = await startServer({
    database,
    logDir: join(directory, `logs-${++servers}`),
    port: 0,
    publicUrl: 'https://monitor.example.edu/canvas',
    logCleanup: false,
    retention: false,
    alerts: false,
    timeZone: 'UTC',
    notifications,
    reports,
  })
  after(() => server.close())
  return server
}

const untilAll = async (store: Store, many: number): Promise<void> => {
  for (;;) {
    const { notifications: rows } = await store.notifications.page({ limit: 100, kinds: ['report'] })
    if (rows.length >= many && rows.every(({ state }) => state !== 'waiting')) return
    await systemClock.sleep(50)
  }
}

describe('two servers on one PostgreSQL that were away when reports were due', () => {
  it('send each report once to each reader, and know addresses by digests only', async () => {
    await using store = await openStore(database)
    await makeToken(store, ['admin'])
    // The last ones that were sent are of long ago.
    for (const period of ['daily', 'weekly', 'monthly']) {
      await store.retention.beginJob(`report_${period}`, '2020-01-06')
    }
    const gone = await store.reports.recipientCode(addressDigest(' GONE@example.edu '), 'code-of-gone')
    assert.ok(await store.reports.unsubscribe(gone, 1))
    const [first, second] = await Promise.all([open(), open()])
    await untilAll(store, 8)
    await Promise.all([first.close(), second.close()])
    // One that comes later finds all done.
    await (await open()).close()

    const letters = smtp.received.map(({ to, raw }) => {
      const [, period] = /^Subject: (Daily|Weekly) report/m.exec(raw) ?? []
      assert.equal(to.length, 1, 'nobody sees who else gets it')
      return `${period} ${to[0]}`
    })
    assert.deepEqual(letters.toSorted(), [
      'Daily Dean@example.edu',
      'Daily ops@example.edu',
      'Weekly Dean@example.edu',
      'Weekly ops@example.edu',
    ])
    const hooked = hook.received.map(({ body }) => (JSON.parse(body) as { title: string }).title)
    assert.deepEqual(hooked.map((title) => String(title.split(' ')[0])).toSorted(), ['Daily', 'Weekly'])
    const links = smtp.received.map(({ raw }) => {
      assert.match(raw, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$/m)
      const unfolded = raw.replaceAll(/\r\n[ \t]+/g, '')
      return /^List-Unsubscribe: ?<(https:\/\/monitor\.example\.edu\/canvas\/unsubscribe\?code=[\w-]{43})>\r?$/m.exec(
        unfolded,
      )?.[1]
    })
    assert.ok(links.every((link) => link !== undefined))
    assert.equal(new Set(links).size, 2, 'one way out for each recipient, the same in all mails')

    const kept = await store.reports.list({ limit: 10 })
    assert.deepEqual(kept.map(({ period }) => period).toSorted(), ['daily', 'weekly'])
    assert.ok(kept.every(({ handed_at }) => handed_at !== null))
    const { notifications: rows } = await store.notifications.page({ limit: 100 })
    assert.deepEqual(rows.map(({ state }) => state).toSorted(), [
      ...Array.from({ length: 6 }, () => 'sent'),
      'withdrawn',
      'withdrawn',
    ])
  })
})
