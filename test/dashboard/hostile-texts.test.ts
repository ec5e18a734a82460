import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { SyncErrorType } from '../../src/core/error-types.ts'
import { LOG_STREAMS } from '../../src/core/log-event.ts'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { courseOutcome, syncFinish, syncStart } from '../support/sync-factory.ts'
import { HOSTILE_TEXTS } from './support/hostile-texts.ts'
import { givenSchedule, openIncident } from './support/given-alerts.ts'
import { assertNoWider, visit } from './support/visit.ts'

const LONG = process.env['LONG_TESTS'] === '1'

const { server, store, directory } = await openGuardedServer({ requireToken: false, alerts: false })
const now = Date.now()
const logs = join(directory, 'logs')
mkdirSync(logs, { recursive: true })

/** Other programs may write any. */
const errorTypeOf = (index: number): SyncErrorType =>
  (['timeout', 'constructor', '<b>own</b>', 'server_error'][index % 4] ?? 'timeout') as SyncErrorType

const ids: number[] = []
for (const [index, text] of HOSTILE_TEXTS.entries()) {
  const started_at = now - (index + 1) * 60_000
  const id = await store.syncs.startSync(
    syncStart(text.slice(0, 255), {
      user_id: text.slice(0, 255),
      sync_type: text.slice(0, 100),
      target_course_id: text.slice(0, 255),
      host: text.slice(0, 200),
      trigger: text.slice(0, 60),
      sync_metadata: { [text.slice(0, 60)]: text },
      started_at,
    }),
  )
  ids.push(id)
  await store.syncs.saveCourseOutcome(
    id,
    courseOutcome(text.slice(0, 255), {
      outcome: 'failed',
      error_type: 'timeout',
      error_message: text,
      reason: text,
    }),
  )
  if (index % 10 === 9) continue
  await store.syncs.finishSync(
    id,
    syncFinish({
      status: index % 2 === 0 ? 'failed' : 'partial',
      error_type: errorTypeOf(index),
      error_message: text,
      progress_current: text,
      finished_at: started_at + 30_000,
    }),
  )
}

// Not through the writer, which takes some of it out: other programs write here, too.
for (const stream of LOG_STREAMS) {
  const lines = HOSTILE_TEXTS.map((text, index) =>
    JSON.stringify({
      timestamp: new Date(now - 600_000 + index * 1000).toISOString(),
      level: index % 3 === 0 ? 'ERROR' : 'INFO',
      event: text.slice(0, 80),
      task_id: text.slice(0, 255),
      user_id: text.slice(0, 255),
      writer: `w${stream}`,
      seq: index + 1,
      endpoint: text,
      course_id: text,
      message: text,
    }),
  )
  appendFileSync(join(logs, `${stream}.log`), `${lines.join('\n')}\n`)
}

// What people and other programs name: subjects of incidents, reasons, channels that are gone, owners of schedules.
const incident_ids: number[] = []
for (const [index, text] of HOSTILE_TEXTS.slice(0, 40).entries()) {
  incident_ids.push(
    await openIncident(
      store,
      {
        rule: (['sync_failed', 'missed', 'notification_failing', 'log_loss'] as const)[index % 4] ?? 'disk',
        severity: 'critical',
        subject: {
          host: text.slice(0, 200),
          sync_type: text.slice(0, 100),
          user_id: text.slice(0, 255),
          schedule: text.slice(0, 50),
          channel: text.slice(0, 50),
          error_type: errorTypeOf(index),
        },
        facts: { machine: text.slice(0, 100), last_error: text.slice(0, 100), due_at: now, records_lost: 1 },
        key: String(index),
      },
      now,
    ),
  )
  const lasting = { created_at: now, due_at: now + 1e9, expires_at: now + 2e9, group: null, repeat_ms: null }
  const about = { kind: 'test', incident_id: null, report_id: null, reader: null } as const
  const channel = text.slice(0, 50)
  await store.notifications.add([{ dedup_key: `hostile ${index}`, channel, ...about, ...lasting }])
  await givenSchedule(
    store,
    `hostile-${index}`,
    { cron: '0 2 * * *', sync_type: text.slice(0, 50).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, ' '), owner: null },
    { letters: 'sm', every_ms: 86_400_000, now },
  )
}

/** What text must not have become. */
const FOREIGN = `[...document.querySelectorAll('iframe, object, embed, base, style, img, math, meta[http-equiv], form[action], script:not([src^="/assets/"])')]
  .map((element) => element.outerHTML.slice(0, 200))
  .concat([...document.querySelectorAll('*')]
    .filter((element) => [...element.attributes].some(({ name }) => name.startsWith('on')))
    .map((element) => element.outerHTML.slice(0, 200)))
  .concat([...document.querySelectorAll('a[href], link[href]')]
    .filter((element) => new URL(element.href).host !== location.host)
    .map((element) => element.outerHTML.slice(0, 200)))`

async function assertOnlyText(page: Page): Promise<void> {
  assert.deepEqual(await page.evaluate<string[]>(FOREIGN), [])
  assert.equal(await page.evaluate('globalThis.harmed'), undefined)
}

/** Opens one page after the other, waits until each shows something, and looks at what became of the texts. */
async function look(pages: readonly (readonly [address: string, shown: string | RegExp])[]): Promise<void> {
  const { page, complaints, hosts } = await visit('about:blank')
  hosts.clear()
  for (const [address, shown] of pages) {
    await page.goto(server.url + address)
    await page.getByText(shown).first().waitFor()
    await page.locator('.waits').first().waitFor({ state: 'detached' })
    await assertOnlyText(page)
    await assertNoWider(page)
    assert.deepEqual(complaints, [], address)
    assert.deepEqual([...hosts], [new URL(server.url).host], address)
  }
  await page.close()
}

suite('two hundred hostile texts as names, errors and log messages', () => {
  for (const [name, address, shown] of [
    ['overview', '/', /90\d\d/],
    ['list of syncs', '/syncs', /90\d\d/],
    ['errors', '/errors', /9\d\d\d/],
    ['performance', '/performance', /./],
    ['logs', '/logs', /9\d\d\d/],
    ['users', '/users', /90\d\d/],
    ['incidents', '/incidents?state=all', /90\d\d/],
    ['schedules', '/schedules', /90\d\d/],
    ['notifications', '/notifications', /90\d\d/],
    ['system', '/system', /./],
  ] as const) {
    test(`are text and nothing else on the page of ${name}`, async () => {
      await look([[address, shown]])
    })
  }

  test('are text on the pages of syncs that are called so', async () => {
    const pages = ids.slice(0, 40).map((id, index) => [`/syncs/${id}`, String(9000 + index)] as const)
    await look(pages.filter((_, index) => LONG || index % 4 === 1))
  })

  test('are text on the pages of incidents about them', async () => {
    const some = incident_ids.filter((_, index) => LONG || index % 4 === 1)
    await look(some.map((id) => [`/incidents/${id}`, 'What to do:']))
  })

  test('are text on the pages of users who are called so', async () => {
    const users = HOSTILE_TEXTS.slice(0, 40).filter((text) => !/\p{Cc}/u.test(text))
    await look(users.map((text) => [`/users/${encodeURIComponent(text.slice(0, 255))}`, /./]))
  })

  test('are text as filters in an address that somebody was sent', async () => {
    const texts = HOSTILE_TEXTS.slice(0, 40).map((text) =>
      encodeURIComponent(text.slice(0, 100).toWellFormed()),
    )
    await look(texts.map((text) => [`/syncs?user_id=${text}&host=${text}&view=${text}`, /./]))
    await look(texts.map((text) => [`/logs?text=${text}&task=${text}`, /./]))
  })
})
