import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Reporter } from '../../src/ingest/reporter.ts'
import { assertProblem } from './support/assert-problem.ts'
import { makeToken } from './support/guarded-server.ts'
import { BASE, openTestApi, type TestApi } from './support/test-api.ts'

const MIB = 1_048_576

type Send = (
  token: string | null,
  body: string | Uint8Array<ArrayBuffer>,
  gzip?: boolean,
) => Promise<Response>

/** A server where each token may report one MiB a minute, or as much as is said. */
async function openApi(ingest_mib_per_minute = 1): Promise<{ api: TestApi; send: Send; taken: unknown[] }> {
  const taken: unknown[] = []
  const take = (values: readonly unknown[], reporter?: Reporter): Promise<never> => {
    taken.push(reporter?.name)
    const report = { accepted: values.length, duplicates: 0, late: 0, rejected: 0, errors: [], syncs: [] }
    return Promise.resolve(report as never)
  }
  const api = await openTestApi({ ingest: { take } }, { rate_limits: { ingest_mib_per_minute } })
  const send: Send = async (token, body, gzip = false) => {
    const headers = {
      'content-type': 'application/x-ndjson',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    }
    return await api.request(`${BASE}/ingest`, { method: 'POST', headers, body })
  }
  return { api, send, taken }
}

const lines = (bytes: number): string => '{"type":"heartbeat","task_id":"t"}'.padEnd(bytes - 1) + '\n'

test('a token that has reported more bytes than it may waits until they are paid off, and others do not', async () => {
  const { api, send, taken } = await openApi()
  const [token, other] = [
    await makeToken(api.store, ['ingest'], { name: 'loud' }),
    await makeToken(api.store, ['ingest'], { name: 'other' }),
  ]
  const first = await send(token, lines(MIB / 2))
  assert.equal(first.status, 200)
  assert.equal(
    first.headers.get('ratelimit-policy'),
    `"ingest";q=60000;w=60, "ingest-bytes";q=${MIB};qu="content-bytes";w=60`,
  )
  assert.equal(first.headers.get('ratelimit'), `"ingest";r=59999;t=1, "ingest-bytes";r=${MIB / 2};t=30`)
  // What is begun is taken whole, however little was left.
  assert.equal((await send(token, lines(MIB))).status, 200)
  const refused = await send(token, lines(100))
  assert.equal(refused.headers.get('retry-after'), '31')
  assert.match(refused.headers.get('ratelimit') ?? '', /"ingest-bytes";r=0;t=90$/)
  await assertProblem(refused, 429)
  assert.deepEqual(taken, ['loud', 'loud'])
  assert.equal((await send(other, lines(100))).status, 200)
  api.clock.advance(30_000)
  assert.equal((await send(token, lines(100))).status, 429)
  api.clock.advance(1000)
  assert.equal((await send(token, lines(100))).status, 200)
})

test('what counts is what a body is inflated to, also of one that is refused', async () => {
  const { api, send } = await openApi(40)
  const spent = async (body: Uint8Array<ArrayBuffer>, status: number): Promise<number> => {
    const token = await makeToken(api.store, ['ingest'])
    assert.equal((await send(token, body, true)).status, status)
    const left = (await send(token, '')).headers.get('ratelimit') ?? ''
    return 40 * MIB - Number(/"ingest-bytes";r=(\d+);/.exec(left)?.[1])
  }
  assert.equal(await spent(gzipSync(lines(MIB)), 200), MIB)
  assert.equal(await spent(gzipSync(Buffer.alloc(64 * MIB)), 413), 32 * MIB)
  assert.equal(await spent(gzipSync('{"type":'.repeat(1000)).subarray(0, 40), 400), 40)
})

test('pings count what they bring along, and programs that need no token have no budget', async () => {
  const { api, send } = await openApi()
  const token = await makeToken(api.store, ['ingest'])
  const ping = (bytes: number): Promise<Response> =>
    api.request('/ping/talkative/log', {
      method: 'POST',
      body: 'x'.repeat(bytes),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain' },
    })
  for (let time = 0; time < 11; time++) assert.equal((await ping(100_000)).status, 200)
  assert.equal((await ping(1)).status, 429)
  for (let time = 0; time < 3; time++) {
    const answer = await send(null, lines(MIB))
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('ratelimit'), null)
  }
})
