import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import type { Page } from 'playwright-core'
import { ROUTES } from '../../src/api/routes.ts'
import { openBrowser } from '../support/browser.ts'
import { givenTwoUsers, openGuardedServer } from './support/guarded-server.ts'
import { BASE } from './support/test-api.ts'

const COOKIE = '__Host-csm_session'
const guarded = await openGuardedServer()
const { port } = guarded.server
await givenTwoUsers(guarded.store)
const admin = await guarded.token(['admin'])
const browser = await openBrowser()

/** Another program of the same machine, whose pages a browser takes to be of the same site. */
const foreign = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>foreign</title>')
}).listen(0, '127.0.0.1')
await once(foreign, 'listening')
after(() => foreign.close())
const foreign_port = (foreign.address() as AddressInfo).port

/** Opens a page of ours that may send requests, and signs in there as the dashboard does. */
async function signIn(page: Page, host: string): Promise<number> {
  await page.goto(`http://${host}:${port}/docs`)
  return await page.evaluate(
    async ([path, token]) => {
      const response = await fetch(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token }),
      })
      return response.status
    },
    [`${BASE}/session`, admin] as const,
  )
}

const statusOf = (page: Page, path: string, method = 'GET'): Promise<number> =>
  page.evaluate(async ([path, method]) => (await fetch(path, { method })).status, [
    `${BASE}${path}`,
    method,
  ] as const)

for (const host of ['localhost', '127.0.0.1']) {
  test(`a browser keeps the session of http://${host} as it should, until it signs out`, async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    assert.equal(await signIn(page, host), 201)
    const cookies = await context.cookies()
    assert.equal(cookies.length, 1)
    const [cookie] = cookies
    assert.partialDeepStrictEqual(cookie, {
      name: COOKIE,
      domain: host,
      path: '/',
      httpOnly: true,
      secure: true,
      sameSite: 'Strict',
    })
    const left_s = (cookie?.expires ?? 0) - Date.now() / 1000
    assert.ok(left_s > 11.9 * 3600 && left_s <= 12 * 3600)
    assert.equal(await page.evaluate('document.cookie'), '')
    assert.equal(await statusOf(page, '/recent'), 200)

    assert.equal(await statusOf(page, '/session/end', 'POST'), 200)
    assert.deepEqual(await context.cookies(), [])
    assert.equal(await statusOf(page, '/recent'), 401)
    // The old one, brought back.
    assert.ok(cookie !== undefined)
    await context.addCookies([cookie])
    assert.equal(await statusOf(page, '/recent'), 401)
    await context.close()
  })
}

for (const host of ['localhost', '127.0.0.1']) {
  test(`a page of http://${host} at another port changes nothing, signed in as the user may be`, async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    assert.equal(await signIn(page, 'localhost'), 201)
    const nextExchange = await watchNetwork(page)
    const before = await stateOf()
    const unsafe = ROUTES.filter(({ method }) => method !== 'GET')
    assert.ok(unsafe.length >= 5)
    for (const route of unsafe) {
      const path = route.path.replaceAll(/\{\w+\}/g, '1')
      const url = `http://localhost:${port}${path}`
      for (const send of [sendFetch, sendForm]) {
        await page.goto(`http://${host}:${foreign_port}/`)
        const exchange = nextExchange(url)
        await send(page, url)
        const { status, cookie } = await exchange
        assert.equal(status, 403, `${send.name} ${route.method} ${path}`)
        // Without the cookie the test would show nothing: one port of a host has the cookies of the other.
        assert.equal(cookie.includes(COOKIE), host === 'localhost', 'the session went along')
      }
    }
    assert.deepEqual(await stateOf(), before)
    await context.close()
  })
}

test('a page of another site takes none of the few places for what goes on for long', async () => {
  const long = ROUTES.filter(({ method, streams, answers }) => method === 'GET' && (streams ?? answers[429]))
  for (const path of ['/logs/search', '/logs/histogram', '/sync/{id}/steps', '/syncs/export'])
    assert.ok(
      long.some((route) => route.path === `${BASE}${path}`),
      path,
    )
  for (const { path } of long) {
    const url = `${guarded.server.url}${path.replaceAll(/\{\w+\}/g, '1')}`
    // As a picture on that page.
    const headers = { authorization: `Bearer ${admin}`, 'sec-fetch-site': 'cross-site' }
    assert.equal((await fetch(url, { headers })).status, 403, path)
  }
})

/** The strongest that needs nobody's leave; its parameters stand in the address too. */
async function sendFetch(page: Page, url: string): Promise<void> {
  await page.evaluate(async (url) => {
    const body = new URLSearchParams({ name: 'evil', scopes: 'admin' })
    await fetch(`${url}?${body.toString()}`, {
      method: 'POST',
      mode: 'no-cors',
      credentials: 'include',
    }).catch(() => {})
  }, url)
}

async function sendForm(page: Page, url: string): Promise<void> {
  const arrived = page.waitForURL((at) => at.href.startsWith(url))
  await page.evaluate(`
    const form = document.createElement('form')
    form.method = 'post'
    form.enctype = 'text/plain'
    form.action = ${JSON.stringify(`${url}?name=evil&scopes=admin`)}
    document.body.append(form)
    form.submit()`)
  await arrived
}

interface Exchange {
  readonly status: number
  readonly cookie: string
}

/**
 * What the network sees of the next request for an address: a page is shown nothing of an answer that is not for it.
 */
async function watchNetwork(page: Page): Promise<(url: string) => Promise<Exchange>> {
  const network = await page.context().newCDPSession(page)
  await network.send('Network.enable')
  // These come in any order.
  const seen = new Map<string, { url?: string; cookie?: string; status?: number }>()
  let waiting: { url: string; resolve: (exchange: Exchange) => void } | null = null
  const note = (id: string, more: { url?: string; cookie?: string; status?: number }): void => {
    const { url, cookie, status } = { ...seen.get(id), ...more }
    seen.set(id, { ...seen.get(id), ...more })
    if (url === undefined || cookie === undefined || status === undefined || waiting === null) return
    if (!url.startsWith(waiting.url)) return
    waiting.resolve({ status, cookie })
    waiting = null
  }
  network.on('Network.requestWillBeSent', ({ requestId, request }) => {
    note(requestId, { url: request.url })
  })
  network.on('Network.requestWillBeSentExtraInfo', ({ requestId, headers }) => {
    note(requestId, { cookie: headers['Cookie'] ?? '' })
  })
  network.on('Network.responseReceivedExtraInfo', ({ requestId, statusCode }) => {
    note(requestId, { status: statusCode })
  })
  return (url) =>
    new Promise((resolve) => {
      waiting = { url, resolve }
    })
}

/** All that a request could have changed. */
async function stateOf(): Promise<object> {
  const { access, syncs } = guarded.store
  const tokens = await access.listTokens()
  const audit = await access.listAudit({ limit: 1000, before_id: null })
  const status = await guarded.send('GET', '/logs/cleanup-status', admin)
  const { history } = (await status.json()) as { history: unknown[] }
  return {
    tokens: tokens.map(({ id, scopes, revoked_at }) => ({ id, scopes, revoked_at })),
    audit: audit.filter(({ action }) => action !== 'viewed' && action !== 'refused'),
    syncs: await syncs.listSyncs({ limit: 100 }),
    cleanups: history,
  }
}
