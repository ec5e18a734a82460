import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Client } from 'pg'
import { PgBoss, type JobWithMetadata } from 'pg-boss'
import { pgBossJob } from '../../src/jobs/index.ts'
import { createMonitor } from '../../src/tracker/monitor.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { JobPlace, soon } from './support/job-place.ts'

interface Data {
  userId: number
}

const OVER: ReadonlySet<string> = new Set(['completed', 'cancelled', 'failed'])

async function settled(boss: PgBoss, id: string | null): Promise<JobWithMetadata<Data>> {
  return await soon(async () => {
    const job = await boss.getJobById<Data>('courses', id ?? '')
    return job !== null && OVER.has(job.state) ? job : null
  })
}

async function starting(database: string): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString: database, supervise: false, schedule: false })
  boss.on('error', () => {})
  await boss.start()
  return boss
}

suite('pg-boss', { concurrency: true }, () => {
  test('the example: a job that succeeds, one that fails and is tried again, one whose worker is killed', async () => {
    const database = await (await startPostgres()).createDatabase()
    const place = await JobPlace.make(database)
    const environment = { LOOK_SECONDS: '1' }
    const first = place.run('pg-boss.ts', environment)
    await using stack = new AsyncDisposableStack()
    const boss = await starting(database)
    stack.defer(() => boss.stop({ graceful: false }))
    await soon(async () => ((await boss.getQueue('courses').catch(() => null)) === null ? null : true))

    const good = await settled(boss, await boss.send('courses', { userId: 42 }))
    assert.deepEqual(good.output, { job: good.id, courses: 2 })
    const [done] = await place.ended(1)
    assert.deepEqual(
      [done?.sync_task_id, done?.sync_status, done?.sync_type, done?.user_id, done?.trigger],
      [`courses:${good.id}`, 'completed', 'courses', '42', 'pg-boss'],
    )

    place.canvas.mood = 'refuses'
    const bad = await settled(
      boss,
      await boss.send('courses', { userId: 43 }, { retryLimit: 1, retryDelay: 0 }),
    )
    assert.equal(bad.state, 'failed')
    assert.match(JSON.stringify(bad.output), /token/i, 'the error is that of the job')
    const [, failed, failed_again] = await place.ended(3)
    assert.deepEqual([failed?.sync_status, failed_again?.sync_status], ['failed', 'failed'])
    assert.equal(failed_again?.sync_task_id, `${failed?.sync_task_id}#2`)
    assert.equal(failed_again?.sync_metadata?.['retry_after'], 'failed')

    place.canvas.mood = 'holds'
    const id = await boss.send('courses', { userId: 44 }, { retryDelay: 0 })
    await place.canvas.held()
    first.kill('SIGKILL')
    await first.end
    place.canvas.mood = 'answers'
    await forgetHeartbeats(database)
    const second = place.run('pg-boss.ts', environment)
    assert.equal((await settled(boss, id)).state, 'completed')
    const [, , , lost, retried] = await place.ended(5)
    assert.deepEqual([lost?.sync_status, retried?.sync_status], ['lost', 'completed'])
    assert.equal(retried?.sync_task_id, `${lost?.sync_task_id}#2`)
    assert.equal(retried?.sync_metadata?.['retry_after'], 'lost')

    // Asked to end, it lets the job end that runs.
    place.canvas.mood = 'holds'
    await boss.send('courses', { userId: 45 })
    await place.canvas.held()
    second.kill('SIGTERM')
    place.canvas.release()
    assert.equal(await second.end, 0)
    assert.equal((await place.ended(6))[5]?.sync_status, 'completed')
  })

  test('a job that pg-boss takes away ends as cancelled, one that runs too long as failed', async () => {
    const database = await (await startPostgres()).createDatabase()
    const place = await JobPlace.make()
    await using stack = new AsyncDisposableStack()
    const monitor = stack.use(await createMonitor({ store: place.store, logDir: place.logs }))
    const boss = await starting(database)
    stack.defer(() => boss.stop({ graceful: false }))
    await boss.createQueue('courses', { retryLimit: 0, expireInSeconds: 1 })
    const handler = pgBossJob(monitor, {}, async (_sync, _job: JobWithMetadata<Data>, signal) => {
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('ends now')))
      })
    })
    await boss.work('courses', { includeMetadata: true, pollingIntervalSeconds: 0.5 }, handler)
    const late = await settled(boss, await boss.send('courses', { userId: 42 }))
    assert.equal(late.state, 'failed')
    await place.ended(1)
    await boss.send('courses', { userId: 43 }, { expireInSeconds: 60 })
    await soon(async () => ((await place.syncs()).length === 2 ? true : null))
    await boss.offWork('courses', { wait: false })
    await boss.stop({ timeout: 1000 })
    assert.deepEqual(
      (await place.ended(2)).map((row) => [row.sync_status, row.error_message]),
      [
        ['failed', 'The job ran longer than the 1 s that pg-boss gives it.'],
        ['cancelled', 'The job was cancelled.'],
      ],
    )
  })
})

/** As after half a minute without one. */
async function forgetHeartbeats(database: string): Promise<void> {
  const client = new Client({ connectionString: database })
  await client.connect()
  await client.query(
    "update pgboss.job set heartbeat_on = heartbeat_on - interval '1 hour' where state = 'active'",
  )
  await client.end()
}
