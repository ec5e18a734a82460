import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { noCounters } from '../../src/core/sync-record.ts'
import { PostgresDatabase } from '../../src/store/postgres/postgres-database.ts'
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { parsePostgresUrl } from '../../src/store/postgres/postgres-url.ts'
import { resultTypes } from '../../src/store/postgres/postgres-values.ts'
import { CutProxy, type Cut } from '../support/cut-proxy.ts'
import { PostgresServer } from '../support/postgres-server.ts'
import { courseOutcome, syncFinish, syncProgress, syncStart } from '../support/sync-factory.ts'

const KILL_INTERVAL_MS = 200

let server: PostgresServer
before(async () => {
  server = await PostgresServer.start(['deadlock_timeout=20ms'])
})
after(() => server.stop())

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, types: resultTypes })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

/** What is there of each sync: how often it stands in each table. */
const KEPT = `select sync_task_id, sync_status, courses_processed,
    (select count(*) from canvas_sync_status_changes where sync_id = metrics.id) as changes,
    (select count(*) from canvas_sync_courses where sync_id = metrics.id) as courses
  from canvas_sync_metrics as metrics order by id`

const whole = (sync_task_id: string): object => ({
  sync_task_id,
  sync_status: 'completed',
  courses_processed: 1,
  changes: 2,
  courses: 1,
})

async function completeSync({ syncs }: PostgresStore, task_id: string): Promise<void> {
  const counters = { ...noCounters(), courses_processed: 1 }
  const id = await syncs.startSync(syncStart(task_id))
  await syncs.saveProgress(id, syncProgress())
  await syncs.saveCourseOutcome(id, courseOutcome('1'))
  const { applied } = await syncs.finishSync(id, syncFinish({ counters }))
  assert.equal(applied, true, task_id)
}

describe('a connection that is cut during a commit', () => {
  for (const cut of ['before it is sent', 'before it is answered'] as const satisfies Cut[]) {
    it(`${cut} has the work done once`, async () => {
      const url = await server.createDatabase()
      await using proxy = await CutProxy.before(url)
      await using store = await PostgresStore.open(proxy.url)
      for (const cut_at of [0, 1, 2, 3]) {
        const { syncs } = store
        const cutWhen = (index: number): void => {
          if (index === cut_at) proxy.cutNext('commit', cut)
        }
        cutWhen(0)
        const id = await syncs.startSync(syncStart(`cut ${cut_at}`))
        cutWhen(1)
        assert.equal(await syncs.saveProgress(id, syncProgress()), true)
        cutWhen(2)
        await syncs.saveCourseOutcome(id, courseOutcome('1'))
        cutWhen(3)
        const counters = { ...noCounters(), courses_processed: 1 }
        const answer = await syncs.finishSync(id, syncFinish({ counters }))
        assert.deepEqual(answer, {
          applied: true,
          status: 'completed',
          repaired_from: null,
          error_group_id: null,
        })
      }
      assert.equal(proxy.cut_count, 4)
      const names = [0, 1, 2, 3].map((index) => `cut ${index}`)
      assert.deepEqual(await ask(url, KEPT), names.map(whole))
    })
  }
})

describe('connections that are ended all the time', () => {
  it('lose no sync that was acknowledged, and make none twice or by half', async () => {
    const url = await server.createDatabase()
    const stores = await Promise.all([PostgresStore.open(url), PostgresStore.open(url)])
    const killer = new Client({ connectionString: server.url })
    await killer.connect()
    let ended = 0
    const kill = async (): Promise<void> => {
      const { rowCount } = await killer.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1',
        [new URL(url).pathname.slice(1)],
      )
      ended += rowCount ?? 0
    }
    const acknowledged: string[] = []
    const [least_ms, most_ms] = process.env['LONG_TESTS'] === '1' ? [60_000, 200_000] : [2000, 60_000]
    const started = performance.now()
    // A slow machine needs longer for as much.
    const goesOn = (): boolean => {
      const passed_ms = performance.now() - started
      return passed_ms < least_ms || (passed_ms < most_ms && (acknowledged.length < 50 || ended < 20))
    }
    const work = stores.flatMap((store, server_number) =>
      [0, 1, 2, 3].map(async (lane) => {
        for (let round = 0; goesOn(); round++) {
          const task_id = `${server_number}-${lane}-${round}`
          await completeSync(store, task_id)
          acknowledged.push(task_id)
        }
      }),
    )
    const done = new AbortController()
    const killing = (async () => {
      while (!done.signal.aborted) {
        await pause(KILL_INTERVAL_MS)
        await kill()
      }
    })()
    try {
      await Promise.all(work)
    } finally {
      done.abort()
      await killing
      await killer.end()
      await Promise.all(stores.map((store) => store.close()))
    }
    assert.ok(ended >= 20 && acknowledged.length >= 50, `${ended} ended, ${acknowledged.length} syncs`)
    const kept = new Map((await ask(url, KEPT)).map((row) => [row['sync_task_id'], row]))
    assert.equal(kept.size, acknowledged.length)
    for (const task_id of acknowledged) assert.deepEqual(kept.get(task_id), whole(task_id))
    await using store = await PostgresStore.open(url)
    const differences: unknown[] = []
    let step = await store.figures.check(null)
    for (; step.next !== null; step = await store.figures.check(step.next))
      differences.push(...step.differences)
    assert.deepEqual([...differences, ...step.differences], [])
    assert.equal((await store.syncs.listSyncs({ limit: 1, status: 'in_progress' })).length, 0)
  })
})

describe('a server that is started again', () => {
  it('is written to by the work that waited for it, and health says how it is', async () => {
    const url = await server.createDatabase()
    await using store = await PostgresStore.open(url)
    await completeSync(store, 'before')
    await server.shutDown()
    const { ok, message } = await store.health()
    assert.equal(ok, false)
    assert.match(message ?? '', /^No PostgreSQL server answers for test_\S+ at 127\.0\.0\.1:\d+\.$/)
    await assert.rejects(store.syncs.listSyncs({ limit: 1 }), { code: 'database_unreachable' })
    const waited = completeSync(store, 'meanwhile')
    await server.startAgain()
    await waited
    assert.deepEqual(await store.health(), { ok: true, message: null })
    assert.deepEqual(await ask(url, KEPT), ['before', 'meanwhile'].map(whole))
  })
})

describe('two transactions that wait for each other', () => {
  it('both succeed', async () => {
    const url = await server.createDatabase()
    const address = parsePostgresUrl(url)
    const database = new PostgresDatabase(address)
    await ask(
      url,
      'create table pairs (id bigint primary key, value bigint); insert into pairs values (1, 0), (2, 0)',
    )
    const both = Promise.withResolvers<void>()
    let first = 0
    let runs = 0
    const add = (ids: readonly number[]): Promise<void> =>
      database.write(async ({ select }) => {
        runs++
        await select('update pairs set value = value + 1 where id = $1', [ids[0]])
        if (++first >= 2) both.resolve()
        await both.promise
        await select('update pairs set value = value + 1 where id = $1', [ids[1]])
      })
    await Promise.all([add([1, 2]), add([2, 1])])
    await database.close()
    assert.equal(runs, 3, 'PostgreSQL undid one of them, and it was run again')
    assert.deepEqual(await ask(url, 'select value from pairs order by id'), [{ value: 2 }, { value: 2 }])
  })
})
