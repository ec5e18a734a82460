import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { addressDigest } from '../../src/core/address-digest.ts'
import { lastSpan } from '../../src/core/report-period.ts'
import type { Report } from '../../src/core/report.ts'
import { plainSentence } from '../../src/delivery/channels/plain-text.ts'
import { slackBlocks, slackText } from '../../src/delivery/channels/slack-blocks.ts'
import { collectReport } from '../../src/reports/collect-report.ts'
import { readExtras } from '../../src/reports/report-extras.ts'
import { ReportPost } from '../../src/reports/report-post.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { sync } from '../api/support/sync-factory.ts'
import { givenIncident } from '../api/support/incident-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const NOW = Date.parse('2026-11-22T10:00:00.000Z')
const HOUR_MS = 3_600_000
const directory = temporaryDirectory()
const store: Store = await openStore(`sqlite:${join(directory, 'private.db')}`)
const ADDRESS = 'dean.of.studies@example.edu'
/** What a careless job may put wherever it may put words. */
const SECRETS = [
  'Marguerite Yourcenar',
  'marguerite@students.example.edu',
  '7~TokenTokenTokenTokenTokenToken',
  'grade 4.75',
]
const WORDS = `${SECRETS.join(' ')} <script>alert(1)</script> <!channel> *bold* <https://evil.example|here>`

async function made(): Promise<Report> {
  const time_zone = 'UTC'
  const span = lastSpan('daily', NOW, time_zone)
  const channels = ['mail']
  const extras = { store, time_zone, incidents: true, channels, now: NOW }
  const given = { store, period: 'daily', span, time_zone, freshness_target_ms: HOUR_MS, now: NOW } as const
  return await collectReport({ ...given, extras: (of_span) => readExtras(extras, of_span) })
}

before(async () => {
  for (const error_type of ['job_error', 'canvas_error', 'storage', 'forbidden'] as const) {
    const started_at = NOW - 24 * HOUR_MS
    const special = { started_at, error_type, error_message: WORDS, metadata: { note: WORDS } }
    await sync.failed(special)(store.syncs, NOW)
  }
  const last = await sync.failed({ started_at: NOW - 20 * HOUR_MS, error_message: WORDS })(store.syncs, NOW)
  await givenIncident(store, '42', last)
})

describe('a report of jobs that put names, addresses, tokens and grades wherever they can', () => {
  it('has none of them in any form, nor markup that does anything', async () => {
    const kept = await store.reports.keep(await made())
    const post = new ReportPost({
      reports: store.reports,
      addresses: [
        { channel: 'mail', address: ADDRESS },
        { channel: 'slack', address: null },
      ],
      public_url: 'https://monitor.example.edu',
    })
    const forms: string[] = [JSON.stringify(await store.reports.find(kept.id))]
    for (const reader of post.readers) {
      const message = await post.compose({ report_id: kept.id, ...reader })
      assert.ok(message)
      const { document, ...rest } = message
      forms.push(document?.html ?? '', document?.text ?? '', JSON.stringify(rest), plainSentence(message))
      forms.push(JSON.stringify(slackBlocks(message)), slackText(message))
    }
    assert.ok(
      forms.every((form) => form.includes('5 syncs') || form.includes('"syncs":5')),
      'they were told of',
    )
    assert.ok(
      forms.every((form) => form.includes('Syncs from canvas.test fail') || !form.includes('Incidents')),
    )
    assert.ok(forms.filter((form) => form.includes('Syncs from canvas.test fail')).length >= 4)
    for (const form of forms) {
      for (const secret of [...SECRETS, 'alert(1)', '<!channel>', 'evil.example', '<script']) {
        assert.ok(!form.includes(secret), `${secret} in ${form.slice(0, 200)}`)
      }
    }
  })

  it('leaves no address of a reader in the database', () => {
    const files = readdirSync(directory).filter((name) => name.startsWith('private.db'))
    const bytes = Buffer.concat(files.map((name) => readFileSync(join(directory, name))))
    assert.ok(bytes.includes(addressDigest(ADDRESS)), 'the digest is there')
    assert.ok(!bytes.toString('latin1').toLowerCase().includes(ADDRESS))
  })
})

describe('who gets a report', () => {
  const addresses = [
    { channel: 'mail', address: 'A@example.edu' },
    { channel: 'hook', address: null },
  ]
  const post = new ReportPost({ reports: store.reports, addresses, public_url: null })

  it('is only who stands in the configuration now and has not unsubscribed', async () => {
    const { id } = await store.reports.keep(await made())
    const digest = addressDigest('a@example.edu')
    const ask = async (
      channel: string,
      reader: string | null,
    ): Promise<readonly string[] | null | undefined> =>
      (await post.compose({ report_id: id, channel, reader }))?.document?.recipients ?? null
    assert.deepEqual(await ask('mail', digest), ['A@example.edu'])
    assert.equal(await ask('mail', addressDigest('b@example.edu')), null)
    assert.equal(await ask('other', null), null)
    assert.equal(await ask('mail', null), null)
    assert.notEqual(await post.compose({ report_id: id, channel: 'hook', reader: null }), null)
    assert.equal(await post.compose({ report_id: 999, channel: 'hook', reader: null }), null)
    await store.reports.recipientCode(digest, 'code-of-a')
    await store.reports.unsubscribe('code-of-a', NOW)
    assert.equal(await ask('mail', digest), null)
  })
})
