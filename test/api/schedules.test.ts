import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ScheduleDetails, ScheduleList, ScheduleRecord } from '../../src/schedules/schedule-records.ts'
import { checkSchedule } from '../../src/schedules/check-schedule.ts'
import { assertProblem } from './support/assert-problem.ts'
import { openGuardedServer } from './support/guarded-server.ts'

const guarded = await openGuardedServer()
const admin = await guarded.token(['admin'])
const nightly = { cron: '0 2 * * 1-5', time_zone: 'Europe/Zurich', margin: '15m', max_run: '2h' }

const put = (slug: string, body: object, token = admin): Promise<Response> =>
  guarded.send('PUT', `/schedules/${slug}`, token, body)
const read = async <T>(path: string, token = admin): Promise<T> => {
  const response = await guarded.send('GET', path, token)
  assert.equal(response.status, 200, await response.clone().text())
  return (await response.json()) as T
}
const slugsOf = async (token: string): Promise<string[]> =>
  (await read<ScheduleList>('/schedules', token)).schedules.map(({ slug }) => slug)

test('a schedule is made, shown with its next times, paused, resumed and deleted; each is audited', async () => {
  const made = await put('made', { ...nightly, pauses: [{ from: '2026-12-24', until: '2026-12-26' }] })
  assert.equal(made.status, 200, await made.clone().text())
  assert.equal(((await made.json()) as { outcome: string }).outcome, 'created')
  const { schedule, next_due_at, due_runs } = await read<ScheduleDetails>('/schedules/made')
  assert.partialDeepStrictEqual(schedule, {
    slug: 'made',
    sync_type: 'made',
    cron: '0 2 * * 1-5',
    interval_seconds: null,
    margin_seconds: 900,
    max_run_seconds: 7200,
    origin: 'api',
    last_state: null,
  })
  assert.deepEqual([next_due_at.length, next_due_at[0], due_runs], [5, schedule.next_due_at, []])
  for (const [what, paused] of [
    ['pause', true],
    ['resume', false],
  ] as const) {
    const answer = await guarded.send('POST', `/schedules/made/${what}`, admin)
    const changed = (await answer.json()) as ScheduleRecord
    assert.deepEqual([changed.paused, changed.next_due_at === null], [paused, paused])
  }
  assert.equal((await guarded.send('DELETE', '/schedules/made', admin)).status, 200)
  await assertProblem(await guarded.send('GET', '/schedules/made', admin), 404)
  const entries = await guarded.store.access.listAudit({ limit: 100, before_id: null })
  const of_made = entries.filter(({ target }) => target === 'made').map(({ action }) => action)
  const all = ['schedule_declared', 'schedule_paused', 'schedule_resumed', 'schedule_removed']
  assert.deepEqual(of_made.toReversed(), all)
})

test('what is wrong with a schedule is told in a sentence, and the configuration has the last word', async () => {
  const wrong = await assertProblem(await put('wrong', { cron: '0 25 * * *' }), 400)
  assert.match(wrong.error, /the hour "25" is none/)
  await assertProblem(await put('Wrong', nightly), 400)
  await assertProblem(await put('wrong', { ...nightly, margin: 15 }), 400)
  await guarded.store.schedules.declareAll(
    [checkSchedule('fixed', { every: '1d' }, 'UTC')],
    Date.now(),
    'start',
  )
  const refused = await assertProblem(await put('fixed', nightly), 409)
  assert.match(refused.error, /configuration/)
  await assertProblem(await guarded.send('DELETE', '/schedules/fixed', admin), 409)
})

test('who may see some users only sees their schedules', async () => {
  await put('of-42', { ...nightly, user_id: 42 })
  await put('of-7', { ...nightly, user_id: '7' })
  await put('of-all', nightly)
  const own = await guarded.token(['read:user:42'])
  assert.deepEqual(await slugsOf(own), ['of-42'])
  for (const slug of ['of-7', 'of-all']) {
    await assertProblem(await guarded.send('GET', `/schedules/${slug}`, own), 404)
  }
  assert.equal((await read<ScheduleDetails>('/schedules/of-42', own)).schedule.user_id, 42)
})

test('a ping in the form of Healthchecks makes a schedule of its slug, and no other token changes it', async () => {
  const one = await guarded.token(['ingest'], { name: 'one' })
  const two = await guarded.token(['ingest'], { name: 'two' })
  const ping = (query: string, token = one): Promise<Response> =>
    guarded.send('GET', `${guarded.server.url}/ping/${query}`, token)
  const created = await ping('hc/start?create=1&rid=1')
  assert.deepEqual([created.status, await created.text()], [201, 'Created'])
  const found = async (): Promise<ScheduleRecord> => (await read<ScheduleDetails>('/schedules/hc')).schedule
  assert.partialDeepStrictEqual(await found(), {
    interval_seconds: 86_400,
    margin_seconds: 3600,
    origin: 'ping',
  })
  assert.equal((await ping('hc?rid=1&schedule=0+2+*+*+*&tz=Europe/Zurich&grace=900')).status, 200)
  assert.partialDeepStrictEqual(await found(), {
    cron: '0 2 * * *',
    time_zone: 'Europe/Zurich',
    margin_seconds: 900,
  })
  assert.equal((await ping('hc?create=1')).status, 200)
  assert.equal((await ping('hc?timeout=3600', two)).status, 200)
  assert.equal((await found()).cron, '0 2 * * *', 'as it was')
  // The start counts, whatever is wrong with its schedule.
  const wrong = await assertProblem(await ping('typo/start?schedule=nightly&rid=9'), 400)
  assert.match(wrong.error, /^The ping was taken, its schedule was not: /)
  assert.ok(await guarded.store.syncs.getSyncByTaskId('typo:9'))
  assert.equal(await guarded.store.schedules.find('typo'), null)
})

test('a check-in in the form of Sentry makes a schedule out of its monitor_config', async () => {
  const token = await guarded.token(['ingest'])
  const checkIn = (body: object | undefined, query = ''): Promise<Response> =>
    guarded.send('POST', `${guarded.server.url}/api/1/cron/sentry/key/${query}`, token, body)
  const monitor_config = {
    schedule: { type: 'crontab', value: '0 3 * * *' },
    checkin_margin: 10,
    max_runtime: 30,
    timezone: 'America/New_York',
    failure_issue_threshold: 2,
  }
  assert.equal((await checkIn({ status: 'in_progress', monitor_config })).status, 202)
  const found = async (): Promise<ScheduleRecord> =>
    (await read<ScheduleDetails>('/schedules/sentry')).schedule
  const expected = {
    cron: '0 3 * * *',
    time_zone: 'America/New_York',
    margin_seconds: 600,
    max_run_seconds: 1800,
  }
  assert.partialDeepStrictEqual(await found(), expected)
  const every = { schedule: { type: 'interval', value: 2, unit: 'hour' } }
  assert.equal((await checkIn({ monitor_config: every }, '?status=ok')).status, 202)
  assert.partialDeepStrictEqual(await found(), { interval_seconds: 7200, cron: null, time_zone: 'UTC' })
  await assertProblem(await checkIn({ status: 'ok', monitor_config: { schedule: 'daily' } }), 400)
  await assertProblem(await checkIn({ monitor_config }), 400)
  assert.equal((await checkIn(undefined, '?status=ok')).status, 202)
})
