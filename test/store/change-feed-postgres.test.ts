import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { Client } from 'pg'
import type { ChangeFeed } from '../../src/store/change-feed.ts'
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { START } from '../support/sync-factory.ts'

let url = ''
let store: PostgresStore
let made = 0
const clients: Client[] = []

before(async () => {
  url = await (await startPostgres()).createDatabase()
  store = await PostgresStore.open(url)
  // The first sync of a type writes its label; others of that type wait until that is there.
  await insertSync(await connect())
})

after(async () => {
  await Promise.all(clients.map((client) => client.end()))
  await store.close()
})

async function connect(): Promise<Client> {
  const client = new Client({ connectionString: url })
  await client.connect()
  clients.push(client)
  return client
}

/** Makes a sync in whatever transaction the client is in. */
async function insertSync(client: Client): Promise<string> {
  const name = `sync-${++made}`
  await client.query(
    `insert into canvas_sync_metrics (sync_task_id, sync_start_time, sync_type, heartbeat_at)
     values ($1, ${START}, 'all', ${START})`,
    [name],
  )
  return name
}

/** A reader that goes on from the place of each page. */
class Reader {
  readonly #changes: ChangeFeed
  readonly seen: string[] = []
  place: number

  constructor(changes: ChangeFeed, place: number) {
    this.#changes = changes
    this.place = place
  }

  async read(limit = 100): Promise<number> {
    const page = await this.#changes.readAfter(this.place, { limit })
    assert.equal(page.lost, false)
    const names = new Map(page.syncs.map((sync) => [sync.id, sync.sync_task_id]))
    for (const { id, sync_id } of page.changes) {
      assert.ok(id > this.place, 'ids go up')
      this.place = id
      this.seen.push(names.get(sync_id ?? 0) ?? 'gone')
    }
    assert.equal(page.place, this.place)
    return page.changes.length
  }

  async readAll(): Promise<void> {
    while ((await this.read(100)) > 0);
  }
}

test('a change that commits later than one with a higher id is not skipped', async () => {
  const [early, late] = [await connect(), await connect()]
  const reader = new Reader(store.changes, await store.changes.latest())
  await early.query('begin')
  const first = await insertSync(early)
  const second = await insertSync(late)
  assert.equal(await reader.read(), 0, 'it waits for the one that is open')
  const third = await insertSync(late)
  assert.equal(await reader.read(), 0)
  await early.query('commit')
  await reader.readAll()
  assert.deepEqual(reader.seen, [first, second, third])
})

test('the id of a change that was undone holds nobody up', async () => {
  const [undone, other] = [await connect(), await connect()]
  const reader = new Reader(store.changes, await store.changes.latest())
  await undone.query('begin')
  await insertSync(undone)
  const kept = await insertSync(other)
  assert.equal(await reader.read(), 0)
  await undone.query('rollback')
  await reader.readAll()
  assert.deepEqual(reader.seen, [kept])
})

test('a long transaction that changes no sync delays nothing', async () => {
  const [long, undone, other] = [await connect(), await connect(), await connect()]
  await long.query('begin; create table of_an_application (id int); insert into of_an_application values (1)')
  const reader = new Reader(store.changes, await store.changes.latest())
  await undone.query('begin')
  await insertSync(undone)
  await undone.query('rollback')
  const kept = await insertSync(other)
  const { changes } = await store.changes.readAfter(reader.place, { limit: 10 })
  assert.equal(changes.length, 1)
  await reader.readAll()
  assert.deepEqual(reader.seen, [kept])
  await long.query('rollback')
})

test('whoever asks for the latest place while a transaction is open gets what that one commits', async () => {
  const [early, late] = [await connect(), await connect()]
  await early.query('begin')
  const first = await insertSync(early)
  await insertSync(late)
  const asked = store.changes.latest()
  await early.query('commit')
  const reader = new Reader(store.changes, await asked)
  const last = await insertSync(late)
  await reader.readAll()
  // The first was committed after the question: it may be there, the last one must be.
  assert.equal(reader.seen.at(-1), last)
  assert.ok(reader.seen.length === 1 || reader.seen.includes(first))
})

test('a notification wakes who waits, and writers do not wait for each other because of it', async () => {
  const [one, two, listening] = [await connect(), await connect(), await connect()]
  let heard = 0
  listening.on('notification', () => heard++)
  await listening.query('listen canvas_sync_changes')
  await one.query('begin')
  await insertSync(one)
  await insertSync(two)
  await listening.query('select 1')
  assert.equal(heard, 0, 'the second one left it to the first, which has not ended')
  await one.query('commit')
  await listening.query('select 1')
  assert.equal(heard, 1)
  await insertSync(two)
  await listening.query('select 1')
  assert.equal(heard, 2)
})

const WRITERS = 4
type Step =
  | {
      readonly does: 'begin' | 'insert' | 'commit' | 'rollback' | 'savepoint' | 'undo'
      readonly writer: number
    }
  | { readonly does: 'read'; readonly limit: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constantFrom('begin', 'insert', 'insert', 'commit', 'rollback', 'savepoint', 'undo'),
      writer: fc.nat({ max: WRITERS - 1 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant('read' as const), limit: fc.integer({ min: 1, max: 4 }) }),
  },
)

interface Writer {
  readonly client: Client
  /** Null outside of a transaction. */
  open: string[] | null
  /** How much of `open` there was at the savepoint. */
  kept: number | null
}

test('property: however transactions interleave, a reader sees each committed change once, and none that was undone', async () => {
  const connected = await Promise.all(Array.from({ length: WRITERS }, connect))
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 40 }), async (steps) => {
      const writers = connected.map((client): Writer => ({ client, open: null, kept: null }))
      const reader = new Reader(store.changes, await store.changes.latest())
      const committed: string[] = []
      const end = async (writer: Writer, how: 'commit' | 'rollback'): Promise<void> => {
        if (writer.open === null) return
        await writer.client.query(how)
        if (how === 'commit') committed.push(...writer.open)
        writer.open = null
        writer.kept = null
      }
      const take = async (one: Step): Promise<void> => {
        if (one.does === 'read') {
          await reader.read(one.limit)
          return
        }
        const writer = writers[one.writer]
        assert.ok(writer)
        const { client } = writer
        if (one.does === 'insert') {
          const name = await insertSync(client)
          if (writer.open === null) committed.push(name)
          else writer.open.push(name)
        } else if (one.does === 'begin' && writer.open === null) {
          await client.query('begin')
          writer.open = []
        } else if (one.does === 'savepoint' && writer.open !== null && writer.kept === null) {
          await client.query('savepoint here')
          writer.kept = writer.open.length
        } else if (one.does === 'undo' && writer.open !== null && writer.kept !== null) {
          await client.query('rollback to here; release here')
          writer.open.length = writer.kept
          writer.kept = null
        } else if (one.does === 'commit' || one.does === 'rollback') await end(writer, one.does)
      }
      for (const one of steps) await take(one)
      for (const writer of writers) await end(writer, 'commit')
      await reader.readAll()
      assert.deepEqual(reader.seen.toSorted(), committed.toSorted())
    }),
    { numRuns: process.env['LONG_TESTS'] === undefined ? 150 : 5000 },
  )
})
