import assert from 'node:assert/strict'
import { once } from 'node:events'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { noCounters } from '../../src/core/sync-record.ts'
import { startServer, type RunningServer } from '../../src/server/index.ts'
import { newJob } from '../queue/queued-sync-factory.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { dashboards, panelExpressions, ruleExpressions } from './support/expressions.ts'
import { DEPLOY, runTool, startTool, withoutTools } from './support/prometheus-tools.ts'
import { readExposition } from './support/read-exposition.ts'
import { freePort } from '../support/free-port.ts'

/** As Prometheus 2.42 asks. */
const ACCEPT =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'

let server: RunningServer
const directory = temporaryDirectory()

/** What panels tell that tell nothing as long as nothing of it has happened. */
async function giveSomethingToTell(): Promise<void> {
  const { notifications, queue } = server.monitor.store
  const now = Date.now()
  await queue.addJob(newJob('science'), now)
  const note = {
    channel: 'ops',
    kind: 'test',
    incident_id: null,
    report_id: null,
    reader: null,
    created_at: now - 2000,
    group: null,
    repeat_ms: null,
  } as const
  await notifications.add([{ ...note, dedup_key: 'late', due_at: now - 2000, expires_at: now - 1000 }])
  assert.equal(await notifications.expire(now, 10), 1)
  await notifications.add([{ ...note, dedup_key: 'next', due_at: now + 1e6, expires_at: now + 2e6 }])
  await notifications.claim({ channel: 'ops', holder: 'x', now, lease_ms: 1000, gap_ms: 0, most: 1 })
  const cleanup = await fetch(`${server.url}/api/canvas/metrics/logs/cleanup`, { method: 'POST' })
  assert.equal(cleanup.status, 202, await cleanup.text())
}

async function run(sync_type: string, status: 'completed' | 'failed', number: number): Promise<void> {
  const { syncs } = server.monitor.store
  const started_at = Date.now() - 60_000
  const task = syncStart(`${sync_type} ${status} ${number}`, { sync_type, started_at })
  const id = await syncs.startSync(task)
  const failed =
    status === 'failed' ? ({ error_type: 'unexpected_empty', error_message: 'Nothing.' } as const) : {}
  const calls = {
    api_calls_made: 10,
    total_api_duration_ms: 900,
    api_request_cost: 2.5,
    api_rate_limit_hits: 1,
  }
  const counters = { ...noCounters(), ...calls }
  const ended = { status, finished_at: Date.now(), duration_ms: 12_000 + number }
  const finish = { ...ended, counters, api_rate_limit_remaining_min: 450, ...failed }
  await syncs.finishSync(id, syncFinish(finish))
}

before(async () => {
  server = await startServer({
    database: `sqlite:${join(directory, 'canvas-sync.db')}`,
    logDir: join(directory, 'logs'),
    port: 0,
  })
  await run('all', 'completed', 1)
  await run('he said "all"\n\\', 'completed', 1)
  await run('grades', 'failed', 1)
  await giveSomethingToTell()
  await server.monitor.startSync({ taskId: 'running', userId: '42', syncType: 'all' })
})
after(() => server.close())

const scrape = async (accept: string): Promise<string> => {
  const response = await fetch(`${server.url}/metrics`, { headers: { accept } })
  assert.equal(response.status, 200)
  return await response.text()
}

describe('a scrape of a server', () => {
  it('is explained by the runbook to which each alert and panel links', async () => {
    const rules = readFileSync(join(DEPLOY, 'prometheus/canvas-sync-alerts.rules.yml'), 'utf8')
    const links = [
      ...rules.matchAll(/runbook_url: https:\/\/canvas-sync-monitor\.example(\S+)/g),
      ...dashboards().flatMap(({ text }) => [...text.matchAll(/"url": ?"\$\{monitor_url\}(\/[^"]+)"/g)]),
    ].map(([, path = '']) => path)
    assert.ok(links.length > 40, String(links.length))
    for (const path of new Set(links)) {
      const response = await fetch(`${server.url}${path}`)
      assert.equal(response.status, 200, path)
      assert.ok((await response.text()).startsWith(`# ${basename(path, '.md')}\n`), path)
    }
  })

  it('has nothing that promtool finds wrong', { skip: withoutTools('promtool') }, async () => {
    const { code, text } = await runTool('promtool', ['check', 'metrics'], {
      input: await scrape('text/plain'),
    })
    assert.equal(text, '')
    assert.equal(code, 0)
  })

  it('is the same series in both formats', async () => {
    const series = (text: string, format: 'text' | 'openmetrics'): string[] =>
      readExposition(text, format).samples.map(({ name, labels }) => JSON.stringify([name, labels]))
    const text = await scrape('text/plain')
    assert.deepEqual(series(await scrape(ACCEPT), 'openmetrics'), series(text, 'text'))
    assert.ok(series(text, 'text').length > 150)
  })
})

describe('a real Prometheus', { skip: withoutTools('prometheus', 'promtool') }, () => {
  let url = ''
  let stop = (): Promise<void> => Promise.resolve()

  before(async () => {
    const folder = join(directory, 'prometheus')
    cpSync(join(DEPLOY, 'prometheus'), folder, { recursive: true })
    const configuration = readFileSync(join(folder, 'prometheus.yml'), 'utf8')
      .replaceAll(/(scrape_interval|evaluation_interval): 30s/g, '$1: 250ms')
      .replace('scrape_timeout: 10s', 'scrape_timeout: 250ms')
      .replace('127.0.0.1:5000', `127.0.0.1:${server.port}`)
      .replace(/^alerting:[^]*/m, '')
    writeFileSync(join(folder, 'prometheus.yml'), configuration)
    url = `http://127.0.0.1:${await freePort()}`
    const child = startTool('prometheus', [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'tsdb')}`,
      `--web.listen-address=${url.slice('http://'.length)}`,
      '--enable-feature=exemplar-storage',
    ])
    const told: string[] = []
    child.stderr?.setEncoding('utf8').on('data', (text: string) => told.push(text))
    const ended = once(child, 'exit')
    stop = async () => {
      child.kill('SIGTERM')
      await ended
    }
    await until(
      'Prometheus is ready',
      async () => (await fetch(`${url}/-/ready`)).ok,
      () => told.join(''),
    )
  })
  after(() => stop())

  const query = async (expression: string): Promise<{ metric: Record<string, string>; value: number }[]> => {
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`)
    const { data, error } = (await response.json()) as {
      data?: { result: { metric: Record<string, string>; value: [number, string] }[] }
      error?: string
    }
    assert.equal(response.status, 200, `${expression}: ${error ?? ''}`)
    return (data?.result ?? []).map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
  }

  it('scrapes it, loads the rules, and an alert fires and ends', async () => {
    await until('it is up', async () => (await query('up'))[0]?.value === 1)
    const [target] = (
      (await (await fetch(`${url}/api/v1/targets`)).json()) as {
        data: { activeTargets: { lastError: string; health: string }[] }
      }
    ).data.activeTargets
    assert.deepEqual([target?.lastError, target?.health], ['', 'up'])
    const { groups } = (
      (await (await fetch(`${url}/api/v1/rules`)).json()) as {
        data: { groups: { rules: { health: string; lastError?: string; name: string }[] }[] }
      }
    ).data
    assert.equal(groups.length, 6)
    const label = String.raw`canvas_sync_total{status="completed",sync_type="he said \"all\"\n\\"}`
    assert.equal((await query(label))[0]?.value, 1)
    await run('grades', 'failed', 2)
    const firing = (name: string): Promise<{ value: number }[]> =>
      query(`ALERTS{alertname="${name}",alertstate="firing"}`)
    await until(
      'something unexpectedly empty is told',
      async () => (await firing('SyncUnexpectedEmpty')).length === 1,
    )
    assert.equal((await firing('Watchdog')).length, 1)
    assert.deepEqual(await firing('MonitorDown'), [])
    const { groups: evaluated } = (
      (await (await fetch(`${url}/api/v1/rules`)).json()) as {
        data: { groups: { rules: { health: string; lastError?: string; name: string }[] }[] }
      }
    ).data
    const rules = evaluated.flatMap((group) => group.rules)
    assert.equal(rules.length, 34)
    for (const { name, health, lastError } of rules) assert.equal(health, 'ok', `${name}: ${lastError ?? ''}`)
  })

  it('keeps the examples of durations', async () => {
    const address = `${url}/api/v1/query_exemplars?query=canvas_sync_run_duration_seconds_bucket&start=0&end=${Date.now() / 1000 + 60}`
    await until('an example is there', async () => {
      const { data } = (await (await fetch(address)).json()) as {
        data: { exemplars: { labels: Record<string, string> }[] }[]
      }
      return data.some(({ exemplars }) =>
        exemplars.some(({ labels }) => /^\d+$/.test(labels['sync_id'] ?? '')),
      )
    })
  })

  it('has something to show in every panel of the dashboards, and for every rule that records', async () => {
    const recorded = ruleExpressions().filter(({ record }) => record !== null)
    const shown = [...panelExpressions(), ...recorded]
    assert.ok(shown.length > 50)
    for (const { expression, where } of shown)
      await until(`${where} shows something`, async () => (await query(expression)).length > 0)
  })

  it('understands every expression of the rules and the dashboards, whose names are all in a scrape', async () => {
    const known = new Set(['up'])
    for (const { name } of readExposition(await scrape('text/plain'), 'text').samples) known.add(name)
    for (const name of CONDITIONAL) known.add(name)
    const rules = ruleExpressions()
    for (const { record } of rules) if (record !== null) known.add(record)
    const expressions = [
      ...rules.map(({ expression, where }) => ({ expression, where })),
      ...panelExpressions(),
    ]
    assert.ok(expressions.length > 60)
    for (const { expression, where } of expressions) {
      await query(expression)
      const named = expression
        .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
        .match(/\b(?:canvas_sync[a-z0-9_:]*|up)\b/g)
      for (const name of named ?? [])
        assert.ok(known.has(name), `${where} asks for ${name}, which nobody tells`)
    }
  })
})

/** Told only once there is something to tell. */
const CONDITIONAL = [
  'canvas_sync_api_rate_limit_remaining',
  'canvas_sync_incidents',
  'canvas_sync_incidents_opened_total',
  'canvas_sync_log_cleanup_last_success_timestamp_seconds',
  'canvas_sync_notifications_total',
  'canvas_sync_notifications_waiting',
  'canvas_sync_channel_failures',
]

async function until(
  what: string,
  condition: () => Promise<boolean>,
  more: () => string = () => '',
): Promise<void> {
  const signal = AbortSignal.timeout(60_000)
  for (;;) {
    if (await condition().catch(() => false)) return
    if (signal.aborted) assert.fail(`In a minute it did not come about that ${what}. ${more()}`)
    await new Promise((resolve) => {
      setTimeout(resolve, 50)
    })
  }
}
