import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { sync } from '../api/support/sync-factory.ts'
import { appendLines } from '../support/log-line-factory.ts'
import { courseOutcome, syncFinish, syncStart } from '../support/sync-factory.ts'
import { HOSTILE_TEXTS } from './support/hostile-texts.ts'
import { assertAccessible, assertNoWider, visit } from './support/visit.ts'

const { server, store, directory } = await openGuardedServer({ requireToken: false })
const { syncs } = store

const open = (path: string | number): ReturnType<typeof visit> => visit(`${server.url}/syncs/${path}`)
const panel = (page: Page, name: string | RegExp): ReturnType<Page['locator']> =>
  page.getByRole('region', { name })

suite('syncs of all kinds', () => {
  const now = Date.now()
  const started = { started_at: now - 600_000 }

  test('one that was taken for lost and told its end after all says how that came', async () => {
    const id = await sync.lost({ ...started, user_id: '50', error_message: 'Its process is gone.' })(
      syncs,
      now - 300_000,
    )
    const { page } = await open(id)
    await page.getByText(/^Lost before any course was done/).waitFor()
    await panel(page, 'How it came to this').getByText('Was taken for lost: Its process is gone.').waitFor()
    await syncs.finishSync(id, syncFinish({ status: 'completed', finished_at: now - 200_000 }))
    await panel(page, 'How it came to this')
      .getByText(/^Told its end after all/)
      .waitFor()
    await page.getByText(/It was taken for lost before it told its end/).waitFor()
    await page.close()
  })

  test('what one that runs has not done yet is no difference from the one before', async () => {
    await sync.completed({ ...started, started_at: now - 900_000, user_id: '58' })(syncs, now - 800_000)
    const id = await sync.inProgress({ ...started, user_id: '58' })(syncs, now)
    const { page } = await open(id)
    const heads = panel(page, 'Compared with the sync before').getByRole('columnheader')
    await heads.first().waitFor()
    assert.deepEqual(await heads.allTextContents(), ['Figure', 'Until now', 'Before'])
    await syncs.finishSync(id, syncFinish({ status: 'completed', finished_at: now }))
    await heads.getByText('Difference').waitFor()
    await page.close()
  })

  test('how it came to its status stands there as soon as anything below it', async () => {
    const id = await sync.lost({ ...started, user_id: '57', error_message: 'Its process is gone.' })(
      syncs,
      now - 300_000,
    )
    const { page } = await visit('about:blank')
    const held = Promise.withResolvers<void>()
    await page.route('**/status-changes', async (route) => {
      await held.promise
      await route.continue()
    })
    const lines = page.waitForResponse((response) => response.url().includes('/logs/search'))
    const steps = page.waitForResponse((response) => response.url().includes('/steps'))
    await page.goto(`${server.url}/syncs/${id}`)
    await page.getByText(/^Lost before any course was done/).waitFor()
    await Promise.all([lines, steps])
    assert.equal(await panel(page, 'Where the time went').count(), 0)
    held.resolve()
    await panel(page, 'Where the time went').waitFor()
    assert.equal(await panel(page, 'How it came to this').count(), 1)
    await page.close()
  })

  test('one whose log lines are gone shows what the database knows, and says what is missing', async () => {
    const id = await sync.completed({ ...started, counters: { api_calls_made: 7 } })(syncs, now)
    await syncs.saveCourseOutcome(
      id,
      courseOutcome('7', { started_at: now - 600_000, finished_at: now - 596_000 }),
    )
    const { page } = await open(id)
    const waterfall = panel(page, 'Where the time went')
    await waterfall.getByText('There are no log lines of this sync here').waitFor()
    await waterfall.getByRole('option', { name: 'Course 7 4 s completed' }).waitFor()
    await page.close()
  })

  test('four hundred courses stay readable: the telling ones first, all of them when asked', async () => {
    const id = await syncs.startSync(syncStart('many-courses', { user_id: '51', ...started }))
    for (let number = 1; number <= 400; number++) {
      const at = now - 600_000 + number * 1000
      const changes =
        number <= 40
          ? ({ outcome: 'failed', error_type: 'timeout', error_message: 'Canvas took too long.' } as const)
          : {}
      await syncs.saveCourseOutcome(
        id,
        courseOutcome(String(number), {
          ...changes,
          started_at: at,
          finished_at: at + number,
          duration_ms: number,
        }),
      )
    }
    await syncs.finishSync(id, syncFinish({ status: 'partial', finished_at: now, duration_ms: 600_000 }))
    const { page } = await open(id)
    const failed = panel(page, '40 of 400 courses could not be read')
    await failed.getByText('40 courses', { exact: true }).waitFor()
    assert.equal(await failed.locator('.failure-groups > li').count(), 1)
    const waterfall = panel(page, 'Where the time went')
    await waterfall.getByText('40 of 400').waitFor()
    await waterfall.getByRole('button', { name: 'Show all' }).click()
    await waterfall.getByText('All 400 parts').waitFor()
    assert.ok((await waterfall.getByRole('option').count()) < 100, 'only those in sight are drawn')
    await waterfall.getByRole('listbox').focus()
    await page.keyboard.press('End')
    await waterfall.locator('[aria-selected="true"]').getByText('Course 400').waitFor()
    await assertAccessible(page)
    await page.close()
  })

  test('ids of none, and what is no id, are told', async () => {
    for (const id of ['999999', 'nonsense', '0', '-1', '%3Cb%3E']) {
      const { page } = await open(id)
      await page.getByRole('heading', { name: /^There is no (?:such )?sync/ }).waitFor()
      await page.getByRole('main').getByText(decodeURIComponent(id)).first().waitFor()
      await page.close()
    }
  })

  test('hostile texts of courses, errors and log lines stay texts', async () => {
    const texts = HOSTILE_TEXTS.slice(0, 40)
    const id = await syncs.startSync(
      syncStart('hostile', { user_id: '52', sync_type: texts[0]?.slice(0, 100) ?? '', ...started }),
    )
    for (const [index, text] of texts.entries()) {
      await syncs.saveCourseOutcome(
        id,
        courseOutcome(text.slice(0, 255), {
          outcome: 'failed',
          error_type: index % 2 === 0 ? null : 'timeout',
          error_message: text,
        }),
      )
    }
    appendLines(
      join(directory, 'logs'),
      'api_calls',
      ...texts.map((text) => ({
        at: new Date(now - 500_000).toISOString(),
        event: 'api_call',
        task_id: 'hostile',
        user_id: '52',
        fields: {
          method: text.slice(0, 20),
          endpoint: `/api/v1/${text}`,
          status: 200,
          duration_ms: 5,
          course_id: text,
        },
        message: text,
      })),
    )
    await syncs.finishSync(
      id,
      syncFinish({
        status: 'failed',
        error_type: 'timeout',
        error_message: texts[1] ?? '',
        finished_at: now,
      }),
    )
    const { page, complaints, hosts } = await visit(`${server.url}/syncs/${id}`, { width: 390 })
    await panel(page, 'Calls to Canvas, by endpoint').getByRole('listitem').first().waitFor()
    await panel(page, 'Log lines').getByRole('radio', { name: 'Newest' }).check()
    await panel(page, 'Log lines').getByRole('listitem').first().waitFor()
    assert.equal(await page.evaluate('typeof globalThis.harmed'), 'undefined')
    assert.deepEqual([complaints, [...hosts]], [[], [new URL(server.url).host]])
    await assertNoWider(page)
    await page.close()
  })
})
