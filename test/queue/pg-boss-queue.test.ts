import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from 'pg'
import { openQueue } from '../../src/queue/open-queue.ts'
import { openPgBossQueue } from '../../src/queue/pg-boss-queue.ts'
import { openStore } from '../../src/store/open-store.ts'
import { QUEUE_SCHEMA, type NewQueueJob } from '../../src/store/queue.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { newJob, queuedSync } from './queued-sync-factory.ts'
import { exerciseQueue, type OpenedQueue } from './queue-suite.ts'

async function open(): Promise<OpenedQueue> {
  const database = await (await startPostgres()).createDatabase()
  const queue = await openPgBossQueue({ database, lease_ms: 10_000, supervise: true })
  const execute = async (statement: string): Promise<number> => {
    const client = new Client({ connectionString: database })
    await client.connect()
    try {
      return (await client.query(statement)).rowCount ?? 0
    } finally {
      await client.end()
    }
  }
  return {
    queue,
    /** The last heartbeat was long ago: pg-boss's own look does the rest. */
    silence: async () => {
      const table = `${QUEUE_SCHEMA}.job`
      await execute(`update ${table} set heartbeat_on = now() - interval '11 s' where state = 'active'`)
      while ((await execute(`select 1 from ${table} where state = 'active'`)) > 0) {
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    },
    letTimePass: async (duration_ms) => {
      await execute(
        `update ${QUEUE_SCHEMA}.job set start_after = start_after - interval '${duration_ms} ms' where start_after > now()`,
      )
    },
    close: () => queue.close(),
  }
}

exerciseQueue('the queue of many machines, pg-boss on PostgreSQL', open)

test('a role that may only read and write rows has all the rights that a worker needs', async () => {
  const database = await (await startPostgres()).createDatabase()
  const owner = await openPgBossQueue({ database, lease_ms: 10_000 })
  await owner.close()
  const role = `worker_${process.pid}`
  await using client = await connected(database)
  await client.query(`create role ${role} login password 'only for tests'`)
  await client.query(`grant usage on schema ${QUEUE_SCHEMA} to ${role}`)
  await client.query(
    `grant select, insert, update, delete on all tables in schema ${QUEUE_SCHEMA} to ${role}`,
  )
  await client.query(`grant execute on all functions in schema ${QUEUE_SCHEMA} to ${role}`)
  const url = new URL(database)
  url.username = role
  await using queue = await openPgBossQueue({ database: url.href, lease_ms: 10_000, supervise: true })
  const [one, two] = [newJob('of-a-role'), newJob('of-a-role')]
  for (const job of [one, two]) assert.equal(await queue.add(job), true)
  const taken = await queue.take(['of-a-role'])
  assert.ok(taken)
  assert.equal((await queue.keep([taken])).length, 1)
  assert.equal(await queue.giveBack(taken, 5000), true)
  assert.equal(await queue.cancelWaiting(two.id), true)
  assert.equal((await queue.list({ limit: 5 })).length, 2)
  assert.equal(queue.takeProblem(), null)
})

test('a job says after which time it is given to others: the lease of whoever added it', async () => {
  const database = await (await startPostgres()).createDatabase()
  await using adds = await openPgBossQueue({ database, lease_ms: 12_000 })
  await using takes = await openPgBossQueue({ database, lease_ms: 30_000 })
  await adds.add(newJob('science'))
  assert.equal((await takes.take(['science']))?.lease_ms, 12_000)
})

test('its time is that of the database', async () => {
  const database = await (await startPostgres()).createDatabase()
  await using queue = await openPgBossQueue({ database, lease_ms: 10_000 })
  assert.ok(Math.abs((await queue.now()) - Date.now()) < 5000)
})

test('whoever adds or takes syncs makes the tables where there are none, and leaves those of another version as they are', async () => {
  const database = await (await startPostgres()).createDatabase()
  await using store = await openStore(database)
  await assert.rejects(openPgBossQueue({ database, lease_ms: 10_000, install: false }), {
    message: 'pg-boss is not installed',
  })
  await (await openQueue(database, store)).close()
  await using client = await connected(database)
  const version = async (): Promise<unknown> =>
    (await client.query(`select version from ${QUEUE_SCHEMA}.version`)).rows
  await client.query(`update ${QUEUE_SCHEMA}.version set version = version - 1`)
  const older = await version()
  await assert.rejects(openQueue(database, store), {
    code: 'database_unsupported',
    next_step: /run migrate/,
  })
  assert.deepEqual(await version(), older)
})

test('whoever is erased is erased from the queue too, and nobody else', async () => {
  const database = await (await startPostgres()).createDatabase()
  await using store = await openStore(database)
  const audit = {
    at: 1,
    actor_kind: 'cli',
    actor_id: null,
    action: 'user_erased',
    target: null,
    user_id: null,
  } as const
  const erase = (): Promise<void> => store.erasure.eraseTraces('42', { ...audit, route: null, address: null })
  await erase()
  await using queue = await openPgBossQueue({ database, lease_ms: 10_000 })
  const of = (user_id: string): NewQueueJob => newJob('science', { sync: queuedSync('science', { user_id }) })
  const [theirs, other] = [of('42'), of('420')]
  for (const job of [theirs, other]) {
    await queue.add(job)
    await store.queue.addJob(job, 1)
  }
  const running = newJob('law', { sync: queuedSync('law', { user_id: '42' }) })
  await queue.add(running)
  await store.queue.addJob(running, 1)
  assert.ok(await queue.take(['law']))
  assert.ok(await store.queue.takeJob(['law'], 1))
  await erase()
  for (const find of [(id: string) => queue.find(id), (id: string) => store.queue.findJob(id)]) {
    assert.equal(await find(theirs.id), null)
    assert.equal((await find(other.id))?.sync.user_id, '420')
    const left = await find(running.id)
    assert.deepEqual([left?.state, left?.sync], ['running', queuedSync('law')])
  }
  // Its worker hears of it, and nobody begins it again.
  assert.deepEqual(await store.queue.listCancelled([running.id, other.id]), [running.id])
})

async function connected(database: string): Promise<Client & AsyncDisposable> {
  const client = new Client({ connectionString: database })
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}
