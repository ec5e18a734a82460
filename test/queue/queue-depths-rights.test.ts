import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from 'pg'
import { openQueue } from '../../src/queue/open-queue.ts'
import { openQueueDepths } from '../../src/server/queue.ts'
import { openStore } from '../../src/store/open-store.ts'
import { PostgresServer } from '../support/postgres-server.ts'

test('a role that may not look at the queue finds it empty where nobody works, and is refused where somebody does', async () => {
  await using server = await PostgresServer.start()
  const database = await server.createDatabase()
  await using store = await openStore(database)
  await (await openQueue(database, store)).close()
  const owner = new Client({ connectionString: database })
  await owner.connect()
  await owner.query(`create role reader login password 'x'`)
  await owner.end()
  const as_reader = new URL(database)
  as_reader.username = 'reader'
  as_reader.password = 'x'
  await using depths = openQueueDepths(as_reader.href, store.queue)
  assert.deepEqual(await depths?.depths(), [])
  await store.queue.saveWorker({
    id: 'one',
    host: 'here',
    pid: 7,
    version: '1',
    sources: ['science'],
    concurrency: 2,
    running: 0,
    state: 'working',
    started_at: 1,
    heartbeat_at: 1,
  })
  await assert.rejects(async () => await depths?.depths(), { code: '42501' })
})
