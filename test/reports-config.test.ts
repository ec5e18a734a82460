import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../src/config/config.ts'
import { MonitorError } from '../src/core/errors.ts'
import { deliveryConfig } from '../src/config/delivery.ts'
import { reportSettings, type ReportSettings } from '../src/config/reports.ts'
import { settingsInEffect } from '../src/config/settings-in-effect.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const directory = temporaryDirectory()
const SMTP_URL = 'smtps://user:hidden-password@mail.example.edu'
const RECIPIENTS = 'dean@example.edu, Ops@example.edu'
let files = 0

function load(environment: Record<string, string>, settings: object = {}): ReturnType<typeof loadConfig> {
  const file = join(directory, `${++files}.json`)
  writeFileSync(file, JSON.stringify(settings))
  return loadConfig({ flags: {}, environment, file })
}

async function settingsOf(
  environment: Record<string, string>,
  settings: object = {},
): Promise<ReportSettings | null> {
  const config = await load(environment, settings)
  return reportSettings(config, deliveryConfig(config))
}

const refusal = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => assert.fail('it was accepted'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof MonitorError && error.code === 'config_invalid', String(error))
  assert.match(error.next_step, /\w/)
  return error.message
}

test('without any setting nobody gets reports', async () => {
  assert.equal(await settingsOf({}), null)
  assert.equal(await settingsOf({ SMTP_URL, ALERT_RECIPIENTS: 'ops@example.edu' }), null)
})

test('recipients and a mail server are all it takes: Monday at nine, and the first of the month', async () => {
  assert.deepEqual(await settingsOf({ SMTP_URL, REPORT_RECIPIENTS: RECIPIENTS }), {
    times: {
      daily: null,
      weekly: { hour: 9, minute: 0, weekday: 1 },
      monthly: { hour: 9, minute: 0, day_of_month: 1 },
    },
    addresses: [
      { channel: 'mail', address: 'dean@example.edu' },
      { channel: 'mail', address: 'Ops@example.edu' },
    ],
  })
})

test('the channel slack gets them too, unless others are named', async () => {
  const environment = { SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T/B/hidden' }
  const of = async (reports?: object): Promise<unknown> =>
    (
      await settingsOf(environment, {
        notifications: { channels: { container: { kind: 'stdout' } } },
        ...(reports === undefined ? {} : { reports }),
      })
    )?.addresses
  assert.deepEqual(await of(), [{ channel: 'slack', address: null }])
  assert.deepEqual(await of({ channels: ['container'] }), [{ channel: 'container', address: null }])
  assert.equal(await of({ channels: [] }), undefined)
  assert.match(await refusal(of({ channels: ['pigeons'] })), /"pigeons"/)
})

test('each recipient of a channel of mail gets one of its own, whoever stands in two lists gets one', async () => {
  const settings = {
    notifications: { channels: { staff: { kind: 'mail', to: ['ops@example.edu', 'it@example.edu'] } } },
    reports: { channels: ['staff'] },
  }
  const all = await settingsOf({ SMTP_URL, REPORT_RECIPIENTS: RECIPIENTS }, settings)
  assert.deepEqual(all?.addresses, [
    { channel: 'mail', address: 'dean@example.edu' },
    { channel: 'mail', address: 'Ops@example.edu' },
    { channel: 'staff', address: 'it@example.edu' },
  ])
})

test('times are set by period, and wrong ones are named', async () => {
  const of = (reports: object): Promise<ReportSettings | null> =>
    settingsOf({ SMTP_URL, REPORT_RECIPIENTS: RECIPIENTS }, { reports })
  assert.deepEqual((await of({ daily: '08:00', weekly: 'Fri 17:30', monthly: false }))?.times, {
    daily: { hour: 8, minute: 0 },
    weekly: { hour: 17, minute: 30, weekday: 5 },
    monthly: null,
  })
  assert.match(await refusal(of({ weekly: 'someday' })), /weekly report must be a day and a time/)
  assert.match(await refusal(of({ yearly: '1 Jan' })), /has no setting "yearly"/)
  assert.match(await refusal(of({ daily: 8 })), /daily of "reports" in .* must be a time/)
})

test('recipients without a mail server are refused, and a wrong address is not repeated', async () => {
  assert.match(await refusal(settingsOf({ REPORT_RECIPIENTS: RECIPIENTS })), /no mail server/)
  const message = await refusal(settingsOf({ SMTP_URL, REPORT_RECIPIENTS: 'a@example.edu, hidden' }))
  assert.match(message, /^REPORT_RECIPIENTS must be an e-mail address/)
  assert.ok(!message.includes('hidden') && !message.includes('a@example'))
})

test('the settings in effect show how many recipients there are and when, and nobody by name', async () => {
  const shown = settingsInEffect(
    await load({ SMTP_URL, REPORT_RECIPIENTS: RECIPIENTS }, { reports: { daily: '08:00' } }),
  )
  const value = (name: string): string | undefined => shown.find((each) => each.name === name)?.value
  assert.equal(value('report_recipients'), '2 recipients')
  assert.equal(value('reports'), 'daily 08:00, weekly Mon 09:00, monthly 1 09:00')
  assert.ok(!/example\.edu|hidden/.test(JSON.stringify(shown)))
})
