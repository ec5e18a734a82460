import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { after, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { PAGE_FILES } from '../../src/api/docs/page-files.ts'
import { ROUTES } from '../../src/api/routes.ts'
import { openBrowser } from '../support/browser.ts'
import { FAINT_TEXTS, FOCUS_OUTLINE, NAMELESS_FIELDS } from './support/page-checks.ts'
import { openGuardedServer } from './support/guarded-server.ts'
import { sync } from './support/sync-factory.ts'

const FOLDER = fileURLToPath(new URL('../../pages/docs', import.meta.url))
const MOST_BYTES = 60_000

const guarded = await openGuardedServer({ requireToken: false })
const { store, server } = guarded
for (let index = 0; index < 3; index++) {
  await sync.failed({ task_id: `task-${index}`, user_id: '42' })(store.syncs, Date.now())
}
const browser = await openBrowser()

interface Visit {
  readonly page: Page
  /** What the browser complained of: policies that were broken, scripts that failed. */
  readonly complaints: string[]
  /** Where it sent requests. */
  readonly hosts: Set<string>
}

async function visit(hash: string, dark = false, width = 1280): Promise<Visit> {
  const colorScheme = dark ? ('dark' as const) : ('light' as const)
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } })
  const complaints: string[] = []
  const hosts = new Set<string>()
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) hosts.add(new URL(request.url()).host)
  })
  await page.goto(`${server.url}/docs#${hash}`)
  await page.waitForSelector('form')
  return { page, complaints, hosts }
}

suite('the page that describes the API', () => {
  test('it lists every route by its noun, and finds some by words', async () => {
    const { page, complaints, hosts } = await visit('getSummary')
    assert.equal(await page.locator('#routes a').count(), ROUTES.length)
    assert.equal(await page.locator('#routes a[aria-current]').getAttribute('data-id'), 'getSummary')
    await page.keyboard.press('/')
    await page.keyboard.type('user sum')
    assert.equal(await page.locator('#found').textContent(), '1 route found')
    await page.keyboard.press('Enter')
    await page.waitForSelector('h2:has-text("The figures of one user")')
    assert.equal(new URL(page.url()).hash, '#getUserSummaryByUserId')
    assert.deepEqual(complaints, [])
    assert.deepEqual([...hosts], [new URL(server.url).host])
    await page.close()
  })

  test('a route can be tried, and its answer is shown with status, time, size and headers', async () => {
    const { page, complaints } = await visit('getUserSyncsByUserId')
    await page.getByLabel('limit').fill('2')
    assert.match(
      (await page.locator('.curl pre').textContent()) ?? '',
      /^curl 'http:.*\/user\/42\/syncs\?limit=2'$/,
    )
    await page.getByRole('button', { name: 'Send' }).click()
    await page.waitForSelector('.answer b:has-text("200")')
    await page.waitForSelector('.answer .line:has-text("bytes")')
    const body = JSON.parse((await page.locator('.answer pre').textContent()) ?? '') as { count: number }
    assert.equal(body.count, 2)
    assert.match((await page.locator('.answer .line').textContent()) ?? '', /200 OK\s*\d+ ms\s*[\d,]+ bytes/)
    await page.locator('.answer summary').click()
    assert.equal(await page.locator('.answer tr:has-text("etag")').count(), 1)
    await page.getByLabel('limit').fill('nonsense')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.answer b.bad:has-text("400")')
    // Chromium itself writes a line for each answer that is an error.
    assert.deepEqual(
      complaints.filter((text) => !text.includes('status of 400')),
      [],
    )
    await page.close()
  })

  test('an answer without an end is shown as it comes, and can be stopped', async () => {
    const { page, complaints } = await visit('getEvents')
    await page.getByLabel('after').fill('0')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.waitForSelector('.answer pre:has-text("event: sync")')
    assert.equal(await page.getByRole('button', { name: 'Send' }).isDisabled(), true)
    await sync.completed({ task_id: 'while-it-is-shown' })(store.syncs, Date.now())
    await page.waitForSelector('.answer pre:has-text("while-it-is-shown")')
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.waitForSelector('.answer .line:has-text("stopped")')
    assert.equal(await page.getByRole('button', { name: 'Send' }).isDisabled(), false)
    assert.deepEqual(complaints, [])
    await page.close()
  })

  test('a body can be sent', async () => {
    const { page } = await visit('postLogsCleanup')
    await page.locator('textarea').fill('{"dry_run":true}')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.waitForSelector('.answer pre:has-text("planned_at")')
    await page.close()
  })

  test('the token is sent and kept nowhere', async () => {
    const { page } = await visit('getSession')
    const token = await guarded.token(['read'])
    await page.getByLabel('Access token').fill(token)
    const curl = (await page.locator('.curl pre').textContent()) ?? ''
    assert.match(curl, /Authorization: Bearer \$CANVAS_SYNC_TOKEN/)
    assert.ok(!curl.includes(token))
    await page.getByRole('button', { name: 'Send' }).click()
    await page.waitForSelector('.answer pre:has-text(\'"kind": "token"\')')
    const kept = await page.evaluate<string>(
      'JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }, document.cookie])',
    )
    assert.ok(!kept.includes(token.slice(5)))
    assert.ok(!(await page.content()).includes(token.slice(5)))
    await page.reload()
    assert.equal(await page.getByLabel('Access token').inputValue(), '')
    await page.close()
  })

  test('what an answer holds is text and never markup', async () => {
    const payload = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    await sync.failed({ task_id: 'hostile', error_message: payload })(store.syncs, Date.now())
    const { page, complaints } = await visit('getRecent')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.waitForSelector('.answer pre:has-text("onerror")')
    assert.equal(await page.locator('.answer img, .answer script').count(), 0)
    assert.match(await page.title(), /^The newest syncs/)
    assert.deepEqual(complaints, [])
    await page.close()
  })

  for (const [kind, dark] of [
    ['light', false],
    ['dark', true],
  ] as const) {
    test(`in ${kind} colours every text can be read, and every field has a name`, async () => {
      const { page } = await visit('getLogsSearch', dark)
      await page.getByRole('button', { name: 'Send' }).click()
      await page.waitForSelector('.answer .line:has-text("bytes")')
      assert.deepEqual(await page.evaluate(FAINT_TEXTS), [])
      assert.deepEqual(await page.evaluate(NAMELESS_FIELDS), [])
      await page.close()
    })
  }

  test('who has no mouse sees where the focus is, and comes to the route past the list', async () => {
    const { page } = await visit('getSummary')
    await page.goto(`${server.url}/docs`)
    await page.waitForSelector('form')
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate('document.activeElement.className'), 'skip')
    for (let step = 0; step < 6; step++) {
      await page.keyboard.press('Tab')
      const outline = await page.evaluate(FOCUS_OUTLINE)
      assert.equal(outline, 'solid 2px')
    }
    await page.close()
  })

  test('on a narrow screen nothing but a table or a code sticks out', async () => {
    for (const hash of ['getLogsSearch', 'postIngest', 'getUserSyncsByUserId']) {
      const { page } = await visit(hash, false, 390)
      const width = await page.evaluate<number>('document.documentElement.scrollWidth')
      assert.ok(width <= 390, `${hash}: ${width}`)
      await page.close()
    }
  })
})

test('the page is small, and all of its files are served', async () => {
  const files = readdirSync(FOLDER).filter((name) => name !== 'index.html')
  assert.deepEqual(files.toSorted(), PAGE_FILES.toSorted())
  const bytes = readdirSync(FOLDER).reduce((sum, name) => sum + statSync(`${FOLDER}/${name}`).size, 0)
  assert.ok(bytes < MOST_BYTES, `${bytes} bytes`)
  const page = await fetch(`${server.url}/docs`)
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'; script-src 'self';/)
  assert.doesNotMatch(await page.text(), /https?:|\sstyle=|<script(?! type="module" src)|\son\w+=/)
})

after(() => browser.close())
