import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { openStore } from '../../../src/store/open-store.ts'
import { visit } from '../../dashboard/support/visit.ts'
import { until, type ExampleProcess, type ExampleWorld } from './example-app.ts'

const API = '/monitor/api/canvas/metrics'

interface SyncRow {
  readonly id: number
  readonly sync_status: string
  readonly error_type: string | null
  readonly error_message: string | null
  readonly courses: { readonly processed: number }
}

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

type Ask = (path: string, init?: Sent) => Promise<Response>

const asker =
  ({ url }: ExampleProcess, token: string): Ask =>
  (path, init = {}) =>
    fetch(`${url}${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } })

async function syncs(ask: Ask): Promise<readonly SyncRow[]> {
  const answer = await ask(`${API}/recent`)
  assert.equal(answer.status, 200)
  return ((await answer.json()) as { syncs: SyncRow[] }).syncs
}

/** Three syncs that a host application starts: one that is good, one that throws, one whose process is killed. */
export async function checkSyncs(world: ExampleWorld): Promise<ExampleProcess> {
  const first = await world.start()
  const ask = asker(first, world.token)
  const good = await fetch(`${first.url}/sync`, { method: 'POST' })
  assert.deepEqual(await good.json(), { courses: 2 })
  const [completed] = await syncs(ask)
  assert.equal(completed?.sync_status, 'completed')
  assert.equal(completed.courses.processed, 2)
  world.canvas.mood = 'refuses'
  assert.equal((await fetch(`${first.url}/sync`, { method: 'POST' })).status, 502)
  const [failed] = await syncs(ask)
  assert.deepEqual([failed?.sync_status, failed?.error_type], ['failed', 'token_invalid'])
  world.canvas.mood = 'hangs'
  const unanswered = fetch(`${first.url}/sync`, { method: 'POST' }).then(
    () => 'answered',
    () => 'gone',
  )
  await until('the sync runs', async () =>
    (await syncs(ask))[0]?.sync_status === 'in_progress' ? true : undefined,
  )
  first.child.kill('SIGKILL')
  assert.equal(await first.ended, 'SIGKILL')
  assert.equal(await unanswered, 'gone')
  world.canvas.mood = 'answers'
  const second = await world.start()
  const lost = await until('the sync is lost', async () => {
    const [row] = await syncs(asker(second, world.token))
    return row?.sync_status === 'lost' ? row : undefined
  })
  assert.match(lost.error_message ?? '', /that ran the sync is gone/)
  return second
}

/** What a browser and programs need of the monitor below its path. */
export async function checkMounted(world: ExampleWorld, example: ExampleProcess): Promise<void> {
  const ask = asker(example, world.token)
  const get = (path: string): Promise<Response> => fetch(`${example.url}${path}`)
  for (const path of ['/monitor', '/monitor/syncs/1', '/monitor/users/a%2Fb']) {
    const page = await get(path)
    assert.equal(page.status, 200, path)
    const text = await page.text()
    const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address)
    assert.ok(files.length > 2)
    for (const file of files) {
      assert.match(file, /^\/monitor\/assets\//)
      assert.equal((await get(file)).status, 200, file)
    }
  }
  assert.equal((await get(`${API}/summary`)).status, 401)
  assert.equal((await get('/monitor/livez')).status, 200)
  const nothing = await get('/monitor/api/nothing')
  assert.equal(nothing.status, 404)
  assert.equal(nothing.headers.get('content-type'), 'application/problem+json')
  const head = await ask(`${API}/summary`, { method: 'HEAD' })
  assert.deepEqual([head.status, await head.text()], [200, ''])
  // Bodies arrive, whatever parsers the application has.
  const signed_in = await get(`${API}/session`).then(() =>
    fetch(`${example.url}${API}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: world.token }),
    }),
  )
  assert.equal(signed_in.status, 201)
  assert.match(signed_in.headers.get('set-cookie') ?? '', /^__Host-csm_session_\w+=csm_session_/)
  const lines = `${JSON.stringify({ type: 'nothing' })}\n`
  const headers = { 'content-type': 'application/x-ndjson' }
  const report = await ask(`${API}/ingest`, { method: 'POST', headers, body: lines })
  assert.equal(report.status, 422, await report.clone().text())
  const csv = await ask(`${API}/syncs/export?format=csv`)
  assert.equal((await csv.text()).trim().split('\n').length, 4)
}

/**
 * The host ends when it is told to, though somebody follows the live updates; but not before a sync that one of its requests
 * runs, which ends as it would have.
 *
 * @param ends its exit code, or the signal that it gives itself in the end
 */
export async function checkEnd(
  world: ExampleWorld,
  example: ExampleProcess,
  ends: number | string = 0,
): Promise<void> {
  const ask = asker(example, world.token)
  const live = await ask(`${API}/events`)
  assert.equal(live.status, 200)
  const rest = live.text()
  world.canvas.mood = 'hangs'
  const running = postAlone(`${example.url}/sync`)
  const { id } = await until('the last sync runs', async () => {
    const [row] = await syncs(ask)
    return row?.sync_status === 'in_progress' ? row : undefined
  })
  example.child.kill('SIGTERM')
  await rest
  world.canvas.mood = 'answers'
  assert.deepEqual(await running, { courses: 2 })
  assert.equal(await example.ended, ends)
  await using store = await openStore(world.database)
  const [last] = await store.syncs.listSyncs({ limit: 1 })
  assert.deepEqual([last?.id, last?.sync_status], [id, 'completed'])
}

/** Over a connection of its own, which ends with it: how long idle ones are kept is the framework's matter. */
async function postAlone(url: string): Promise<unknown> {
  const request = httpRequest(url, { method: 'POST', agent: false }).end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return await json(response)
}

/** A person signs in below the path, sees the syncs, and one more as it happens. */
export async function checkBrowser(
  url: string,
  { token, run }: { readonly token: string; readonly run: () => Promise<unknown> },
): Promise<void> {
  const { page, complaints } = await visit(`${url}/monitor/syncs`)
  await page.getByLabel('Access token').fill(token)
  // What the browser says of the 401 before it is signed in.
  complaints.length = 0
  await page.getByRole('button', { name: 'Sign in' }).click()
  const rows = page.locator('main tbody tr')
  await rows.first().waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  const before = await rows.count()
  // Rows do not move under the pointer, which is where the button was.
  await page.mouse.move(0, 0)
  await run()
  await rows.nth(before).waitFor()
  // Deeper pages, their scripts and the way back are below the path as well.
  await rows.first().getByRole('link').first().click()
  await page.getByRole('heading', { level: 1 }).waitFor()
  assert.match(new URL(page.url()).pathname, /^\/monitor\/syncs\/\d+$/)
  await page.reload()
  await page.getByRole('heading', { name: 'Take it along' }).waitFor()
  await page.getByRole('navigation').getByRole('link', { name: 'System' }).first().click()
  await page.getByRole('link', { name: '/docs' }).waitFor()
  assert.equal(new URL(page.url()).pathname, '/monitor/system')
  await page.getByRole('link', { name: '/docs' }).click()
  await page.getByRole('link', { name: 'summary' }).first().waitFor()
  assert.equal(new URL(page.url()).pathname, '/monitor/docs')
  assert.deepEqual(complaints, [])
  await page.close()
}
