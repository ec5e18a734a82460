import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { declareSchedule } from '../../src/jobs/index.ts'
import { checkSchedule } from '../../src/schedules/check-schedule.ts'
import { createMonitor, type Monitor } from '../../src/tracker/monitor.ts'
import { openStore } from '../../src/store/open-store.ts'
import { FarServer } from '../remote/support/far-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

async function open(): Promise<Monitor> {
  const directory = temporaryDirectory()
  return await createMonitor({
    database: `sqlite:${join(directory, 'data.db')}`,
    logDir: join(directory, 'logs'),
  })
}

test('a job declares its schedule; the configuration counts for more', async () => {
  await using monitor = await open()
  const declare = (schedule: Parameters<typeof declareSchedule>[2]): Promise<string> =>
    declareSchedule(monitor, 'nightly', schedule)
  assert.equal(await declare({ cron: '30 0 2 * * *', timeZone: 'Europe/Zurich' }), 'created')
  assert.equal(await declare({ cron: '0 2 * * *', timeZone: 'Europe/Zurich' }), 'unchanged')
  const { schedules } = monitor.store
  assert.deepEqual((await schedules.find('nightly'))?.times, {
    kind: 'cron',
    cron: '0 2 * * *',
    time_zone: 'Europe/Zurich',
  })
  const own = { every: '6h', margin: '30m', maxRun: '2h', syncType: 'grades', userId: 42 }
  assert.equal(await declare(own), 'changed')
  const found = await schedules.find('nightly')
  assert.deepEqual(
    [
      found?.sync_type,
      found?.user_id,
      found?.margin_ms,
      found?.max_run_ms,
      found?.origin,
      found?.times.time_zone,
    ],
    ['grades', '42', 1_800_000, 7_200_000, 'ping', Intl.DateTimeFormat().resolvedOptions().timeZone],
  )
  const terms = checkSchedule('nightly', { cron: '0 5 * * *' }, 'UTC')
  await schedules.declare(terms, { origin: 'config', reported_by: null }, Date.now(), null)
  assert.equal(await declare(own), 'kept')
})

test('a schedule that is none is told at once, a database that is away is not the job’s trouble', async () => {
  await using monitor = await open()
  await assert.rejects(declareSchedule(monitor, 'nightly', { cron: '61 * * * *' }), {
    code: 'config_invalid',
  })
  await assert.rejects(declareSchedule(monitor, 'Nightly run', { cron: '0 2 * * *' }), {
    code: 'config_invalid',
  })
  const away = { store: { schedules: { declare: () => Promise.reject(new Error('away')) } } } as never
  assert.equal(await declareSchedule(away, 'nightly', { cron: '0 2 * * *' }), 'not_declared')
})

test('a job that reports to a server tells that one, which makes no run of it', async () => {
  const server = await FarServer.start('closed')
  const { url, token } = server
  const nightly = { cron: '0 2 * * *', timeZone: 'Europe/Zurich', margin: '15m' }
  assert.equal(await declareSchedule({ url, token }, 'nightly', nightly), 'told')
  assert.equal(await declareSchedule({ url, token }, 'often', { every: '6h' }), 'told')
  await using store = await openStore(server.database)
  const [first, second] = await store.schedules.list()
  assert.deepEqual(
    [first?.slug, first?.times, first?.margin_ms, first?.origin],
    ['nightly', { kind: 'cron', cron: '0 2 * * *', time_zone: 'Europe/Zurich' }, 900_000, 'ping'],
  )
  assert.deepEqual([second?.slug, second?.times.kind], ['often', 'interval'])
  assert.deepEqual(await store.syncs.listSyncs({ limit: 1 }), [])
  const refused = await declareSchedule({ url, token: 'another' }, 'nightly', nightly)
  const away = await declareSchedule({ url: 'http://127.0.0.1:1' }, 'nightly', nightly)
  assert.deepEqual([refused, away], ['not_declared', 'not_declared'])
  const more = { ...nightly, maxRun: '2h' }
  await assert.rejects(declareSchedule({ url, token }, 'nightly', more), { code: 'config_invalid' })
})
