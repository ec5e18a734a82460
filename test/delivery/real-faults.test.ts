import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { systemClock } from '../../src/core/clock.ts'
import { Delivery } from '../../src/delivery/delivery.ts'
import type { ChannelConfig } from '../../src/delivery/delivery-config.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { testWords } from './support/fake-incidents.ts'
import { HttpStandIn, REPLIES, type Reply } from './support/http-stand-in.ts'
import { anyIncidents } from './support/many-notifications.ts'
import { SmtpStandIn, type MailReply } from './support/smtp-stand-in.ts'

/** Sends a test to each channel until none waits, and says what became of it. */
async function deliver(
  channels: readonly ChannelConfig[],
): Promise<Map<string, { state: string; attempts: number; errors: (string | null)[] }>> {
  await using store = new SqliteStore(join(temporaryDirectory(), 'faults.db'))
  const { notifications } = store
  const delivery = new Delivery({
    config: {
      channels,
      routes: [],
      group_wait_ms: 0,
      group_interval_ms: 0,
      fallback_after_ms: 600_000,
      public_url: null,
      calendar: { quiet_hours: [], terms: [], time_zone: 'UTC' },
    },
    incidents: anyIncidents,
    notifications,
    words: testWords,
    clock: systemClock,
    attempt_ms: 1000,
    onError: (error) => {
      throw error
    },
  })
  const ids = await Promise.all(channels.map(({ name }) => delivery.test(name)))
  delivery.start()
  while ((await notifications.channels()).length < channels.length) await systemClock.sleep(20)
  while ((await notifications.channels()).some(({ waiting }) => waiting > 0)) await systemClock.sleep(20)
  await delivery.stop()
  const told = new Map<string, { state: string; attempts: number; errors: (string | null)[] }>()
  for (const [index, id] of ids.entries()) {
    const found = await notifications.find(id)
    const errors = (await notifications.attempts(id)).map(({ error }) => error)
    told.set(channels[index]?.name ?? '', {
      state: found?.state ?? '',
      attempts: found?.attempts ?? 0,
      errors,
    })
  }
  return told
}

describe('nothing is lost', { concurrency: true }, () => {
  it('by whatever Slack does, and it is asked again when it says', async () => {
    const faults: Readonly<Record<string, Reply>> = {
      http_429: REPLIES.status(429, { 'retry-after': '7' }),
      http_500: REPLIES.status(500),
      reset: REPLIES.reset,
      timeout: REPLIES.hang,
      answer_broken_off: REPLIES.truncated,
      answer_not_json: REPLIES.ok,
      slack_ratelimited: REPLIES.slackError('ratelimited'),
    }
    const stand_ins = new Map<string, HttpStandIn>()
    const channels: ChannelConfig[] = []
    for (const [name, fault] of Object.entries(faults)) {
      const slack = await HttpStandIn.start(REPLIES.slack())
      slack.script.push(fault)
      stand_ins.set(name, slack)
      const by_token = { token: 'xoxb-1', webhook_url: null, slack_channel: '#a', api_url: slack.url }
      channels.push({ name, kind: 'slack', fallback: null, ...by_token })
    }
    for (const [name, went] of await deliver(channels)) {
      assert.deepEqual(went, { state: 'sent', attempts: 2, errors: [name, null] })
      const [first, second, ...others] = stand_ins.get(name)?.received ?? []
      assert.deepEqual(others, [])
      const waited_ms = (second?.at ?? 0) - (first?.at ?? 0)
      if (name === 'http_429') assert.ok(waited_ms >= 7000 && waited_ms <= 8500, String(waited_ms))
      else assert.ok(waited_ms >= 1000 && waited_ms <= 5000, `${name} ${waited_ms}`)
    }
  })

  it('by whatever a mail server does, but for what it refuses for good', async () => {
    const faults: Readonly<Record<string, MailReply>> = {
      smtp_421: { at: 'MAIL', code: 421 },
      smtp_451: { at: 'DATA', code: 451 },
      smtp_550: { at: 'RCPT', code: 550 },
      connection: 'drop',
    }
    const stand_ins = new Map<string, SmtpStandIn>()
    const channels: ChannelConfig[] = []
    for (const [name, fault] of Object.entries(faults)) {
      const smtp = await SmtpStandIn.start()
      smtp.script.push(fault)
      stand_ins.set(name, smtp)
      channels.push({
        name,
        kind: 'mail',
        fallback: null,
        smtp_url: smtp.url,
        from: 'a@b.test',
        to: ['c@b.test'],
      })
    }
    for (const [name, went] of await deliver(channels)) {
      const refused = { state: 'failed', attempts: 1, errors: [name] }
      assert.deepEqual(
        went,
        name === 'smtp_550' ? refused : { state: 'sent', attempts: 2, errors: [name, null] },
      )
      const ids = (stand_ins.get(name)?.received ?? []).map(
        ({ raw }) => /^Message-ID: (.*)$/im.exec(raw)?.[1],
      )
      assert.equal(ids.length, name === 'smtp_550' ? 0 : name === 'connection' ? 2 : 1)
      assert.equal(new Set(ids).size, name === 'smtp_550' ? 0 : 1)
    }
  })
})
