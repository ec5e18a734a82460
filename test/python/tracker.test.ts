import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { startServer } from '../../src/server/index.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { no_python, runJob, startJob } from './support/python.ts'

interface Row {
  readonly sync_status: string
  readonly user_id: number
  readonly error_type: string | null
  readonly error_message: string | null
  readonly total_duration_seconds: number
  readonly courses: { readonly processed: number; readonly created: number; readonly updated: number }
  readonly data_size_bytes: number
  readonly assignments: { readonly processed: number; readonly updated: number }
  readonly api_metrics: { readonly calls_made: number; readonly total_duration_ms: number }
  readonly progress: { readonly percent: number | null; readonly current: string | null }
}

const directory = temporaryDirectory()
const clock = new FakeClock({ start: new Date().toISOString() })
const server = await startServer({
  database: `sqlite:${join(directory, 'syncs.db')}`,
  logDir: join(directory, 'logs'),
  port: 0,
  logCleanup: false,
  clock,
})
after(() => server.close())
const { url } = server
const spool = join(directory, 'spool')
const python = { skip: no_python }

async function rowOf(task_id: string): Promise<Row | null> {
  const response = await fetch(`${url}/api/canvas/metrics/sync/task/${task_id}`)
  return response.status === 200 ? ((await response.json()) as Row) : null
}

function everythingWritten(): string {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => /\.(?:log|db|db-wal|ndjson)$/.test(name))
  return files.map((name) => readFileSync(join(directory, name), 'latin1')).join('\n')
}

test('a job with the earlier names succeeds, and leaves nothing in the spool', python, async () => {
  const run = await runJob('one_sync.py', { url, spool, args: ['good', 'well'] })
  assert.deepEqual([run.code, run.stderr], [0, ''])
  const row = await rowOf('good')
  assert.ok(row)
  assert.deepEqual([row.sync_status, row.user_id, row.error_message], ['completed', 42, null])
  assert.deepEqual(row.courses, { processed: 3, created: 3, updated: 0 })
  assert.deepEqual([row.assignments.processed, row.assignments.updated], [12, 12])
  assert.deepEqual([row.api_metrics.calls_made, row.api_metrics.total_duration_ms], [3, 61.5])
  assert.deepEqual(row.progress, { percent: 100, current: 'Grades' })
  assert.ok(
    !readdirSync(spool, { recursive: true, encoding: 'utf8' }).some((name) => name.endsWith('.ndjson')),
  )
})

test('a failure is known by its class and place; its message is nowhere', python, async () => {
  const run = await runJob('one_sync.py', { url, spool, args: ['bad', 'fail'] })
  assert.deepEqual([run.code, run.stderr], [0, ''])
  const row = await rowOf('bad')
  assert.equal(row?.sync_status, 'failed')
  assert.match(
    row.error_message ?? '',
    /^The sync job failed with ValueError at <module> \(one_sync\.py:\d+\)\.$/,
  )
  const written = everythingWritten()
  assert.match(written, /Sync failed: ValueError at <module> \(one_sync\.py:\d+\)/)
  assert.ok(!written.includes('Mustermann'))
  assert.ok(!written.includes('1234~abcdef'))
})

test('what the job does not catch fails the sync at once', python, async () => {
  const run = await runJob('one_sync.py', { url, spool, args: ['uncaught', 'uncaught'] })
  assert.equal(run.code, 1)
  const row = await rowOf('uncaught')
  assert.match(row?.error_message ?? '', /KeyError at <module> \(one_sync\.py:\d+\)/)
  assert.equal(row?.sync_status, 'failed')
})

test('a process that ends before its sync fails it at once', python, async () => {
  const run = await runJob('one_sync.py', { url, spool, args: ['left', 'exit'] })
  assert.equal(run.code, 3)
  const row = await rowOf('left')
  assert.deepEqual(
    [row?.sync_status, row?.error_message],
    ['failed', 'The process ended before the sync did.'],
  )
})

test('a job that is killed is lost when its heartbeats stop, with what it had recorded', python, async () => {
  const job = startJob('one_sync.py', { url, spool, args: ['killed', 'kill'] })
  await job.said('recorded')
  const { ended } = job
  job.child.kill('SIGKILL')
  await ended
  // What it had recorded a moment before is in its spool: any other process delivers it.
  await runJob('one_sync.py', { url, spool, args: ['next', 'well'] })
  for (let look = 0; (await rowOf('killed'))?.sync_status !== 'lost'; look++) {
    assert.ok(look < 200, 'it is lost at last')
    clock.advance(2000)
    await delay(20)
  }
  const row = await rowOf('killed')
  assert.deepEqual([row?.courses.processed, row?.error_type], [3, 'lost'])
})

for (const [who, when] of [
  ['own', 'when another sync of its process writes'],
  ['thread', 'with the next heartbeat'],
] as const)
  test(`a sync that its job lets go of fails ${when}, with all that it had counted`, python, async () => {
    const run = await runJob('let_go.py', { url, spool, args: [`let-go-${who}`, who] })
    assert.deepEqual([run.code, run.stderr], [0, ''])
    const row = await rowOf(`let-go-${who}`)
    assert.deepEqual(
      [row?.sync_status, row?.error_message, row?.courses.created, row?.data_size_bytes],
      ['failed', 'The job let go of the sync before it ended.', 1, 4096],
    )
  })

test(
  'recording costs microseconds, and bounded memory where nothing can be sent or written',
  python,
  async () => {
    const run = await runJob('cost.py', { url, spool, args: ['12000'], strict: false })
    assert.equal(run.code, 0, run.stderr)
    const { memory_mib, ...medians } = JSON.parse(run.stdout) as Record<string, number>
    assert.ok(memory_mib !== undefined && memory_mib < 64, `${memory_mib}`)
    assert.equal(Object.keys(medians).length, 4)
    // Of a quiet machine alone.
    if (process.env['LONG_TESTS'] !== '1') return
    for (const [kind, median] of Object.entries(medians)) assert.ok(median < 50, `${kind}: ${median}`)
  },
)
