import assert from 'node:assert/strict'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { loadConfig, type Config } from '../src/config/config.ts'
import { isMonitorError } from '../src/core/errors.ts'
import type { DeliveryConfig } from '../src/delivery/delivery-config.ts'
import { deliveryConfig } from '../src/config/delivery.ts'
import { settingsInEffect } from '../src/config/settings-in-effect.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const directory = temporaryDirectory()
let files = 0

function load(environment: Record<string, string>, file: object = {}): Promise<Config> {
  const path = join(directory, `config-${++files}.json`)
  writeFileSync(path, JSON.stringify(file))
  return loadConfig({ flags: {}, environment: { TZ: 'UTC', ...environment }, file: path })
}
const deliveryOf = async (
  environment: Record<string, string>,
  file: object = {},
): Promise<DeliveryConfig | null> => deliveryConfig(await load(environment, file))

const ENVIRONMENT = {
  SLACK_BOT_TOKEN: 'xoxb-1-very-secret',
  SMTP_URL: 'smtps://monitor%40example.edu:pass-word@mail.example.edu',
  ALERT_RECIPIENTS: 'ops@example.edu, dean@example.edu',
}
const SECRETS = ['very-secret', 'pass-word', 'dean@', 'T0/B0/hook', 'sixteen characters']
const HOOK = { kind: 'webhook', url: 'https://hooks.example.com/k', secret: 'sixteen characters' }

async function refused(environment: Record<string, string>, file: object = {}): Promise<string> {
  try {
    await deliveryOf(environment, file)
  } catch (error) {
    assert.ok(isMonitorError(error) && error.code === 'config_invalid', String(error))
    for (const secret of SECRETS)
      assert.ok(!`${error.message} ${error.next_step}`.includes(secret), error.message)
    return error.message
  }
  return assert.fail('it was accepted')
}

test('without any setting nobody is told', async () => {
  assert.equal(await deliveryOf({}), null)
  assert.equal(await deliveryOf({ SMTP_URL: ENVIRONMENT.SMTP_URL }), null)
})

test('who gets reports only has a channel for them, and no route leads to it', async () => {
  const config = await load({ SMTP_URL: ENVIRONMENT.SMTP_URL })
  const of = (given: object): DeliveryConfig | null =>
    deliveryConfig({ ...config, report_recipients: ['dean@example.edu'], ...given })
  assert.partialDeepStrictEqual(of({}), { channels: [{ name: 'mail', to: [] }], routes: [] })
  const told = { alert_recipients: ['ops@example.edu'] }
  assert.partialDeepStrictEqual(of(told), { routes: [{ channels: ['mail'] }] })
  assert.throws(() => of({ notifications: { routes: [{ channels: ['mail'] }] } }), /"mail" has no recipients/)
})

test('variables of the environment alone make the channels slack and mail, told of everything', async () => {
  const config = await deliveryOf(ENVIRONMENT)
  assert.deepEqual(config?.channels, [
    {
      name: 'slack',
      kind: 'slack',
      fallback: null,
      token: 'xoxb-1-very-secret',
      webhook_url: null,
      slack_channel: '#canvas-sync-alerts',
    },
    {
      name: 'mail',
      kind: 'mail',
      fallback: null,
      smtp_url: ENVIRONMENT.SMTP_URL,
      from: 'monitor@example.edu',
      to: ['ops@example.edu', 'dean@example.edu'],
    },
  ])
  assert.deepEqual(config.routes, [
    { match: {}, channels: ['slack', 'mail'], repeat_ms: 14_400_000, stop: false },
  ])
  assert.equal(config.group_wait_ms, 15_000)
  const by_hook = await deliveryOf({ SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T0/B0/hook' })
  assert.partialDeepStrictEqual(by_hook?.channels[0], { token: null })
})

test('a file adds channels and routes, which take from the environment what they lack', async () => {
  const notifications = {
    channels: {
      teachers: { kind: 'slack', channel: '#teachers', fallback: 'hook' },
      hook: { ...HOOK, allow_hosts: [] },
    },
    routes: [
      {
        match: { user_id: [7, 'x'], severity: 'critical' },
        channels: ['teachers'],
        repeat: '1h',
        stop: true,
      },
      { channels: ['hook'] },
    ],
    group_interval: '10m',
    repeat: '1d',
  }
  const config = await deliveryOf(ENVIRONMENT, { notifications, public_url: 'https://monitor.example.edu' })
  assert.deepEqual(
    config?.channels.map(({ name }) => name),
    ['slack', 'mail', 'teachers', 'hook'],
  )
  assert.partialDeepStrictEqual(config.channels[2], {
    slack_channel: '#teachers',
    token: 'xoxb-1-very-secret',
  })
  assert.deepEqual(config.routes, [
    {
      match: { severities: ['critical'], user_ids: ['7', 'x'] },
      channels: ['teachers'],
      repeat_ms: 3_600_000,
      stop: true,
    },
    { match: {}, channels: ['hook'], repeat_ms: 86_400_000, stop: false },
  ])
  assert.equal(config.group_interval_ms, 600_000)
  assert.equal(config.public_url, 'https://monitor.example.edu')
})

test('what is wrong is named, and no secret is repeated', async () => {
  const of = (notifications: object): Promise<string> => refused(ENVIRONMENT, { notifications })
  assert.match(
    await refused({ SLACK_BOT_TOKEN: 'very-secret' }),
    /^SLACK_BOT_TOKEN must be the token of a Slack bot/,
  )
  assert.match(
    await refused({ SLACK_WEBHOOK_URL: 'https://evil.example.com/T0/B0/hook' }),
    /^SLACK_WEBHOOK_URL must be/,
  )
  assert.match(await refused({ SMTP_URL: 'https://a:pass-word@b' }), /^SMTP_URL must be/)
  assert.match(
    await refused({ ...ENVIRONMENT, ALERT_RECIPIENTS: 'a@b.c\r\nBcc: dean@x.y' }),
    /^ALERT_RECIPIENTS|must be an e-mail/,
  )
  assert.match(await refused({ ...ENVIRONMENT, REPORT_FROM: 'x\r\nBcc: a@b.c' }), /^REPORT_FROM must be/)
  assert.match(await of({ routes: [{ channels: ['nobody'] }] }), /names the channel "nobody"/)
  assert.match(await of({ channels: { a: { ...HOOK, fallback: 'b' } } }), /names the channel "b"/)
  assert.match(await of({ channels: { a: { ...HOOK, secret: 'short' } } }), /must have 16 characters/)
  assert.match(
    await of({ routes: [{ match: { colour: 'red' }, channels: ['mail'] }] }),
    /has no setting "colour"/,
  )
  assert.match(await of({ group_wait: 'soon' }), /must be a duration/)
  for (const host of ['127.0.0.1', '2130706433', '[::ffff:7f00:1]', '169.254.169.254']) {
    assert.match(
      await of({ channels: { a: { ...HOOK, url: `http://${host}/` } } }),
      /not of the open Internet/,
    )
  }
  const allowed = { ...HOOK, url: 'http://10.0.0.7/', allow_hosts: ['10.0.0.7'] }
  assert.equal((await deliveryOf({}, { notifications: { channels: { a: allowed } } }))?.channels.length, 1)
  assert.match(
    await refused({}, { notifications: { channels: { a: { kind: 'slack' } } } }),
    /"a" has no token/,
  )
  assert.match(
    await refused({}, { notifications: { channels: { a: { kind: 'mail' } } } }),
    /"a" has no smtp_url/,
  )
})

test('the settings in effect show no secret', async () => {
  const environment = { ...ENVIRONMENT, SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T0/B0/hook' }
  const shown = JSON.stringify(
    settingsInEffect(await load(environment, { notifications: { channels: { hook: HOOK } } })),
  )
  for (const secret of SECRETS) assert.ok(!shown.includes(secret), secret)
  assert.match(shown, /"slack_bot_token","value":"set"/)
})
