import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { assertProblem } from '../api/support/assert-problem.ts'
import { openGuardedServer } from '../api/support/guarded-server.ts'
import { assertAccessible, visit } from './support/visit.ts'

const { server } = await openGuardedServer({ requireToken: false })
const HTML = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }

suite('an address at which there is nothing', () => {
  test('a person gets the page, which says so, with status 404', async () => {
    const answer = await fetch(`${server.url}/nothing/here`, { headers: HTML })
    assert.equal(answer.status, 404)
    assert.match(answer.headers.get('content-type') ?? '', /^text\/html/)
    assert.match(answer.headers.get('content-security-policy') ?? '', /script-src 'self'/)
    assert.equal(answer.headers.get('vary'), 'accept')
    const { page } = await visit(`${server.url}/nothing/here`)
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor()
    assert.equal(await page.title(), 'There is no such page · Canvas syncs')
    await assertAccessible(page)
    await page.getByRole('link', { name: 'Go to the overview' }).click()
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await page.close()
  })

  test('programs get a problem, and so does everybody below the API, the documentation and the files', async () => {
    for (const accept of ['application/json', '*/*', 'text/html;q=0', 'text/htmlx']) {
      await assertProblem(await fetch(`${server.url}/nothing`, { headers: { accept } }), 404)
    }
    for (const path of [
      '/api/nothing',
      '/api',
      '/docs/nothing/x',
      '/assets/nothing/x',
      '/assets/nothing.js',
    ]) {
      await assertProblem(await fetch(`${server.url}${path}`, { headers: HTML }), 404)
    }
    await assertProblem(await fetch(`${server.url}/nothing`, { method: 'DELETE', headers: HTML }), 404)
  })

  test('what can be no sync is told, with a way back', async () => {
    const { page } = await visit(`${server.url}/syncs/x`)
    await page.getByRole('heading', { name: 'There is no such sync' }).waitFor()
    await page.getByRole('link', { name: 'All syncs' }).click()
    await page.getByRole('heading', { name: 'Syncs', exact: true, level: 1 }).waitFor()
    await page.close()
  })
})

suite('a page whose script does not come', () => {
  test('after an upgrade the browser loads the new version once, at the same address', async () => {
    const { page } = await visit(server.url)
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    let upgraded = false
    let loads = 0
    await page.route('**/assets/performance-page-*.js', (route) =>
      upgraded ? route.continue() : route.fulfill({ status: 404 }),
    )
    await page.route(`${server.url}/`, (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: '<script type="module" src="/assets/newer.js"></script>',
      }),
    )
    page.on('load', () => {
      loads++
      upgraded = true
    })
    await page.getByRole('link', { name: 'Performance' }).click()
    await page.waitForEvent('load')
    upgraded = true
    await page.reload()
    await page.getByRole('heading', { name: 'Performance', level: 1 }).waitFor()
    assert.equal(page.url(), `${server.url}/performance`)
    assert.equal(loads, 2)
    await page.close()
  })

  test('otherwise the page says that it broke, what to do, and lets the others be', async () => {
    const { page } = await visit(server.url)
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await page.route('**/assets/performance-page-*.js', (route) => route.fulfill({ status: 404 }))
    await page.getByRole('link', { name: 'Performance' }).click()
    const broken = page.getByRole('alert')
    await broken.getByRole('heading', { name: 'This page broke' }).waitFor()
    await broken.getByRole('button', { name: 'Copy the details' }).click()
    await page.getByRole('status').getByText('The details are copied.').waitFor()
    await assertAccessible(page)
    await page.getByRole('link', { name: 'Overview', exact: true }).click()
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await page.unroute('**/assets/performance-page-*.js')
    await page.goBack()
    await page.getByRole('button', { name: 'Reload' }).click()
    await page.getByRole('heading', { name: 'Performance', level: 1 }).waitFor()
    await page.close()
  })
})
