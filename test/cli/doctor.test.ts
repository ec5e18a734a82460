import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Client } from 'pg'
import { openPgBossQueue } from '../../src/queue/pg-boss-queue.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { QueueWorkerRow } from '../../src/store/queue.ts'
import { newJob } from '../queue/queued-sync-factory.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { assertNoStack } from './support/assert-explained.ts'
import type { CliResult } from './support/run-cli.ts'
import { smallCanvas, WorkPlace } from './support/work-place.ts'

interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly message: string
  readonly next_step: string | null
}

function findingsOf(result: CliResult): { ok: boolean; findings: Finding[] } {
  assert.equal(result.stderr, '')
  assertNoStack(result)
  return JSON.parse(result.stdout) as { ok: boolean; findings: Finding[] }
}

const failed = (findings: readonly Finding[]): string[] =>
  findings.filter(({ ok }) => !ok).map(({ check }) => check)

const worker = (id: string, told: Partial<QueueWorkerRow> = {}): QueueWorkerRow => ({
  id,
  host: 'here',
  pid: 7,
  version: '1.0.0',
  sources: ['science'],
  concurrency: 2,
  running: 0,
  state: 'working',
  started_at: Date.now(),
  heartbeat_at: Date.now(),
  ...told,
})

/** What doctor says of the queue; null when nothing. */
async function queueFinding(
  place: WorkPlace,
  code: number,
  environment: Record<string, string> = {},
): Promise<Finding | null> {
  const result = await place.run(['doctor', '--json'], { environment })
  assert.equal(result.code, code, result.stdout)
  const { findings } = findingsOf(result)
  assert.deepEqual(failed(findings), code === 0 ? [] : ['queue'])
  return findings.find(({ check }) => check === 'queue') ?? null
}

suite('doctor', { concurrency: 2 }, () => {
  test('all good: exit code 0, a line for each check', async () => {
    const simulator = await smallCanvas()
    const place = new WorkPlace(simulator)
    const canvas = ['--base-url', simulator.base_url, '--token-file', 'token.txt']
    const plain = await place.run(['doctor', ...canvas])
    assert.equal(plain.code, 0, plain.stdout)
    assert.deepEqual(
      plain.stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ +/).slice(0, 2)),
      ['node', 'database', 'logs', 'disk', 'canvas'].map((check) => ['✔', check]),
    )
    const json = await place.run(['doctor', '--json', ...canvas])
    const { ok, findings } = findingsOf(json)
    assert.ok(ok)
    assert.equal(findings.length, 5)
    assert.match(findings.at(-1)?.message ?? '', /^Canvas accepts the token of user \d+/)
  })

  const TROUBLES: readonly [string, (place: WorkPlace) => string[], string, RegExp][] = [
    [
      'a database that cannot be made',
      () => ['--database', 'sqlite:token.txt/deep/x.db'],
      'database',
      /cannot be opened for writing/,
    ],
    [
      'a log folder that is a file',
      () => ['--log-dir', 'token.txt'],
      'logs',
      /Cannot write .* in token\.txt/,
    ],
    [
      'a token that Canvas does not accept',
      (place) => {
        place.write('wrong.txt', '1~S3cret')
        return ['--base-url', place.simulator?.base_url ?? '', '--token-file', 'wrong.txt']
      },
      'canvas',
      /does not accept the access token/,
    ],
    ['no token', (place) => ['--base-url', place.simulator?.base_url ?? ''], 'canvas', /no access token/],
    ['a token file but no Canvas', () => ['--token-file', 'token.txt'], 'canvas', /no Canvas host/],
    [
      'http beyond loopback',
      () => ['--base-url', 'http://canvas.example.edu', '--token-file', 'token.txt'],
      'canvas',
      /travel unencrypted/,
    ],
  ]
  for (const [name, argumentsIn, check, message] of TROUBLES) {
    const code = name === 'a token that Canvas does not accept' ? 4 : 1
    test(`${name}: exit code ${code}, the other checks are made all the same`, async () => {
      const place = new WorkPlace(await smallCanvas())
      const args = ['doctor', ...argumentsIn(place)]
      const json = await place.run([...args, '--json'])
      assert.equal(json.code, code, json.stderr)
      const { ok, findings } = findingsOf(json)
      assert.ok(!ok)
      assert.deepEqual(failed(findings), [check])
      const finding = findings.find((one) => one.check === check)
      assert.match(finding?.message ?? '', message)
      assert.match(finding?.next_step ?? '', /\w.*\.$/)
      assert.ok(findings.length >= 4)
      const plain = await place.run(args)
      assert.match(plain.stdout, new RegExp(`^✘ ${check} .*${message.source}.*\\n {12}\\w`, 'm'))
      assert.ok(!plain.stdout.includes('S3cret'))
    })
  }

  test('a queue is told of once it is used, and syncs that nobody can take are bad news', async () => {
    const place = new WorkPlace()
    await using store = await openStore(`sqlite:${place.path('canvas.db')}`)
    const environment = { DATABASE_URL: `sqlite:${place.path('canvas.db')}` }
    const found = (code: number): Promise<Finding | null> => queueFinding(place, code, environment)
    assert.equal(await found(0), null)
    const { queue } = store
    await queue.addJob(newJob('science'), Date.now() - 245_000)
    await queue.saveWorker(worker('one'))
    assert.match(
      (await found(0))?.message ?? '',
      /^1 sync waiting, the oldest for 4 min \d\d s; 0 running; 1 worker$/,
    )
    for (const source of ['law', 'arts', 'maths', 'music']) await queue.addJob(newJob(source), Date.now())
    const nobody = await found(1)
    assert.match(
      nobody?.message ?? '',
      /^Syncs of arts, law, maths and 1 more source wait, and no living worker has the source: 5 syncs waiting/,
    )
    assert.match(nobody?.next_step ?? '', /worker --source arts\.$/)
    await queue.saveWorker(
      worker('one', { sources: ['science', 'law', 'arts', 'maths', 'music'], state: 'draining' }),
    )
    assert.match(
      (await found(1))?.message ?? '',
      /^Syncs of arts, law, maths and 2 more .* 0 workers, 1 draining/,
    )
  })

  test('a silent worker is bad news only while it has a sync', async () => {
    const place = new WorkPlace()
    await using store = await openStore(`sqlite:${place.path('canvas.db')}`)
    const environment = { DATABASE_URL: `sqlite:${place.path('canvas.db')}` }
    const found = (code: number): Promise<Finding | null> => queueFinding(place, code, environment)
    const { queue } = store
    const begin = async (worker_id: string): Promise<void> => {
      const taken = await queue.takeJob(null, Date.now())
      assert.ok(taken)
      const { job_id, token } = taken
      const process = { host: 'here', pid: 7, process_started: 'then', now: Date.now() }
      const about = { source: 'science', task_id: job_id, worker_id, ...process }
      assert.ok(await queue.beginAttempt({ job_id, token, ...about }))
    }
    await queue.saveWorker(worker('gone', { running: 1, heartbeat_at: Date.now() - 31_000 }))
    await queue.saveWorker(worker('alive', { running: 1 }))
    await queue.addJob(newJob('science'), Date.now())
    await begin('gone')
    const held = await found(1)
    assert.match(
      held?.message ?? '',
      /^Syncs of science run on workers that nothing was heard of for 30 s: .* 1 running; 1 worker, 1 silent\.$/,
    )
    assert.match(held?.next_step ?? '', /queue status/)
    await queue.returnSilentJobs(Date.now() + 1)
    await begin('alive')
    assert.match((await found(0))?.message ?? '', /1 running; 1 worker, 1 silent$/)
  })

  test('in PostgreSQL it looks at the queue, and neither makes its tables nor changes them', async () => {
    const place = new WorkPlace()
    const database = await (await startPostgres()).createDatabase()
    const found = (code: number): Promise<Finding | null> =>
      queueFinding(place, code, { DATABASE_URL: database })
    const client = new Client({ connectionString: database })
    await client.connect()
    try {
      assert.equal(await found(0), null)
      const { rows } = await client.query("select to_regnamespace('canvas_sync_queue') as schema")
      assert.deepEqual(rows, [{ schema: null }])
      await using queue = await openPgBossQueue({ database, lease_ms: 10_000 })
      assert.equal(await found(0), null)
      await queue.add(newJob('law'))
      assert.match((await found(1))?.message ?? '', /^Syncs of law wait, .* 1 sync waiting/)
      const older = await client.query(
        'update canvas_sync_queue.version set version = version - 1 returning version',
      )
      const unread = await found(1)
      assert.match(unread?.message ?? '', /^The queue of workers cannot be read: .*migrat/)
      assert.match(unread?.next_step ?? '', /^Run migrate /)
      assert.deepEqual((await client.query('select version from canvas_sync_queue.version')).rows, older.rows)
    } finally {
      await client.end()
    }
  })
})
