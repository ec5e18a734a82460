import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CronerJob, JobMonitor } from '../../src/jobs/index.ts'
import { bullmqJob, cronerJob, pgBossJob } from '../../src/jobs/index.ts'
import { readLogs } from '../../src/logs/reading/read-logs.ts'
import { createMonitor, type Monitor } from '../../src/tracker/monitor.ts'
import { processIdentity } from '../../src/tracker/process-identity.ts'
import { createRemoteMonitor } from '../../src/tracker/remote-monitor.ts'
import { syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const job = (fields: object = {}) => ({
  id: '17',
  name: 'nightly',
  queueName: 'courses',
  timestamp: 1_763_862_000_000,
  attemptsStarted: 1,
  stalledCounter: 0,
  data: { userId: 42 },
  updateProgress: () => Promise.resolve(),
  ...fields,
})
type TestJob = ReturnType<typeof job>

interface Opened extends AsyncDisposable {
  readonly monitor: Monitor
  readonly logDir: string
}

async function open(): Promise<Opened> {
  const directory = temporaryDirectory()
  const logDir = join(directory, 'logs')
  const monitor = await createMonitor({ database: `sqlite:${join(directory, 'data.db')}`, logDir })
  return { monitor, logDir, [Symbol.asyncDispose]: () => monitor.close() }
}

test('a job gives and throws what it would without a monitor, whatever the monitor does', async () => {
  const { monitor } = await open()
  const thrown = new Error('the job itself')
  const good = async (): Promise<string> => 'result'
  const bad = (): Promise<never> => Promise.reject(thrown)
  const refusing: JobMonitor = {
    track: () => Promise.reject(new Error('no')),
    startSync: () => Promise.reject(new Error('no')),
  }
  const late: JobMonitor = {
    ...refusing,
    // Refuses only when the job has run.
    track: async (options, work) => {
      await monitor.track(options, work)
      throw new Error('late')
    },
  }
  const blind: JobMonitor = {
    track: (options, work) => monitor.track(options, work),
    startSync: (options) => monitor.startSync(options),
    store: { ...monitor.store, syncs: { getSyncByTaskId: () => Promise.reject(new Error('away')) } } as never,
  }
  const closed = (await open()).monitor
  await closed.close()
  for (const [name, each] of Object.entries({ monitor, refusing, late, blind, closed })) {
    for (const attemptsStarted of [1, 2]) {
      const run = (work: () => Promise<string>): Promise<string> =>
        bullmqJob(each, {}, work)(job({ attemptsStarted }))
      assert.equal(await run(good), 'result', name)
      await assert.rejects(run(bad), (error) => error === thrown, name)
    }
  }
  await monitor.close()
})

test('it is told once on stderr that a run is not recorded', async () => {
  const { monitor } = await open()
  await monitor.close()
  const warned = once(process, 'warning')
  const skipped: string[] = []
  const task = cronerJob(monitor, { syncType: 'told-once' }, async (sync) => {
    sync.recordCourse({ created: true })
    skipped.push(sync.toJSON().sync_status)
  })
  const self: CronerJob = { currentRun: () => null }
  await task(self)
  await task(self)
  const [warning] = (await warned) as [Error]
  assert.equal(warning.name, 'CanvasSyncMonitorWarning')
  assert.equal(warning.message, 'A run of told-once is not recorded: The monitor is closed.')
  assert.deepEqual(skipped, ['in_progress', 'in_progress'])
})

test('a job of a scheduler that is called by hand, or with no time, runs and is due now', async () => {
  await using opened = await open()
  const { monitor } = opened
  for (const how of [undefined, { currentRun: () => new Date(Number.NaN) }, { currentRun: () => null }]) {
    const task = cronerJob(monitor, { syncType: 'by-hand' }, async () => 'result')
    assert.equal(await task(how as never), 'result')
  }
  const rows = await monitor.store.syncs.listSyncs({ limit: 10 })
  assert.equal(rows.length, 3)
  for (const { sync_task_id } of rows) assert.match(sync_task_id, /^by-hand:\d{4}-\d\d-\d\dT[\d:]{8}\.000Z/)
})

test('what a job is recorded as comes from the job; a function that throws keeps no job from running', async () => {
  await using opened = await open()
  const { monitor } = opened
  const processor = bullmqJob(
    monitor,
    {
      syncType: (each: TestJob) => each.name,
      userId: (each) => each.data.userId,
      taskId: (each) => `own-${each.id}`,
      metadata: { term: 'fall' },
    },
    async () => 1,
  )
  await processor(job())
  await processor(job({ attemptsStarted: 2, stalledCounter: 1 }))
  assert.equal(await processor(job({ id: '18', data: null })), 1)
  const rows = await monitor.store.syncs.listSyncs({ limit: 9 })
  assert.deepEqual(
    rows.toReversed().map((row) => [row.sync_task_id, row.sync_type, row.user_id, row.sync_metadata]),
    [
      ['own-17', 'nightly', '42', { job: facts('17', 0), term: 'fall' }],
      [
        'own-17#2',
        'nightly',
        '42',
        { job: facts('17', 1), retry_of: 'own-17', retry_after: 'completed', term: 'fall' },
      ],
      ['own-18', 'nightly', null, { job: facts('18', 0), term: 'fall' }],
    ],
  )
})

const facts = (id: string, stalled: number): object => ({ queue: 'courses', name: 'nightly', id, stalled })

test('a retry says in the operations log what became of the attempt before', async () => {
  const { monitor, logDir } = await open()
  const processor = bullmqJob(monitor, { taskId: () => 'own' }, async (sync, each: TestJob) => {
    if (each.attemptsStarted === 1) throw new Error('not yet')
    sync.recordCourse({ updated: true })
  })
  await assert.rejects(processor(job()))
  await processor(job({ attemptsStarted: 2 }))
  await monitor.close()
  const lines: [string | null, string][] = []
  for await (const { event, task_id, message } of readLogs({ directory: logDir, streams: ['operations'] })) {
    if (event === 'sync_retried') lines.push([task_id, message])
  }
  assert.deepEqual(lines, [['own#2', 'Attempt 2 of this job; the one before, own, failed.']])
})

test('a retry finds that the worker before it is gone, also where nobody has looked since', async () => {
  await using opened = await open()
  const { monitor } = opened
  const { host, pid, pid_space, boot } = processIdentity()
  // This process has its pid now.
  const process_started = `${pid_space} 1 ${boot}`
  await monitor.store.syncs.startSync(syncStart('own', { host, pid, process_started }))
  const processor = bullmqJob(monitor, { taskId: () => 'own' }, async () => 1)
  await processor(job({ attemptsStarted: 2 }))
  const rows = await monitor.store.syncs.listSyncs({ limit: 9 })
  assert.deepEqual(
    rows.toReversed().map((row) => [row.sync_task_id, row.sync_status, row.sync_metadata?.['retry_after']]),
    [
      ['own', 'lost', undefined],
      ['own#2', 'completed', 'lost'],
    ],
  )
})

test('where the row is on a server far away, a retry names the attempt before it', async () => {
  await using monitor = await createRemoteMonitor({
    url: 'http://127.0.0.1:1',
    spoolDir: temporaryDirectory(),
    startWaitMs: 0,
    closeWaitMs: 0,
  })
  const seen: unknown[] = []
  const processor = bullmqJob(monitor, { taskId: () => 'own' }, async (sync) => {
    const { sync_task_id, metadata } = sync.toJSON()
    seen.push([sync_task_id, metadata?.['retry_of'], metadata?.['retry_after']])
  })
  await processor(job({ attemptsStarted: 3 }))
  assert.deepEqual(seen, [['own#3', 'own#2', null]])
})

test('of a batch of pg-boss each job is a sync, and what the first that failed threw is thrown', async () => {
  await using opened = await open()
  const { monitor } = opened
  const { signal } = new AbortController()
  const batch = ['a', 'b', 'c'].map((id) => ({
    id,
    name: 'courses',
    expireInSeconds: 900,
    retryCount: 0,
    signal,
  }))
  const thrown = new Error('of b')
  const handler = pgBossJob(monitor, {}, async (_sync, each: { id: string } & (typeof batch)[number]) => {
    if (each.id === 'b') throw thrown
  })
  await assert.rejects(handler(batch), (error) => error === thrown)
  const rows = await monitor.store.syncs.listSyncs({ limit: 9 })
  assert.deepEqual(rows.map((row) => `${row.sync_task_id} ${row.sync_status}`).toSorted(), [
    'courses:a completed',
    'courses:b failed',
    'courses:c completed',
  ])
  assert.equal(await handler([]), undefined)
})

test('a job that reads nothing where it used to has failed, unless its options let it be empty', async () => {
  await using opened = await open()
  const { monitor } = opened
  const statusAfter = async (id: string, count: number, mayBeEmpty: boolean): Promise<unknown> => {
    const run = bullmqJob<TestJob, void>(monitor, { taskId: () => id, mayBeEmpty }, async (sync) => {
      if (count > 0) sync.recordGrade({ updated: count })
    })
    await run(job())
    return (await monitor.store.syncs.getSyncByTaskId(id))?.sync_status
  }
  for (const id of ['a', 'b', 'c']) assert.equal(await statusAfter(id, 31, false), 'completed')
  assert.equal(await statusAfter('empty', 0, false), 'failed')
  assert.equal(await statusAfter('expected', 0, true), 'completed')
})
