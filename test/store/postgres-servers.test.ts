import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { systemClock } from '../../src/core/clock.ts'
import type { MonitorError } from '../../src/core/errors.ts'
import { HeartbeatThread } from '../../src/store/postgres/heartbeat-thread.ts'
import { PostgresDatabase } from '../../src/store/postgres/postgres-database.ts'
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { parsePostgresUrl } from '../../src/store/postgres/postgres-url.ts'
import { SqlSyncStore } from '../../src/store/sql/syncs/sql-sync-store.ts'
import type { FinishStatus } from '../../src/core/sync-status.ts'
import type { ListingScope } from '../../src/store/synced-data-store.ts'
import { CutProxy } from '../support/cut-proxy.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { syncedRow } from '../support/synced-row-factory.ts'

let url = ''
before(async () => {
  url = await (await startPostgres()).createDatabase()
})

/** Two servers over one database. */
async function two(): Promise<[PostgresStore, PostgresStore, AsyncDisposable]> {
  const [first, second] = [await PostgresStore.open(url), await PostgresStore.open(url)]
  const close = async (): Promise<void> => {
    await Promise.all([first.close(), second.close()])
  }
  return [first, second, { [Symbol.asyncDispose]: close }]
}

/** A sync whose heartbeats nobody keeps. */
async function started(database: string, task_id: string): Promise<{ id: number }> {
  const connections = new PostgresDatabase(parsePostgresUrl(database))
  const id = await new SqlSyncStore(connections).startSync(syncStart(task_id))
  await connections.close()
  return { id }
}

const numbers = (length: number): number[] => Array.from({ length }, (_, index) => index)

describe('two servers on one database', () => {
  it('start a task once', async () => {
    const [first, second, closing] = await two()
    await using _ = closing
    for (const round of numbers(20)) {
      const start = syncStart(`twin ${round}`)
      const asked = await Promise.allSettled([first.syncs.startSync(start), second.syncs.startSync(start)])
      const refused = asked.filter((answer) => answer.status === 'rejected')
      assert.deepEqual(
        refused.map(({ reason }) => (reason as MonitorError).code),
        ['task_id_taken'],
      )
    }
  })

  it('end a sync once, and call it lost or ended but not both', async () => {
    const [first, second, closing] = await two()
    await using _ = closing
    for (const round of numbers(20)) {
      const id = await first.syncs.startSync(syncStart(`ended ${round}`))
      const statuses: FinishStatus[] = ['completed', 'failed', 'cancelled', 'partial']
      const answers = await Promise.all(
        statuses.map((status, index) =>
          (index % 2 === 0 ? first : second).syncs.finishSync(id, syncFinish({ status })),
        ),
      )
      assert.equal(answers.filter(({ applied }) => applied).length, 1)
      const changes = await first.syncs.listStatusChanges(id)
      assert.equal(changes.length, 2)
      assert.equal((await first.syncs.getSync(id))?.sync_status, changes[1]?.new_status)

      const other = await first.syncs.startSync(syncStart(`lost ${round}`))
      const [lost, finish] = await Promise.all([
        first.syncs.markLost([other], 'Gone.', START + 5),
        second.syncs.finishSync(other, syncFinish()),
      ])
      assert.equal(finish.applied, true)
      assert.equal(finish.repaired_from, lost.length === 1 ? 'lost' : null)
    }
  })

  it('give listings of one scope that begin at once times of their own', async () => {
    const [first, second, closing] = await two()
    await using _ = closing
    const { id: source_id } = await first.data.openSource('https://canvas.test', 'listings', START)
    const scope: ListingScope = { source_id, entity: 'sections', listed_by: '77' }
    const begun = await Promise.all(
      numbers(40).map((index) => (index % 2 === 0 ? first : second).data.beginListing(scope, START)),
    )
    assert.equal(new Set(begun.map(({ listing_at }) => listing_at)).size, 40)
  })

  it('count each row as created once when both write the same pages', async () => {
    const [first, second, closing] = await two()
    await using _ = closing
    const { id: source_id } = await first.data.openSource('https://canvas.test', 'rows', START)
    const scope: ListingScope = { source_id, entity: 'submissions', listed_by: '77' }
    const rows = numbers(400).map((id) => syncedRow('submissions', String(id)))
    const counts = await Promise.all(
      [first, second].map(async ({ data }) => {
        const listing = await data.beginListing(scope, START)
        const pages = numbers(8).map((page) => data.applyRows(listing, rows.slice(page * 50, page * 50 + 50)))
        return await Promise.all(pages)
      }),
    )
    const created = counts.flat().reduce((sum, count) => sum + count.created, 0)
    const processed = counts.flat().reduce((sum, count) => sum + count.processed, 0)
    assert.deepEqual([created, processed], [400, 800])
  })

  it('do not take back what another one made void', async () => {
    const [first, second, closing] = await two()
    await using _ = closing
    for (const round of numbers(12)) {
      const { id: source_id } = await first.data.openSource('https://canvas.test', `void ${round}`, START)
      const driven = { source_id, entity: 'submissions', listed_by: '7' } as const
      const brake = { deletions: 'brake', read_through_at: START } as const
      await first.data.completeListing(await first.data.beginListing(driven, START), brake)
      const driving = await second.data.beginListing({ ...driven, entity: 'assignments' }, START)
      const listing = await first.data.beginListing(driven, START + 1)
      await Promise.all([
        first.data.completeIncremental(listing, START + 1),
        second.data.applyRows(driving, [syncedRow('assignments', `${round}`)]),
      ])
      assert.equal((await first.data.getListing(driven))?.read_through_at, null)
    }
  })
})

describe('the heartbeats of a store on PostgreSQL', () => {
  it('go on while the event loop is blocked, until the sync ends', async () => {
    await using store = await PostgresStore.open(url, { heartbeat_interval_ms: 20 })
    await using beside = await PostgresStore.open(url)
    const running = await store.syncs.startSync(syncStart('beats', { started_at: START }))
    const ended = await store.syncs.startSync(syncStart('ended early', { started_at: START }))
    await store.syncs.finishSync(ended, syncFinish({ heartbeat_at: START }))
    const beatOf = async (id: number): Promise<number> => (await beside.syncs.getSync(id))?.heartbeat_at ?? 0
    // The thread needs a moment to start.
    for (const until = Date.now() + 60_000; (await beatOf(running)) === START && Date.now() < until;);
    let beats_while_blocked = 0
    // Where the answer comes late, it tells a beat from after the block.
    for (let attempt = 0; attempt < 20 && beats_while_blocked === 0; attempt++) {
      const blocked_at = Date.now()
      for (const until = performance.now() + 400; performance.now() < until;);
      const block_ended_at = Date.now()
      const beat = await beatOf(running)
      if (beat > blocked_at && beat < block_ended_at) beats_while_blocked++
    }
    assert.ok(beats_while_blocked > 0)
    assert.equal(await beatOf(ended), START)
  })
})

describe('a thread of heartbeats that crashes', () => {
  it('is replaced by one that beats for the same syncs, and knows how long they have run', async () => {
    const mark = join(temporaryDirectory(), 'crashed')
    process.env['HEARTBEAT_CRASH'] = mark
    const program = new URL('crashing-heartbeat-worker.ts', import.meta.url)
    const thread = new HeartbeatThread({ url, heartbeat_interval_ms: 20 }, systemClock, program)
    await using store = await PostgresStore.open(url)
    const { id } = await started(url, 'crashing')
    const begun = performance.now()
    thread.follow({ method: 'startSync', sync_id: id })
    const beats = async (): Promise<number> => (await store.syncs.getSync(id))?.heartbeat_count ?? 0
    for (const until = performance.now() + 20_000; (await beats()) < 2 && performance.now() < until;);
    const sync = await store.syncs.getSync(id)
    await thread.stop()
    delete process.env['HEARTBEAT_CRASH']
    assert.ok(existsSync(mark))
    assert.ok((sync?.heartbeat_count ?? 0) >= 2)
    const ran_ms = sync?.running_ms ?? 0
    // The thread that crashed at its start is followed by the next one a second later.
    assert.ok(ran_ms >= 1000 && ran_ms <= performance.now() - begun, String(ran_ms))
  })
})

describe('a process that forgets to close its store', () => {
  it('ends, and what it asked for is done', async () => {
    const own = await (await startPostgres()).createDatabase()
    const program = fileURLToPath(new URL('forgetful-process.ts', import.meta.url))
    const child = spawn(process.execPath, [program, own], { stdio: 'inherit', timeout: 120_000 })
    assert.deepEqual(await once(child, 'exit'), [0, null])
    await using store = await PostgresStore.open(own)
    assert.ok(await store.syncs.getSyncByTaskId('waited for'))
    assert.ok(await store.syncs.getSyncByTaskId('not waited for'))
  })
})

describe('notifications', () => {
  it('are heard by all who listen, and a broken connection is replaced and told of', async () => {
    await using proxy = await CutProxy.before(url)
    const listening = new PostgresDatabase(parsePostgresUrl(proxy.url))
    const telling = new PostgresDatabase(parsePostgresUrl(url))
    const heard: string[] = []
    let next = Promise.withResolvers<void>()
    const hear = (who: string) => (payload: string) => {
      heard.push(`${who} ${payload}`)
      if (heard.length % 2 === 0) next.resolve()
    }
    const two = async (): Promise<string[]> => {
      await next.promise
      next = Promise.withResolvers()
      return heard.splice(0)
    }
    const stopA = await listening.listen('Some channel', hear('a'))
    await listening.listen('Some channel', hear('b'))
    await telling.notify('Some channel', "it's one")
    assert.deepEqual(await two(), ["a it's one", "b it's one"])
    proxy.cutAll()
    assert.deepEqual(await two(), ['a ', 'b '])
    await telling.notify('Some channel', 'two')
    assert.deepEqual(await two(), ['a two', 'b two'])
    stopA()
    await listening.listen('another', hear('c'))
    await telling.notify('Some channel', 'three')
    await telling.notify('another', 'four')
    assert.deepEqual(await two(), ['b three', 'c four'])
    await listening.close()
    await telling.close()
    await assert.rejects(listening.listen('late', hear('d')), { code: 'closed' })
  })

  it('of a transaction that was undone are not heard', async () => {
    const database = new PostgresDatabase(parsePostgresUrl(url))
    const heard: string[] = []
    const done = Promise.withResolvers<void>()
    await database.listen('undone', (payload) => {
      heard.push(payload)
      done.resolve()
    })
    const failing = database.write(async ({ select }) => {
      await select('select pg_notify($1, $2)', ['undone', 'never'])
      throw new TypeError('undone')
    })
    await assert.rejects(failing)
    await database.notify('undone', 'kept')
    await done.promise
    assert.deepEqual(heard, ['kept'])
    await database.close()
  })
})

describe('a store with a small pool', () => {
  it('answers reads while many writes wait for one row', async () => {
    await using store = await PostgresStore.open(url)
    const id = await store.syncs.startSync(syncStart('held'))
    const holder = new Client({ connectionString: url })
    await holder.connect()
    await holder.query('begin')
    await holder.query('select id from canvas_sync_metrics where id = $1 for update', [id])
    const waiting = numbers(50).map((index) => store.syncs.heartbeat([id], START + index))
    for (const _ of numbers(20)) assert.equal((await store.syncs.getSync(id))?.heartbeat_at, START)
    assert.deepEqual(await store.health(), { ok: true, message: null })
    await holder.query('commit')
    await Promise.all(waiting)
    await holder.end()
  })
})
