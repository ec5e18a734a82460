import assert from 'node:assert/strict'
import { mock, suite, test } from 'node:test'
import type { SyncListPage } from '../../src/api/syncs/list.ts'
import type { SyncExport } from '../../src/api/syncs/export.ts'
import { listen } from '../../src/api/http/listen.ts'
import type { SyncRecord } from '../../src/core/sync-record.ts'
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import type { SyncRecordPage } from '../../src/store/sync-lists.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { assertProblem } from './support/assert-problem.ts'
import { openGuardedServer } from './support/guarded-server.ts'
import { until } from './support/log-server.ts'
import { parseCsv } from './support/parse-csv.ts'
import { sync } from './support/sync-factory.ts'
import { BASE, openTestApi, type TestApi } from './support/test-api.ts'

const EXPORT = `${BASE}/syncs/export`
const HOSTILE = ['=1+1', '+1', '-1', '@x', '\tx', '\rx', "'x", 'a "b", c\r\nd', '＝1', 'Grüße 🚀', '<b>', '']

/** More than one page of the file. */
async function giveMany(api: TestApi): Promise<void> {
  const now = api.clock.now()
  const made = Array.from({ length: 520 }, async (_, number) => {
    const error_message = HOSTILE[number % HOSTILE.length] ?? ''
    const details = { user_id: String(number % 3), started_at: now - number * 60_000 }
    const given = number % 2 === 0 ? sync.completed(details) : sync.failed({ ...details, error_message })
    await given(api.syncs, now)
  })
  await Promise.all(made)
}

async function wholeList(api: TestApi, query: string): Promise<SyncRecord[]> {
  const syncs: SyncRecord[] = []
  let cursor = ''
  for (;;) {
    const page = await api.read<SyncListPage>(`${BASE}/syncs?limit=500&${query}${cursor}`)
    syncs.push(...page.syncs)
    if (page.next_cursor === null) return syncs
    cursor = `&cursor=${page.next_cursor}`
  }
}

const textOf = async (api: TestApi, query: string): Promise<string> => {
  const response = await api.request(`${EXPORT}?${query}`)
  assert.equal(response.status, 200, query)
  return await response.text()
}

async function assertLossless(api: TestApi): Promise<void> {
  await giveMany(api)
  for (const query of [
    '',
    'status=failed&user_id=1',
    'sort=longest&text=x',
    'since=3h&sort=oldest',
    'host=no',
  ]) {
    const expected = await wholeList(api, query)
    const whole = JSON.parse(await textOf(api, `format=json&${query}`)) as SyncExport
    assert.deepEqual(whole, { syncs: expected, count: expected.length }, query)
    const lines = (await textOf(api, `format=ndjson&${query}`)).split('\n')
    assert.equal(lines.pop(), '')
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      expected,
    )
    const [head = [], ...records] = parseCsv(
      (await textOf(api, `format=csv&${query}`)).replace('\u{FEFF}', ''),
    )
    const message = head.findIndex(({ text }) => text === 'error_message')
    assert.deepEqual(
      records.map((cells) => [cells[0]?.text, cells[message]?.text]),
      expected.map(({ id, error_message: text }) => [String(id), harmless(text)]),
    )
  }
}

const harmless = (text: string | null): string =>
  text === null ? '' : /^[=+\-@\t\r'＝]/.test(text) ? `'${text}` : text

/** An API whose lists go on for ever, in pages of 250 syncs; `beyond` is what happens after each third page. */
async function openEndless(beyond?: () => never): Promise<TestApi & { made(): number }> {
  const api = await openTestApi()
  await api.given(sync.failed({ error_message: 'x'.repeat(500) }))
  const { lists } = api.store
  const { records } = await lists.recordPage({ condition: {}, sort: 'newest', limit: 1, after: null })
  const record = new TextDecoder().decode(records).slice(1, -1)
  const page = new TextEncoder().encode(`[${Array.from({ length: 250 }, () => record).join(',')}]`)
  let made = 0
  lists.recordPage = async (): Promise<SyncRecordPage> => {
    made++
    if (made % 4 === 0) beyond?.()
    return await Promise.resolve({ count: 250, records: page, next: { value: made, id: 1 } })
  }
  return { ...api, made: () => made }
}

suite('the export of a list', () => {
  test('on SQLite each form has what the list has, in its order', async () => {
    await assertLossless(await openTestApi())
  })

  test('on PostgreSQL too', async () => {
    await using store = await PostgresStore.open(await (await startPostgres()).createDatabase())
    await assertLossless(await openTestApi({ store }))
  })

  test('it is a file with a name, and a wrong filter or form is named before it begins', async () => {
    const api = await openTestApi()
    const forms = { csv: 'text/csv; charset=utf-8', json: 'application/json', ndjson: 'application/x-ndjson' }
    for (const [format, media_type] of Object.entries(forms)) {
      const { headers } = await api.request(`${EXPORT}?format=${format}`)
      assert.equal(headers.get('content-type'), media_type)
      const disposition = headers.get('content-disposition')
      assert.equal(disposition, `attachment; filename="canvas-syncs-2026-11-22.${format}"`)
    }
    for (const [query, parameter] of [
      ['', 'format'],
      ['format=xls', 'format'],
      ['format=csv&state=failed', 'state'],
      ['format=csv&min_duration=9', 'min_duration'],
      ['format=csv&limit=1', 'limit'],
    ] as const) {
      assert.equal((await assertProblem(await api.request(`${EXPORT}?${query}`), 400)).parameter, parameter)
    }
  })

  test('who may see some users gets their syncs only, and what left is in the audit log', async () => {
    const { server, store, token, send } = await openGuardedServer()
    for (const user_id of ['42', '7', null]) {
      await sync.failed({ user_id })(store.syncs, Date.now())
    }
    const ask = async (scope: string, query: string): Promise<Response> =>
      await send('GET', `${server.url}${EXPORT}?format=json${query}`, await token([scope]))
    const count = async (answer: Response): Promise<number> => ((await answer.json()) as SyncExport).count
    assert.equal(await count(await ask('read:user:42', '')), 1)
    assert.equal((await ask('read:user:42', '&user_id=7')).status, 403)
    assert.equal(await count(await ask('read', '')), 3)
    assert.equal(await count(await ask('read', '&user_id=7')), 1)
    assert.equal((await ask('ingest', '')).status, 403)
    const entries = await store.access.listAudit({ limit: 100, before_id: null, action: 'syncs_exported' })
    assert.deepEqual(
      entries.map(({ user_id, target }) => [user_id, target]),
      [
        ['7', 'json'],
        [null, 'json'],
        ['42', 'json'],
      ],
    )
  })

  test('so many run at once and no more; who goes makes room', async () => {
    const api = await openEndless()
    const open = await Promise.all(Array.from({ length: 4 }, () => api.request(`${EXPORT}?format=csv`)))
    assert.deepEqual(
      open.map(({ status }) => status),
      [200, 200, 200, 200],
    )
    await assertProblem(await api.request(`${EXPORT}?format=csv`), 429)
    await open[0]?.body?.cancel()
    const again = await api.request(`${EXPORT}?format=csv`)
    assert.equal(again.status, 200)
    for (const { body } of [...open.slice(1), again]) await body?.cancel()
  })

  test('only so much is read as the client takes, and nothing when it has gone', async () => {
    const api = await openEndless()
    const server = await listen(api.app, { host: '127.0.0.1', port: 0 })
    try {
      for (const format of ['csv', 'json', 'ndjson']) {
        const before = api.made()
        const gone = new AbortController()
        const response = await fetch(`${server.url}${EXPORT}?format=${format}`, { signal: gone.signal })
        const reader = response.body?.getReader()
        let bytes = 0
        while (bytes < 3_000_000) bytes += (await reader?.read())?.value?.length ?? Infinity
        gone.abort()
        await until(() => server.running() === 0)
        // What both ends of the connection hold, compressed or not, is a few megabytes.
        const read = api.made() - before
        assert.ok(read < 400, `${read} pages of ${format}`)
      }
    } finally {
      await server.close()
    }
  })

  test('a client that takes nothing is left after a while, and what it got is not taken for the whole', async () => {
    const api = await openEndless()
    const reader = (await api.request(`${EXPORT}?format=csv`)).body?.getReader()
    await reader?.read()
    api.clock.advance(140_000)
    await assert.rejects(async () => await reader?.read(), /broken off/)
    assert.deepEqual(api.errors, [])
  })

  test('one that cannot be finished ends in the middle, and the cause is told to who runs the server', async () => {
    const api = await openEndless(() => {
      throw new Error('The disk is gone.')
    })
    const server = await listen(api.app, { host: '127.0.0.1', port: 0 })
    const said = mock.method(process.stderr, 'write', () => true).mock
    try {
      for (const format of ['csv', 'json', 'ndjson']) {
        const response = await fetch(`${server.url}${EXPORT}?format=${format}`)
        assert.equal(response.status, 200)
        await assert.rejects(() => response.text())
      }
      assert.equal(api.errors.length, 3)
      assert.ok(said.calls.every(({ arguments: [words] }) => !String(words).includes('disk')))
    } finally {
      mock.restoreAll()
      await server.close()
    }
  })
})
