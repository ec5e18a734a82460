import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NO_ALERTS_SETTINGS } from '../../src/config/alerts.ts'
import type { ReportList } from '../../src/api/reports/reports.ts'
import { reportSchema } from '../../src/api/reports/report-schemas.ts'
import { report } from '../reports/support/report-factory.ts'
import { openGuardedServer, givenTwoUsers } from './support/guarded-server.ts'
import { sync } from './support/sync-factory.ts'
import { BASE, openTestApi } from './support/test-api.ts'

const DAY_MS = 86_400_000

test('what was sent is listed page by page, the newest first, and shown as it was sent', async () => {
  const api = await openTestApi()
  const first = Date.parse('2026-11-01T00:00:00.000Z')
  for (let week = 0; week < 3; week++) {
    const until = new Date(first + 7 * week * DAY_MS).toISOString()
    const { id } = await api.store.reports.keep(report({ until }))
    if (week === 0) await api.store.reports.markHanded(id, first + 1)
  }
  await api.store.reports.keep(report({ period: 'monthly' }))
  const page = await api.read<ReportList>(`${BASE}/reports?period=weekly&limit=2`)
  assert.deepEqual(
    page.reports.map(({ until, handed_at }) => [until, handed_at]),
    [
      ['2026-11-15T00:00:00.000Z', null],
      ['2026-11-08T00:00:00.000Z', null],
    ],
  )
  const rest = await api.read<ReportList>(
    `${BASE}/reports?period=weekly&limit=2&cursor=${page.next_cursor ?? ''}`,
  )
  assert.partialDeepStrictEqual(rest, {
    count: 1,
    next_cursor: null,
    reports: [{ period: 'weekly', verdict: 'good', handed_at: '2026-11-01T00:00:00.001Z' }],
  })
  const id = rest.reports[0]?.id ?? 0
  assert.deepEqual(reportSchema.parse(await api.read(`${BASE}/reports/${id}`)).headline, report().headline)
  const text = await (await api.request(`${BASE}/reports/${id}?format=text`)).text()
  assert.match(text, /^Weekly report: .*\n=+\n\nAll is well\./)
})

test('a preview is the report of the last whole period, is kept nowhere, and runs nothing in a browser', async () => {
  const api = await openTestApi()
  await api.given(sync.completed({ started_at: Date.parse('2026-11-21T10:00:00.000Z') }), sync.completed({}))
  const daily = reportSchema.parse(await api.read(`${BASE}/reports/preview?period=daily`))
  assert.deepEqual([daily.figures.syncs, daily.since], [1, '2026-11-21T00:00:00.000Z'])
  const weekly = reportSchema.parse(await api.read(`${BASE}/reports/preview`))
  assert.equal(weekly.period, 'weekly')
  const html = await api.request(`${BASE}/reports/preview?format=html`)
  assert.equal(html.headers.get('content-type'), 'text/html; charset=utf-8')
  const policy = html.headers.get('content-security-policy') ?? ''
  assert.match(policy, /default-src 'none'; style-src 'unsafe-inline'/)
  assert.doesNotMatch(policy, /script-src/)
  assert.equal((await api.store.reports.list({ limit: 1 })).length, 0)
  for (const wrong of ['period=yearly', 'format=pdf']) {
    assert.equal((await api.request(`${BASE}/reports/preview?${wrong}`)).status, 400)
  }
  for (const wrong of ['0', 'x', '-1', '1.5']) {
    assert.equal((await api.request(`${BASE}/reports/${wrong}`)).status, 400)
  }
})

test('a server that does not look for incidents says nothing of them', async () => {
  for (const alerts of [false, NO_ALERTS_SETTINGS] as const) {
    const guarded = await openGuardedServer({ alerts })
    await givenTwoUsers(guarded.store)
    const read = await guarded.token(['read'])
    const answer = await guarded.send('GET', '/reports/preview?period=daily', read)
    const { incidents, delivery } = reportSchema.parse(await answer.json())
    assert.equal(delivery, null, 'nobody is told anything')
    assert.equal(incidents === null, alerts === false)
  }
})

test('who may see single users only sees no report: it is about everybody', async () => {
  const guarded = await openGuardedServer()
  const { id } = await guarded.store.reports.keep(report())
  const one = await guarded.token(['read:user:42'])
  const all = await guarded.token(['read'])
  for (const path of ['/reports', '/reports/preview', `/reports/${id}`]) {
    assert.equal((await guarded.send('GET', path, one)).status, 403, path)
    assert.equal((await guarded.send('GET', path, all)).status, 200, path)
  }
})
