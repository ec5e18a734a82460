import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { z } from 'zod'
import { NDJSON_MEDIA_TYPE, ok, type Answer } from '../../src/api/http/answer.ts'
import { deliver } from '../../src/api/http/deliver.ts'
import { hasCurrent } from '../../src/api/http/entity-tag.ts'
import { get, post, type Parameters, type RouteDescription } from '../../src/api/http/route.ts'
import { sync } from './support/sync-factory.ts'
import { BASE, openTestApi } from './support/test-api.ts'

const ADDRESS = 'http://localhost/thing'
const large = { text: 'a line of some text '.repeat(500) }

interface Asked {
  readonly headers?: Record<string, string>
  readonly method?: string
  readonly route?: Partial<RouteDescription<Parameters>>
}

function asked(answer: Answer, { headers = {}, method = 'GET', route = {} }: Asked = {}): Promise<Response> {
  const description = { summary: '', parameters: {}, answers: { 200: z.object({}) }, ...route }
  const row = (method === 'POST' ? post : get)('/thing', description, () => Promise.resolve(answer))
  return deliver(answer, new Request(ADDRESS, { headers, method }), row)
}

const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.bytes())

test('an answer that is asked for again and has not changed is 304, with what a 200 says of keeping it', async () => {
  const first = await asked(ok({ a: 1 }))
  const etag = first.headers.get('etag') ?? ''
  assert.match(etag, /^"[\w-]{22}"$/)
  assert.equal(first.headers.get('cache-control'), 'private, no-cache')
  for (const if_none_match of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await asked(ok({ a: 1 }), { headers: { 'if-none-match': if_none_match } })
    assert.equal(again.status, 304, if_none_match)
    assert.equal(await again.text(), '')
    for (const name of ['etag', 'cache-control', 'vary']) {
      assert.equal(again.headers.get(name), first.headers.get(name), name)
    }
    for (const name of ['content-type', 'content-encoding', 'content-length']) {
      assert.equal(again.headers.get(name), null, name)
    }
  }
  for (const if_none_match of ['"other"', etag.slice(1, -1), '', 'W/"']) {
    assert.equal((await asked(ok({ a: 1 }), { headers: { 'if-none-match': if_none_match } })).status, 200)
  }
  const changed = await asked(ok({ a: 2 }), { headers: { 'if-none-match': etag } })
  assert.equal(changed.status, 200)
  assert.notEqual(changed.headers.get('etag'), etag)
})

test('the tag of a compressed answer is weak, and either of both is known again', async () => {
  const plain = await asked(ok(large))
  const headers = { 'accept-encoding': 'gzip' }
  const small = await asked(ok(large), { headers })
  const [strong, weak] = [plain.headers.get('etag') ?? '', small.headers.get('etag') ?? '']
  assert.equal(weak, `W/${strong}`)
  for (const tag of [strong, weak]) {
    const again = await asked(ok(large), { headers: { ...headers, 'if-none-match': tag } })
    assert.equal(again.status, 304)
    assert.equal(again.headers.get('etag'), weak)
  }
})

test('what is large is compressed for who accepts it, and says what that depends on', async () => {
  const text = JSON.stringify(large)
  const gzip = await asked(ok(large), { headers: { 'accept-encoding': 'gzip' } })
  assert.equal(gzip.headers.get('content-encoding'), 'gzip')
  const bytes = await bytesOf(gzip)
  assert.ok(bytes.length < text.length / 10)
  assert.equal(gunzipSync(bytes).toString(), text)
  const zstd = await asked(ok(large), { headers: { 'accept-encoding': 'gzip, deflate, br, zstd' } })
  assert.equal(zstdDecompressSync(await bytesOf(zstd)).toString(), text)
  const plain = await asked(ok(large))
  assert.equal(plain.headers.get('content-encoding'), null)
  assert.equal(await plain.text(), text)
  for (const response of [gzip, zstd, plain]) assert.equal(response.headers.get('vary'), 'accept-encoding')
})

test('what is one packet either way stays as it is', async () => {
  const response = await asked(ok({ a: 'b'.repeat(1300) }), { headers: { 'accept-encoding': 'gzip' } })
  assert.equal(response.headers.get('content-encoding'), null)
})

test('HEAD says what GET would say, and costs no compression', async () => {
  for (const body of [{ a: 1 }, large]) {
    const headers = { 'accept-encoding': 'gzip' }
    const head = await asked(ok(body), { headers, method: 'HEAD' })
    const whole = await asked(ok(body), { headers })
    assert.deepEqual([...head.headers], [...whole.headers])
  }
})

const SECRETS: Readonly<Record<string, Asked & { readonly answer?: Partial<Answer> }>> = {
  'about tokens': { route: { secret: true } },
  'for admins': { route: { access: 'admin' } },
  'for whoever is signed in': { route: { access: 'any' } },
  'to a request that changes something': { method: 'POST' },
  'that sets a cookie': { answer: { headers: { 'set-cookie': 'a=b' } } },
  'that is an error': { answer: { status: 404 } },
}
for (const [kind, { answer = {}, headers: _, ...given }] of Object.entries(SECRETS)) {
  test(`an answer ${kind} is kept by nobody and not compressed`, async () => {
    const headers = { 'accept-encoding': 'gzip', 'if-none-match': '*' }
    const response = await asked({ ...ok(large), ...answer }, { ...given, headers })
    assert.equal(response.status, answer.status ?? 200)
    assert.equal(response.headers.get('cache-control'), 'no-store')
    assert.equal(response.headers.get('etag'), null)
    assert.equal(response.headers.get('content-encoding'), null)
    assert.deepEqual(await response.json(), large)
  })
}

test('lines are compressed piece by piece, events never', async () => {
  const pieces = (): ReadableStream<Uint8Array> =>
    ReadableStream.from([Buffer.from('one\n'), Buffer.from('two\n')])
  const route = { streams: { [NDJSON_MEDIA_TYPE]: z.object({}) } }
  const headers = { 'accept-encoding': 'gzip', 'if-none-match': '*' }
  const lines = await asked(
    { status: 200, body: pieces(), media_type: NDJSON_MEDIA_TYPE },
    { headers, route },
  )
  assert.equal(lines.status, 200)
  assert.equal(lines.headers.get('content-encoding'), 'gzip')
  assert.equal(lines.headers.get('vary'), 'accept, accept-encoding')
  assert.equal(gunzipSync(await bytesOf(lines)).toString(), 'one\ntwo\n')
  const events = await asked(
    { status: 200, body: pieces(), media_type: 'text/event-stream' },
    { headers, route },
  )
  assert.equal(events.headers.get('content-encoding'), null)
  assert.equal(events.headers.get('cache-control'), 'no-store, no-transform')
  assert.equal(await events.text(), 'one\ntwo\n')
})

test('what is the same at every request is compressed once', async () => {
  const bytes = Buffer.from(JSON.stringify(large))
  const answer = { status: 200, body: bytes }
  const headers = { 'accept-encoding': 'gzip' }
  const [first, second] = [await asked(answer, { headers }), await asked(answer, { headers })]
  assert.deepEqual(await bytesOf(first), await bytesOf(second))
  assert.equal(gunzipSync(await bytesOf(await asked(answer, { headers }))).toString(), bytes.toString())
})

test('a list that is polled is sent once and then only when it has changed', async () => {
  const api = await openTestApi()
  await api.given(sync.completed(), sync.failed())
  const poll = async (etag: string): Promise<Response> =>
    await api.request(`${BASE}/recent`, { headers: { 'if-none-match': etag } })
  const first = await poll('""')
  assert.equal(first.status, 200)
  const etag = first.headers.get('etag') ?? ''
  assert.equal((await poll(etag)).status, 304)
  await api.given(sync.completed())
  const changed = await poll(etag)
  assert.equal(changed.status, 200)
  assert.equal(((await changed.json()) as { count: number }).count, 3)
})

test('tags are compared as RFC 9110 says for GET', () => {
  assert.ok(hasCurrent('W/"a"', '"a"'))
  assert.ok(hasCurrent('"b" , W/"a"', 'W/"a"'))
  assert.ok(hasCurrent('"a,b"', '"a,b"'))
  assert.ok(!hasCurrent('"a"', '"b"'))
  assert.ok(!hasCurrent('a', '"a"'))
  assert.ok(!hasCurrent(null, '"a"'))
})
