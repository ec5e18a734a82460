import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { givenApiCalls, givenPastSizes, givenPastSyncs } from './support/past-performance.ts'
import { assertAccessible, assertNoWider, visit } from './support/visit.ts'

const past = await openGuardedServer({ requireToken: false })
const empty = await openGuardedServer({ requireToken: false })

before(async () => {
  const now = Date.now()
  await givenApiCalls(join(past.directory, 'logs'))
  await Promise.all([givenPastSyncs(past.store, 10, now), givenPastSizes(past.store, 10, now)])
})

const panel = (page: Page, title: string): ReturnType<Page['locator']> =>
  page.getByRole('region', { name: title, exact: true })

test('what is slow is named, with how much was looked at, and leads to its syncs', async () => {
  const { page, complaints } = await visit(`${past.server.url}/performance`)
  const types = panel(page, 'By type of sync').getByRole('row')
  await types.nth(3).waitFor()
  assert.match((await types.nth(1).textContent()) ?? '', /^all\d+/)
  const courses = panel(page, 'Slowest courses').getByRole('listitem')
  assert.match((await courses.first().textContent()) ?? '', /^Course 115.*12 failed$/)
  await panel(page, 'Slowest courses')
    .getByText(/^On average, of 240 courses read by/)
    .waitFor()
  assert.match(
    (await panel(page, 'Slowest users').getByRole('listitem').first().textContent()) ?? '',
    /^User 5/,
  )
  await courses.first().getByRole('link').click()
  await page.waitForURL(`${past.server.url}/syncs?course_id=115`)
  assert.deepEqual(complaints, [])
  await page.close()
})

test('endpoints come from the logs, which are read behind the page', async () => {
  const { page } = await visit(`${past.server.url}/performance`)
  const endpoints = panel(page, 'Calls to Canvas by endpoint')
  await endpoints.getByText('400 calls').waitFor()
  await endpoints.getByText('2.5 % failed').waitFor()
  const bars = endpoints.getByRole('listitem')
  assert.match((await bars.first().textContent()) ?? '', /^\/api\/v1\/courses\/:id\/enrollments.*100 calls$/)
  await endpoints.getByRole('button', { name: 'Show as a table' }).click()
  assert.equal(await endpoints.getByRole('row').count(), 5)
  await page.close()
})

test('period and endpoints stand in the address, so that a copied link shows the same', async () => {
  const { page } = await visit(`${past.server.url}/performance`)
  await page.getByLabel('30 days', { exact: true }).focus()
  await page.keyboard.press('ArrowLeft')
  await page.waitForURL((url) => url.searchParams.get('since') === '7d')
  await page.getByLabel('Of', { exact: true }).selectOption('1h')
  await page.waitForURL((url) => url.searchParams.get('endpoints') === '1h')
  const copied = await visit(page.url())
  assert.ok(await copied.page.getByLabel('7 days', { exact: true }).isChecked())
  assert.equal(await copied.page.getByLabel('Of', { exact: true }).inputValue(), '1h')
  await copied.page.close()
  await page.goBack()
  await page.waitForURL((url) => url.searchParams.get('endpoints') === null)
  await page.close()
})

test('growth is carried on with how sure it is, and not where too little is known', async () => {
  const { page } = await visit(`${past.server.url}/performance`)
  const grown = panel(page, 'Capacity')
  await grown.getByText(/^At this pace the database reaches 5\.0 GB in about \d+ weeks/).waitFor()
  await grown.getByText(/It grows by about 3\d MB a day\.$/).waitFor()
  await grown.getByRole('button', { name: 'Show as a table' }).click()
  assert.ok((await grown.getByRole('row').count()) >= 10)
  await page.close()

  const first = await visit(`${empty.server.url}/performance`)
  const unknown = panel(first.page, 'Capacity').getByText(/^Too little is known to say where it goes: \d of/)
  await unknown.nth(3).waitFor()
  await first.page.getByText('No sync was completed in the last 30 days.').waitFor()
  const nothing = panel(first.page, 'How long completed syncs took')
  await nothing.getByText('Nothing of this was recorded in the period.').waitFor()
  assert.equal(await nothing.getByRole('button', { name: 'Show as a table' }).count(), 0)
  await first.page.getByText('No course was read in the last 30 days.').waitFor()
  await first.page.getByText('No call to Canvas is in the logs of the last 24 hours.').waitFor()
  assert.deepEqual(first.complaints, [])
  await first.page.close()
})

test('who may see single users only is told why some of it is not shown', async () => {
  const guarded = await openGuardedServer()
  const { page } = await visit(`${guarded.server.url}/performance`)
  await page.getByLabel('Access token').fill(await guarded.token(['read:user:1']))
  await page.keyboard.press('Enter')
  await panel(page, 'Capacity').getByText('may only see the data of the users').waitFor()
  await panel(page, 'Slowest courses').getByText('No course was read').waitFor()
  await page.close()
})

for (const dark of [false, true]) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing, in the ${dark ? 'dark' : 'light'} theme, ${width} wide`, async () => {
      const { page, complaints } = await visit(`${past.server.url}/performance`, { dark, width })
      await panel(page, 'Calls to Canvas by endpoint').getByText('400 calls').waitFor()
      await panel(page, 'Capacity')
        .getByText(/^At this pace the database/)
        .waitFor()
      await assertAccessible(page)
      await assertNoWider(page)
      await panel(page, 'Calls to Canvas by endpoint')
        .getByRole('button', { name: 'Show as a table' })
        .click()
      await panel(page, 'Capacity').getByRole('button', { name: 'Show as a table' }).click()
      await assertAccessible(page)
      await assertNoWider(page)
      assert.deepEqual(complaints, [])
      await page.close()
    })
  }
}
