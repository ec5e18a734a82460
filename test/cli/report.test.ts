import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import { reportSchema } from '../../src/api/reports/report-schemas.ts'
import { addressDigest } from '../../src/core/address-digest.ts'
import { openStore } from '../../src/store/open-store.ts'
import { sync } from '../api/support/sync-factory.ts'
import { SmtpStandIn } from '../delivery/support/smtp-stand-in.ts'
import { assertExplained } from './support/assert-explained.ts'
import type { CliResult } from './support/run-cli.ts'
import { runMain } from './support/run-main.ts'
import { WorkPlace } from './support/work-place.ts'

const place = new WorkPlace()
const smtp = await SmtpStandIn.start()
const database = `sqlite:${place.path('syncs.db')}`
const AT = '2026-11-22T10:00'
const RECIPIENTS = 'dean@example.edu, ops@example.edu'
const ENVIRONMENT = { DATABASE_URL: database, TZ: 'UTC' }
const MAIL = { ...ENVIRONMENT, SMTP_URL: smtp.url, REPORT_RECIPIENTS: RECIPIENTS }

const report = (
  args: readonly string[],
  environment: Record<string, string> = ENVIRONMENT,
): Promise<CliResult> => runMain(['report', '--at', AT, ...args], environment)

before(async () => {
  await using store = await openStore(database)
  const now = Date.parse('2026-11-21T12:00:00.000Z')
  for (let index = 0; index < 3; index++) await sync.completed({})(store.syncs, now)
  await sync.failed({ error_type: 'timeout' })(store.syncs, now)
})

describe('report', () => {
  it('is written as text, HTML and JSON', async () => {
    const text = await report(['--period', 'daily'])
    assert.equal(text.code, 0, text.stderr)
    assert.match(text.stdout, /^Daily report: Sat 21 November 2026\n=+\n\n1 sync of 4 did not complete\.\n/)
    assert.match(text.stdout, /Canvas answers too slowly\./)
    const html = await report(['--period', 'daily', '--format', 'html'])
    assert.match(
      html.stdout,
      /^<!doctype html>\n<html lang="en">.*1 sync of 4 did not complete\..*<\/html>\n$/s,
    )
    const json = await report(['--period', 'daily', '--format', 'json'])
    const { figures, period } = reportSchema.parse(JSON.parse(json.stdout))
    assert.deepEqual([period, figures.syncs, figures.failed], ['daily', 4, 1])
    const same = await report(['--period', 'daily', '--json'])
    assert.equal(JSON.parse(same.stdout).headline, JSON.parse(json.stdout).headline)
  })

  it('goes into a file whose name says its form', async () => {
    const file = place.path('report.html')
    const written = await report(['--output', file])
    assert.equal(written.stdout, '')
    assert.match(written.stderr, /^The report is in .*report\.html \(.* kB\)\.\n$/)
    assert.match(readFileSync(file, 'utf8'), /Weekly report/)
  })

  it('may be cut off by whoever reads it', async () => {
    const cli = new URL('../../src/cli.ts', import.meta.url).pathname
    const pipeline = `"${process.execPath}" "${cli}" report --format html --at ${AT} | head -c 15`
    const cut = await place.run(['-c', `set -o pipefail; ${pipeline}`], {
      program: ['/bin/bash'],
      environment: ENVIRONMENT,
    })
    assert.deepEqual([cut.stdout, cut.stderr], ['<!doctype html>', ''])
    assert.equal(cut.code, 0)
  })

  const wrong: readonly (readonly [
    what: string,
    args: readonly string[],
    says: RegExp,
    given?: Record<string, string>,
  ])[] = [
    ['a period that there is not', ['--period', 'yearly'], /daily, weekly, monthly/],
    ['a format that there is not', ['--format', 'pdf'], /text, json, html/],
    ['two formats', ['--format', 'html', '--json'], /either json or html/],
    ['a file of another format', ['--format', 'html', '-o', 'x.json'], /would not hold json but html/],
    ['a time that is none', ['--at', 'soonish'], /--at soonish is no time/],
    ['a zone that there is not', ['--time-zone', 'Mars/Olympus'], /no time zone "Mars\/Olympus"/],
    ['a word too many', ['weekly'], /weekly/],
    ['an option that there is not', ['--sent'], /--sent/],
    ['sending a format', ['--send', '--format', 'html'], /--send and --format/],
    ['sending a file', ['--send', '-o', 'x.html'], /--send and --output/],
    ['sending to nobody', ['--send'], /REPORT_RECIPIENTS and SMTP_URL/],
    ['recipients without a mail server', ['--send'], /Set SMTP_URL/, { REPORT_RECIPIENTS: 'a@example.edu' }],
    [
      'a recipient that is no address',
      ['--send'],
      /REPORT_RECIPIENTS must be/,
      { REPORT_RECIPIENTS: 'hidden person' },
    ],
  ]
  for (const [what, args, says, given = {}] of wrong) {
    it(`refuses ${what}, and says what to do`, async () => {
      const refused = await report(args, { ...ENVIRONMENT, ...given })
      assertExplained(refused, { code: 2, sentence: /./, secrets: ['hidden'] })
      assert.equal(refused.stdout, '')
      assert.match(refused.stderr, says)
    })
  }
})

describe('report --send', () => {
  it('sends one mail to each recipient, once, by the outbox', async () => {
    const sent = await report(['--send'], MAIL)
    assert.deepEqual([sent.stdout, sent.stderr, sent.code], ['mail: 2 messages sent\n', '', 0])
    assert.deepEqual(smtp.received.map(({ to }) => to.join()).toSorted(), [
      'dean@example.edu',
      'ops@example.edu',
    ])
    for (const { raw } of smtp.received) {
      assert.match(raw, /^Subject: Weekly report, 9 to 15 November 2026/m)
      assert.ok(!/unsubscribe/i.test(raw), 'without an address of the server there is no link')
    }
    const again = await report(['--send'], MAIL)
    assert.equal(again.code, 0)
    assert.match(again.stderr, /^This report was sent at 20\d\d-.* already; it is not sent again\.\n$/)
    const as_json = await report(['--send', '--json'], MAIL)
    assert.partialDeepStrictEqual(JSON.parse(as_json.stdout), { sent: null })
    assert.equal(smtp.received.length, 2)
  })

  it('leaves out who has unsubscribed, and exits with 1 when a mail does not arrive', async () => {
    {
      await using store = await openStore(database)
      const code = await store.reports.recipientCode(addressDigest('dean@example.edu'), 'code-of-dean')
      await store.reports.unsubscribe(code, 1)
    }
    smtp.script.push({ at: 'DATA', code: 554 })
    const refused = await report(['--send', '--period', 'daily', '--json'], MAIL)
    assert.equal(refused.code, 1)
    assert.partialDeepStrictEqual(JSON.parse(refused.stdout), {
      sent: [{ channel: 'mail', messages: 2, arrived: 0, unwanted: 1, error: 'smtp_554' }],
    })
    assert.ok(!refused.stdout.includes('@'))
  })
})
