import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startServer } from '../../src/server/index.ts'
import { FarServer } from '../remote/support/far-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const server = await FarServer.start()
const API = `${server.url}/api/canvas/metrics`

interface Listed {
  readonly sync_task_id: string
  readonly sync_status: string
  readonly sync_type: string
  readonly user_id: number
  readonly trigger: string
  readonly error_message: string | null
  readonly grades: { readonly updated: number }
}

const missing = (program: string): false | string =>
  spawnSync(program, ['--version']).status === 0 ? false : `${program} is not installed`

async function run(program: string, args: readonly string[], url = server.url): Promise<number | null> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, CANVAS_SYNC_SERVER: url, CANVAS_SYNC_SPOOL_DIR: temporaryDirectory() },
  })
  child.stderr.resume()
  const [code] = (await once(child, 'close')) as [number | null]
  return code
}

const example = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))

/** The types of live updates until the sync of that type has ended. */
async function seenLive(sync_type: string, act: () => Promise<void>): Promise<string[]> {
  const over = new AbortController()
  const response = await fetch(`${API}/events`, { signal: over.signal })
  assert.equal(response.status, 200)
  const seen: string[] = []
  const reading = (async () => {
    let text = ''
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString('utf8')
      const frames = text.split('\n\n')
      text = frames.pop() ?? ''
      for (const frame of frames) if (frame.includes(`"${sync_type}"`)) seen.push(frame)
      if (seen.some((frame) => /"(?:completed|failed)"/.test(frame))) return
    }
  })()
  await act()
  await reading
  over.abort()
  return seen
}

async function recent(): Promise<Listed[]> {
  const response = await fetch(`${API}/recent`)
  const body = (await response.json()) as { data?: Listed[]; syncs?: Listed[] } | Listed[]
  return Array.isArray(body) ? body : (body.data ?? body.syncs ?? [])
}

const newest = async (): Promise<Listed> => {
  const [first] = await recent()
  assert.ok(first)
  return first
}

test(
  'the Python example reports a sync that is seen while it runs',
  { skip: missing('python3') },
  async () => {
    const seen = await seenLive('grades', async () => {
      assert.equal(await run('python3', [example('python-sync.py')]), 0)
    })
    assert.ok(seen.length >= 1)
    const sync = await newest()
    assert.deepEqual([sync.sync_status, sync.sync_type, sync.trigger], ['completed', 'grades', 'cron'])
    assert.equal(sync.grades.updated, 93)
  },
)

test(
  'an exception of the Python example is known by its class and place alone',
  { skip: missing('python3') },
  async () => {
    assert.equal(await run('python3', [example('python-sync.py'), '--fail']), 1)
    const sync = await newest()
    assert.equal(sync.sync_status, 'failed')
    assert.match(
      sync.error_message ?? '',
      /^The sync job failed with ValueError at main \(python-sync\.py:\d+\)\.$/,
    )
    for (const name of readdirSync(server.directory, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(?:log|db|db-wal)$/.test(name)) continue
      assert.ok(!readFileSync(join(server.directory, name), 'latin1').includes('Erika'), name)
    }
  },
)

test(
  'the Python example sends again what a server that was away did not get',
  { skip: missing('python3') },
  async () => {
    const directory = temporaryDirectory()
    const options = { database: `sqlite:${join(directory, 'x.db')}`, logDir: join(directory, 'logs') }
    const first = await startServer({ ...options, port: 0, logCleanup: false })
    const { url } = first
    await first.close()
    const running = run('python3', [example('python-sync.py')], url)
    await using second = await startServer({ ...options, port: Number(new URL(url).port), logCleanup: false })
    assert.equal(await running, 0)
    const response = await fetch(`${second.url}/api/canvas/metrics/recent`)
    assert.match(await response.text(), /"sync_status":"completed"/)
  },
)

test('the curl example reports events and a ping', { skip: missing('curl') }, async () => {
  assert.equal(await run('bash', [example('report-sync.sh'), 'by-curl']), 0)
  const syncs = await recent()
  const [ping, events] = syncs
  assert.deepEqual([ping?.sync_type, ping?.sync_status], ['nightly-grades', 'completed'])
  assert.deepEqual(
    [events?.sync_task_id, events?.sync_status, events?.grades.updated],
    ['by-curl', 'completed', 31],
  )
})

test('the TypeScript example reports a sync to a server', async () => {
  const args = ['--conditions=canvas-sync-monitor-source', example('remote-sync.ts')]
  assert.equal(await run(process.execPath, args), 0)
  const sync = await newest()
  assert.deepEqual([sync.sync_status, sync.grades.updated, sync.user_id], ['completed', 93, 7])
})
