import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { LogHistogram } from '../../src/api/logs/log-histogram.ts'
import type { LogSearchResult } from '../../src/api/logs/log-search-schemas.ts'
import type { ShippingSettings } from '../../src/fleet-logs/ship-logs.ts'
import { startServer } from '../../src/server/start-server.ts'
import { runCli } from '../cli/support/run-cli.ts'
import { appendLines } from '../support/log-line-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { ask, fleetDatabase } from './support/fleet-database.ts'
import { shipAll } from './support/ship-all.ts'

const OUTSIDE = temporaryDirectory()
const SHIPPING: ShippingSettings = {
  ship_logs: true,
  shipped_log_days: 30,
  machine_name: 'front',
  otlp_logs: null,
  otlp_logs_headers: null,
}

const lately = (ago_ms: number): string => new Date(Date.now() - ago_ms).toISOString()

test('a server that ships its lines searches, counts and follows those of all machines', async (t) => {
  const database = await fleetDatabase()
  const [own, worker] = [temporaryDirectory(), temporaryDirectory()]
  appendLines(own, 'operations', { at: lately(3000), message: 'said in front' })
  appendLines(
    worker,
    'operations',
    { at: lately(2000), message: 'said by a worker', user_id: 7 },
    { at: lately(2500), level: 'ERROR', message: 'failed on a worker', user_id: 7 },
  )
  await shipAll(database, worker, { machine: 'worker-1' })
  await using server = await startServer({
    database,
    logDir: own,
    port: 0,
    shipping: SHIPPING,
    alerts: false,
    logCleanup: false,
    retention: false,
  })
  const get = async <Body>(path: string): Promise<Body> => {
    const response = await fetch(`${server.url}/api/canvas/metrics${path}`)
    assert.equal(response.status, 200, path)
    return (await response.json()) as Body
  }
  const said = async (query: string): Promise<string[]> => {
    const { entries } = await get<LogSearchResult>(`/logs/search?${query}`)
    return entries.map(({ machine, message }) => `${machine}: ${message}`)
  }
  while ((await said('text=front')).length === 0) await delay(50)

  await t.test('by default the fleet, with the machine of each line', async () => {
    assert.deepEqual(await said('text=said'), ['worker-1: said by a worker', 'front: said in front'])
    assert.deepEqual(await said('text=said&source=files'), ['null: said in front'])
    assert.deepEqual(await said('text=said&machine=worker-1'), ['worker-1: said by a worker'])
    assert.deepEqual(await said('user_id=7&level=error'), ['worker-1: failed on a worker'])
    const { counts, exact } = await get<LogHistogram>('/logs/histogram?since=1h&user_id=7')
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, count) => total + count, 0)
    assert.deepEqual([sum(counts.INFO), sum(counts.ERROR), exact], [1, 1, true])
    const { entries } = await get<LogSearchResult>('/logs/search?text=said%20by&context=1')
    assert.match(entries[0]?.before[0] ?? '', /failed on a worker/)
  })

  await t.test('a machine of the files is refused', async () => {
    const path = '/api/canvas/metrics/logs/search?source=files&machine=front'
    assert.equal((await fetch(server.url + path)).status, 400)
  })

  await t.test('lines that a worker ships are followed, and none twice by who comes back', async () => {
    const heard = async (after: string | null, count: number): Promise<{ lines: string[]; id: string }> => {
      const abort = new AbortController()
      const query = after === null ? 'last=1' : `after=${after}`
      const response = await fetch(`${server.url}/api/canvas/metrics/logs/tail?text=aid&${query}`, {
        signal: abort.signal,
      })
      const lines: string[] = []
      let text = ''
      let id = after ?? ''
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString()
        lines.length = 0
        for (const [, position = '', data = ''] of text.matchAll(/id: (\S+)\nevent: line\ndata: (.*)\n/g)) {
          lines.push((JSON.parse(data) as { message: string }).message)
          id = position
        }
        if (lines.length >= count) break
      }
      abort.abort()
      return { lines, id }
    }
    const first = heard(null, 2)
    await delay(300)
    appendLines(worker, 'operations', { at: lately(1000), message: 'said later' })
    await shipAll(database, worker, { machine: 'worker-1' })
    const { lines, id } = await first
    assert.deepEqual(lines, ['said by a worker', 'said later'])
    appendLines(worker, 'operations', { at: lately(500), message: 'said at last' })
    await shipAll(database, worker, { machine: 'worker-1' })
    assert.deepEqual((await heard(id, 1)).lines, ['said at last'])
  })

  await t.test('so does the command line', async () => {
    const env = { DATABASE_URL: database, CANVAS_SYNC_LOG_DIR: own, SHIP_LOGS: 'true' }
    const found = await runCli(['logs', 'search', 'said by', '--json'], { cwd: OUTSIDE, environment: env })
    assert.equal((JSON.parse(found.stdout) as { machine: string }).machine, 'worker-1')
    const of_files = await runCli(['logs', 'search', 'said by', '--files'], {
      cwd: OUTSIDE,
      environment: env,
    })
    assert.equal(of_files.stdout, '')
    const tail = await runCli(['logs', 'tail', '--no-follow', '-n', '1', '--machine', 'worker-1'], {
      cwd: OUTSIDE,
      environment: env,
    })
    assert.match(tail.stdout, /worker-1 .*said at last/)
  })
})

test('logs ship --once ships what there is, tells how it went, and erasing a user reaches it', async () => {
  const database = await fleetDatabase()
  const directory = temporaryDirectory()
  appendLines(directory, 'operations', { at: lately(2000), user_id: 9 }, { at: lately(1000), user_id: 10 })
  const env = { DATABASE_URL: database, CANVAS_SYNC_LOG_DIR: directory, MACHINE_NAME: 'worker-9' }
  const shipped = await runCli(['logs', 'ship', '--once', '--json'], { cwd: OUTSIDE, environment: env })
  assert.equal(shipped.code, 0, shipped.stderr)
  const report = JSON.parse(shipped.stdout) as { destination: string; shipped_lines: number; missed: number }
  assert.deepEqual([report.destination, report.shipped_lines, report.missed], ['PostgreSQL', 2, 0])
  const again = await runCli(['logs', 'ship', '--once'], { cwd: OUTSIDE, environment: env })
  assert.match(again.stderr, /0 lines shipped to PostgreSQL/)
  const erased = await runCli(['privacy', 'erase', '--user', '9', '--yes', '--json'], {
    cwd: OUTSIDE,
    environment: env,
  })
  assert.equal(erased.code, 0, erased.stderr)
  const { shipped_lines, verified } = JSON.parse(erased.stdout) as {
    shipped_lines: object
    verified: boolean
  }
  assert.deepEqual(shipped_lines, { lines: 1, lines_left: 0 })
  assert.ok(verified)
  const left = await ask<{ user_id: string }>(database, 'select user_id from canvas_sync_log_lines')
  assert.deepEqual(left, [{ user_id: '10' }])
})

test('logs ship says what it lacks where the database is no PostgreSQL', async () => {
  const directory = temporaryDirectory()
  appendLines(directory, 'operations', {})
  const env = { DATABASE_URL: `sqlite:${directory}/a.db`, CANVAS_SYNC_LOG_DIR: directory }
  const { code, stderr } = await runCli(['logs', 'ship', '--once'], { cwd: OUTSIDE, environment: env })
  assert.equal(code, 2)
  assert.match(stderr, /nowhere to ship/)
  const searched = await runCli(['logs', 'search', 'x', '--fleet'], { cwd: OUTSIDE, environment: env })
  assert.equal(searched.code, 2)
  assert.match(searched.stderr, /PostgreSQL/)
})
