import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertProblem } from '../api/support/assert-problem.ts'
import { openHost, openMounted } from './support/mounted-host.ts'

const API = '/monitor/api/canvas/metrics'

test('everything is below the base path, and the rest is the application’s', async () => {
  await using host = await openHost()
  for (const path of ['/', '/monitors', '/api/canvas/metrics/summary', '/livez']) {
    assert.equal(await (await host.get(path)).text(), 'the application', path)
  }
  for (const path of ['/monitor/livez', '/monitor/readyz', '/monitor/openapi.json', '/monitor/docs']) {
    assert.equal((await host.get(path)).status, 200, path)
  }
  await assertProblem(await host.get('/monitor/nothing'), 404)
  await assertProblem(await host.get('/monitor/api/nothing'), 404)
  const { servers } = (await (await host.get('/monitor/openapi.json')).json()) as {
    servers: { url: string }[]
  }
  assert.equal(new URL(servers[0]?.url ?? '', `${host.url}/monitor/openapi.json`).pathname, '/monitor/')
})

test('the page of the dashboard has its files and its base below the path, at every depth', async () => {
  await using host = await openHost()
  for (const path of [
    '/monitor',
    '/monitor/',
    '/monitor/syncs',
    '/monitor/syncs/42',
    '/monitor/users/a%2Fb',
  ]) {
    const page = await host.get(path)
    const text = await page.text()
    assert.equal(page.status, 200, path)
    assert.match(text, /<meta name="base-path" content="\/monitor" ?\/?>/)
    const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address)
    assert.ok(files.length > 2, text)
    for (const file of files) {
      assert.match(file, /^\/monitor\/assets\//)
      assert.equal((await host.get(file)).status, 200, file)
    }
  }
})

test('nobody comes in without a token, not even from this machine', async () => {
  await using host = await openHost()
  await assertProblem(await host.get(`${API}/summary`), 401)
  await assertProblem(await host.get(`${API}/tokens`, await host.token('read')), 403)
  assert.equal((await host.get(`${API}/summary`, await host.token('read'))).status, 200)
})

test('addresses in headers have the base path', async () => {
  await using host = await openHost()
  for (const id of ['a', 'b', 'c']) await host.monitor.monitor.track({ taskId: id }, async () => {})
  const page = await host.get(`${API}/syncs?limit=2`, await host.token('read'))
  const next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? ''
  assert.ok(next.startsWith(`${API}/syncs?`), next)
  const { syncs } = (await (await host.get(next, await host.token('read'))).json()) as { syncs: unknown[] }
  assert.equal(syncs.length, 1)
})

test('a framework that takes the base path away, wholly or in part, changes nothing', async () => {
  await using monitor = await openMounted({ basePath: '/apps/monitor' })
  const whole = 'http://localhost/apps/monitor/livez'
  assert.equal((await monitor.fetch(new Request(whole))).status, 200)
  assert.equal((await monitor.fetch(new Request('http://localhost/livez'))).status, 200)
  const stripped = [
    ['/livez', '/apps/monitor/livez', 200],
    ['/monitor/livez', '/apps/monitor/livez', 200],
    ['/monitor', '/apps/monitor', 200],
    ['/', '/apps/monitor?a=b', 200],
    ['/livez', '/elsewhere/livez', 200],
    ['/nothing', '/elsewhere/nothing', 404],
  ] as const
  let original = ''
  let url = ''
  await using host = await openHost({ basePath: '/apps/monitor' }, (request) => {
    Object.assign(request, { url, originalUrl: original })
  })
  for (const row of stripped) {
    url = row[0]
    original = row[1]
    assert.equal((await host.get('/')).status, row[2], `${url} of ${original}`)
  }
})

test('the application says who comes in and what that one sees', async () => {
  const users: Record<string, object> = {
    'session=ann': { scopes: ['read'], users: [7], name: 'ann' },
    'session=root': { scopes: ['admin'], name: 'root' },
  }
  await using host = await openHost({
    authorize: (request) => (users[request.headers.get('cookie') ?? ''] ?? null) as never,
  })
  const { monitor } = host.monitor
  await monitor.track({ taskId: 'hers', userId: 7 }, async () => {})
  await monitor.track({ taskId: 'other', userId: 8 }, async () => {})
  const as = (cookie: string, path: string): Promise<Response> =>
    host.get(`${API}${path}`, null, { headers: { cookie } })
  await assertProblem(await as('session=nobody', '/recent'), 401)
  const { syncs } = (await (await as('session=ann', '/recent')).json()) as { syncs: { user_id: number }[] }
  assert.deepEqual(
    syncs.map(({ user_id }) => user_id),
    [7],
  )
  await assertProblem(await as('session=ann', '/user/8/summary'), 403)
  await assertProblem(await as('session=ann', '/tokens'), 403)
  const session = (await (await as('session=ann', '/session')).json()) as Record<string, unknown>
  assert.deepEqual(
    [session['kind'], session['token_name'], session['scopes'], session['users']],
    ['host', 'ann', ['read'], ['7']],
  )
  assert.equal((await as('session=root', '/tokens')).status, 200)
  // Tokens count as well, for programs that report.
  const token = await host.token('ingest')
  const body = JSON.stringify({ type: 'sync_started', task_id: 'reported' })
  const headers = { 'content-type': 'application/json' }
  const reported = await host.get(`${API}/ingest`, token, { method: 'POST', headers, body })
  assert.notEqual(reported.status, 401)
  // A page of another site may not use the session of the application.
  const foreign = { cookie: 'session=root', origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  const clean = await host.get(`${API}/logs/cleanup`, null, { method: 'POST', headers: foreign })
  await assertProblem(clean, 403)
})

test('what the application kept of a session with the request of Node is there to decide by', async () => {
  await using host = await openHost(
    {
      authorize: (_request, incoming) =>
        (incoming as { user?: string } | undefined)?.user === 'ann' ? { scopes: ['read'] } : null,
    },
    (request) => {
      Object.assign(request, { user: 'ann' })
    },
  )
  assert.equal((await host.get(`${API}/summary`)).status, 200)
  assert.equal((await host.monitor.fetch(new Request(`http://localhost${API}/summary`))).status, 401)
})

test('a mistake in authorize opens nothing, ends nothing, and is told', async () => {
  const answers: readonly unknown[] = [
    { scopes: ['everything'] },
    { scopes: 'admin' },
    {},
    { scopes: ['admin'], users: [7] },
    { scopes: ['read'], users: '7' },
    { scopes: ['read'], users: [{}] },
    { scopes: ['read'], name: '' },
    true,
  ]
  let answer: unknown
  const told: unknown[] = []
  await using host = await openHost({
    authorize: () => {
      if (answer instanceof Error) throw answer
      return answer as never
    },
    onError: (error) => told.push(error),
  })
  for (answer of [...answers, new Error('the session store is away')]) {
    await assertProblem(await host.get(`${API}/summary`), 500)
  }
  assert.equal(told.length, answers.length + 1)
  assert.equal((await host.get('/monitor/livez')).status, 200)
})

test('a name that is not the server’s is refused, whoever comes', async () => {
  await using host = await openHost({ authorize: () => ({ scopes: ['admin'] }) })
  const request = new Request(`http://rebound.example${API}/summary`)
  assert.equal((await host.monitor.fetch(request)).status, 421)
  await using known = await openMounted({
    publicUrl: 'https://app.example.edu/monitor',
    authorize: () => ({ scopes: ['admin'] }),
  })
  const ours = await known.fetch(new Request(`https://app.example.edu${API}/summary`))
  assert.equal(ours.status, 200)
  // How browsers come to the application is for the application to say.
  assert.equal(ours.headers.get('strict-transport-security'), null)
})

test('a body that the application has read is taken from there, or its loss is said', async () => {
  const body = JSON.stringify({ slug: 'nightly', schedule: '0 2 * * *', max_runtime_minutes: 30 })
  const given: { parsed: (text: Buffer) => object } = { parsed: () => ({}) }
  await using host = await openHost({}, async (request) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    Object.assign(request, given.parsed(Buffer.concat(pieces)))
  })
  const token = await host.token('admin')
  const send = (): Promise<Response> =>
    host.get(`${API}/session`, token, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    })
  assert.ok(body.length > 0)
  given.parsed = (bytes) => ({ body: JSON.parse(bytes.toString()) as object })
  assert.equal((await send()).status, 201)
  given.parsed = (bytes) => ({ body: bytes })
  assert.equal((await send()).status, 201)
  given.parsed = (bytes) => ({ body: { changed: true }, rawBody: bytes })
  assert.equal((await send()).status, 201)
  given.parsed = (bytes) => ({ body: bytes.toString() })
  assert.equal((await send()).status, 201)
  given.parsed = () => ({})
  const lost = await send()
  assert.match(await lost.clone().text(), /has read the body/)
  await assertProblem(lost, 500)
  // What has no body is none the worse for it.
  assert.equal((await host.get(`${API}/summary`, token)).status, 200)
})

test('HEAD has the headers of GET and no body', async () => {
  await using host = await openHost()
  const token = await host.token('read')
  const head = await host.get(`${API}/summary`, token, { method: 'HEAD' })
  assert.equal(head.status, 200)
  assert.equal(await head.text(), '')
  const page = await host.monitor.fetch(new Request('http://localhost/monitor/', { method: 'HEAD' }))
  assert.equal(page.status, 200)
  assert.equal(await page.text(), '')
})

for (const way of ['node', 'fetch'] as const) {
  test(`live updates come through ${way}, and end with the client or the server`, async () => {
    await using host = await openHost()
    const token = await host.token('read')
    const gone = new AbortController()
    const init = { headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' } }
    const ask = (signal?: AbortSignal): Promise<Response> =>
      way === 'node'
        ? fetch(`${host.url}${API}/events`, { ...init, signal: signal ?? null })
        : host.monitor.fetch(new Request(`http://localhost${API}/events`, init))
    const live = await ask(gone.signal)
    assert.match(live.headers.get('cache-control') ?? '', /no-transform/)
    const reader = (live.body as ReadableStream<Uint8Array>).getReader()
    await host.monitor.monitor.track({ taskId: 'seen' }, async () => {})
    let text = ''
    while (!text.includes('"seen"')) text += Buffer.from((await reader.read()).value ?? []).toString()
    if (way === 'node') gone.abort()
    else await reader.cancel()
    // A second one is there when the server ends.
    const last = await ask()
    const rest = last.text()
    await host.monitor.close()
    assert.equal(typeof (await rest), 'string')
    assert.equal((await host.monitor.fetch(new Request(`http://localhost${API}/summary`))).status, 503)
  })
}

test('a request that runs when the server is closed gets its answer', async () => {
  const asked = Promise.withResolvers<void>()
  const going = Promise.withResolvers<void>()
  await using host = await openHost({
    authorize: async () => {
      asked.resolve()
      await going.promise
      return { scopes: ['read'] }
    },
  })
  const answer = host.get(`${API}/summary`)
  await asked.promise
  const closed = host.monitor.close()
  going.resolve()
  assert.equal((await answer).status, 200)
  await closed
})
