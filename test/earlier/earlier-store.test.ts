import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EARLIER_COLUMNS, type EarlierColumn, type EarlierSync } from '../../src/store/earlier-sync.ts'
import { openStore } from '../../src/store/open-store.ts'
import { packSyncs } from '../../src/store/packed-syncs.ts'
import { connectClient } from '../../src/store/postgres/postgres-pool.ts'
import { parsePostgresUrl } from '../../src/store/postgres/postgres-url.ts'
import { earlierStatements } from '../../src/store/sql/earlier/earlier-statements.ts'
import type { Store } from '../../src/store/store.ts'
import type { FiguresPlace } from '../../src/store/sync-figures.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { ENGINES } from './support/engines.ts'

const START = Date.parse('2026-10-31T22:50:00.000Z')

/** A sync that completed in 10 s, as a row of the earlier system with this id. */
function earlierSync(
  id: number,
  given: Partial<Record<EarlierColumn, string | number | null>> = {},
  digest = 1,
): EarlierSync {
  const start = START + id * 600_000
  const whole: Partial<Record<EarlierColumn, string | number | null>> = {
    sync_task_id: `task-${id}`,
    user_id: String(1 + (id % 3)),
    sync_start_time: start,
    sync_end_time: start + 10_000,
    total_duration_seconds: 10,
    sync_status: 'completed',
    sync_type: 'all',
    incremental_sync: 0,
    use_pagination: 1,
    ...given,
  }
  const nullable = new Set([
    'user_id',
    'error_type',
    'error_message',
    'target_course_id',
    'chunk_size',
    'sync_metadata',
  ])
  const values = EARLIER_COLUMNS.map((name) => whole[name] ?? (nullable.has(name) ? null : 0))
  return { key: String(id), id, task_digest: id, content_digest: digest, values }
}

const failed = (id: number, message: string): EarlierSync =>
  earlierSync(id, { sync_status: 'failed', error_type: 'timeout', error_message: message })

const take = (store: Store, syncs: readonly EarlierSync[], system = 'earlier', page = 3) =>
  store.earlier.importSyncs({ system, pages: pagesOf(syncs, page), dry_run: false })

/** A batch is a transaction, however many pages it has. */
const pagesOf = (syncs: readonly EarlierSync[], length: number) =>
  Array.from({ length: Math.ceil(syncs.length / length) }, (_, at) =>
    packSyncs(syncs.slice(at * length, (at + 1) * length)),
  )

/** Every sum against the rows. */
async function assertFigures(store: Store): Promise<void> {
  let place: FiguresPlace | null = null
  do {
    const step = await store.figures.check(place)
    assert.deepEqual(step.differences, [])
    place = step.next
  } while (place !== null)
}

for (const { name, makeUrl, readRows } of ENGINES) {
  describe(`syncs of an earlier system on ${name}`, () => {
    it('are in all sums, users and groups of errors as if they had been tracked', async () => {
      const url = await makeUrl()
      await using store = await openStore(url)
      const syncs = Array.from({ length: 40 }, (_, at) =>
        at % 5 === 0 ? failed(at + 1, `Course ${at} took too long`) : earlierSync(at + 1),
      )
      syncs.push(earlierSync(50, { sync_status: 'lost', error_type: 'lost', user_id: '9' }))
      syncs.push(earlierSync(51, { sync_status: 'cancelled', user_id: '8' }))
      syncs.push(earlierSync(52, { user_id: null, sync_metadata: '{"scope":"term"}' }))
      const answer = await take(store, syncs)
      assert.equal(answer.imported, 43)
      assert.equal(answer.kept_ids, 43)
      await assertFigures(store)
      const totals = await store.figures.totals({ since: 0 })
      assert.equal(totals.syncs, 43)
      assert.equal(totals.failed, 9)
      assert.equal(await store.figures.countUsers({ since: 0 }), 5)
      const groups = await readRows(url, 'select message from canvas_sync_error_groups order by id')
      assert.deepEqual(groups, [{ message: 'Course 0 took too long' }, { message: '' }])
      const users = await readRows(
        url,
        `select user_id, last_sync_start_time, last_ended_start_time, last_ended_status, well,
          last_completed_start_time from canvas_sync_users order by user_id`,
      )
      const at = (id: number): number => START + id * 600_000
      assert.deepEqual(users, [
        // 36, 37 and 38 are of the first, the second and the third; 36 failed.
        userRow('1', at(39), 'completed', at(39)),
        userRow('2', at(40), 'completed', at(40)),
        userRow('3', at(38), 'completed', at(38)),
        { ...userRow('8', at(51), null, 0), last_ended_start_time: 0, well: 1 },
        { ...userRow('9', at(50), 'lost', 0), well: 0 },
      ])
      const sync = await store.syncs.getSyncByTaskId('task-52')
      assert.deepEqual(sync?.sync_metadata, { scope: 'term' })
      assert.equal(sync?.trigger, 'import')
    })

    it('are not told to those who follow, nor counted for Prometheus; what is tracked afterwards is', async () => {
      const url = await makeUrl()
      await using store = await openStore(url)
      await take(store, [earlierSync(1), failed(2, 'Canvas timed out')])
      await take(store, [earlierSync(1, { sync_status: 'failed', error_message: 'Changed' }, 2)])
      assert.deepEqual(await readRows(url, 'select * from canvas_sync_changes'), [])
      assert.deepEqual(await readRows(url, 'select * from canvas_sync_counters'), [])
      const id = await store.syncs.startSync(syncStart('tracked'))
      await store.syncs.finishSync(id, syncFinish())
      const changes = await readRows(url, 'select kind, sync_id from canvas_sync_changes order by id')
      assert.deepEqual(changes, [
        { kind: 'sync_started', sync_id: id },
        { kind: 'sync_status', sync_id: id },
      ])
      assert.equal((await readRows(url, 'select * from canvas_sync_counters')).length, 1)
      await assertFigures(store)
    })

    it('are found again, and only what is new or has changed is written', async () => {
      await using store = await openStore(await makeUrl())
      const syncs = [earlierSync(1), failed(2, 'Canvas timed out'), earlierSync(3)]
      await take(store, syncs)
      const again = await take(store, [...syncs, earlierSync(4)])
      assert.equal(again.unchanged, 3)
      assert.equal(again.imported, 1)
      const changed = await take(store, [
        earlierSync(2, { sync_status: 'completed', courses_processed: 7 }, 2),
        earlierSync(3, { sync_status: 'failed', error_message: 'Late', user_id: '7' }, 2),
      ])
      assert.equal(changed.updated, 2)
      assert.equal((await store.syncs.getSync(2))?.courses_processed, 7)
      assert.equal((await store.syncs.getSync(2))?.error_group_id, null)
      assert.equal((await store.syncs.getSync(3))?.user_id, '7')
      assert.notEqual((await store.syncs.getSync(3))?.error_group_id, null)
      await assertFigures(store)
    })

    it('leave alone what the monitor has tracked, its id and its task id', async () => {
      const url = await makeUrl()
      await using store = await openStore(url)
      const id = await store.syncs.startSync(syncStart('task-7'))
      const before = await store.syncs.getSync(id)
      const answer = await take(store, [earlierSync(id, { sync_task_id: 'older' }), earlierSync(7)])
      assert.equal(answer.tracked, 1)
      assert.equal(answer.imported, 1)
      assert.equal(answer.kept_ids, 0)
      assert.deepEqual(await store.syncs.getSync(id), before)
      const moved = await store.syncs.getSyncByTaskId('older')
      assert.notEqual(moved?.id, id)
      // What starts next has an id that no imported sync has.
      await take(store, [earlierSync(500)])
      const next = await store.syncs.startSync(syncStart('next'))
      assert.ok(next > 500)
      await assertFigures(store)
    })

    it('tell two rows of one task id apart', async () => {
      await using store = await openStore(await makeUrl())
      const answer = await take(store, [
        earlierSync(1, { sync_task_id: 'twice' }),
        earlierSync(2, { sync_task_id: 'twice' }),
      ])
      assert.equal(answer.renamed, 1)
      assert.equal(answer.imported, 2)
      assert.notEqual(await store.syncs.getSyncByTaskId('twice (earlier 2)'), null)
    })

    it('refuse rows of another system under the same name, and take them under another', async () => {
      await using store = await openStore(await makeUrl())
      await take(store, [earlierSync(1)])
      const elsewhere = { sync_task_id: 'elsewhere', sync_start_time: START }
      const other = { ...earlierSync(1, elsewhere, 2), task_digest: 99 }
      const answer_of_others = await take(store, [earlierSync(2), other, earlierSync(3)], 'earlier', 1)
      assert.deepEqual(answer_of_others, { ...NOTHING, other_system: ['1'] })
      // Nothing of the batch stays, not even of the pages before.
      assert.equal(await store.syncs.getSyncByTaskId('task-2'), null)
      await assertFigures(store)
      const answer = await take(store, [other], 'north campus')
      assert.equal(answer.imported, 1)
      assert.equal(answer.kept_ids, 0)
    })

    it('are the same under a task id that the earlier system has filled in later', async () => {
      await using store = await openStore(await makeUrl())
      await take(store, [earlierSync(1, { sync_task_id: 'earlier-1' }), earlierSync(2)])
      const named = {
        ...earlierSync(1, { sync_task_id: 'celery-1', courses_processed: 9 }, 2),
        task_digest: 99,
      }
      assert.deepEqual(await take(store, [named, earlierSync(2)]), { ...NOTHING, updated: 1, unchanged: 1 })
      assert.equal((await store.syncs.getSyncByTaskId('earlier-1'))?.courses_processed, 9)
      assert.deepEqual(await take(store, [named]), { ...NOTHING, unchanged: 1 })
      await assertFigures(store)
    })

    it('of several earlier systems with one task id all find a place, and are found again', async () => {
      await using store = await openStore(await makeUrl())
      const long = 'x'.repeat(255)
      for (const system of ['a', 'b', 'c', 'd', 'e']) {
        const answer = await take(store, [earlierSync(7, { sync_task_id: 'same' })], system)
        assert.equal(answer.imported, 1, system)
      }
      const renamed = [earlierSync(8, { sync_task_id: long }), earlierSync(9, { sync_task_id: long })]
      assert.equal((await take(store, renamed)).renamed, 1)
      const changed = await take(store, [earlierSync(9, { sync_task_id: long, grades_processed: 5 }, 2)])
      assert.deepEqual([changed.updated, changed.deleted], [1, 0])
      await assertFigures(store)
    })

    it('do not open a group of errors again that was resolved: they are long ago', async () => {
      const url = await makeUrl()
      await using store = await openStore(url)
      await take(store, [failed(1, 'Canvas timed out')])
      const [group] = await readRows(url, 'select id from canvas_sync_error_groups')
      await store.errorGroups.decide({
        id: Number(group?.['id']),
        decision: 'resolved',
        decided_at: START,
        muted_until: null,
        reason: null,
        audit: {
          at: START,
          actor_kind: 'cli',
          actor_id: null,
          action: 'error_group_resolved',
          target: null,
          user_id: null,
          route: null,
          address: null,
        },
      })
      await take(store, [failed(2, 'Canvas timed out')])
      assert.deepEqual(await readRows(url, 'select came_back_at from canvas_sync_error_groups'), [
        { came_back_at: null },
      ])
    })

    it('do not come back when they were deleted', async () => {
      const url = await makeUrl()
      await using store = await openStore(url)
      await take(store, [earlierSync(1), earlierSync(2)])
      await store.retention.deleteSyncs(START + 700_000, null, 100)
      assert.equal(await store.syncs.getSync(1), null)
      const again = await take(store, [earlierSync(1), earlierSync(2)])
      assert.equal(again.imported, 0)
      const changed = await take(store, [earlierSync(1, { courses_processed: 3 }, 2)])
      assert.equal(changed.deleted, 1)
      assert.equal(await store.syncs.getSync(1), null)
      await assertFigures(store)
    })

    it('are only looked at in a dry run', async () => {
      const url = await makeUrl()
      await using store = await openStore(url)
      await take(store, [earlierSync(1)])
      const syncs = [earlierSync(1, {}, 2), earlierSync(2), earlierSync(3)]
      const pages = pagesOf(syncs, 2)
      const answer = await store.earlier.importSyncs({ system: 'earlier', pages, dry_run: true })
      assert.equal(answer.imported, 2)
      assert.equal(answer.updated, 1)
      assert.equal(answer.kept_ids, 2)
      assert.equal((await readRows(url, 'select id from canvas_sync_metrics')).length, 1)
    })
  })
}

const NOTHING = {
  imported: 0,
  kept_ids: 0,
  renamed: 0,
  unchanged: 0,
  updated: 0,
  deleted: 0,
  tracked: 0,
  other_system: [],
}

function userRow(user_id: string, last: number, status: string | null, completed: number) {
  return {
    user_id,
    last_sync_start_time: last,
    last_ended_start_time: last,
    last_ended_status: status,
    well: status === 'completed' ? 1 : 0,
    last_completed_start_time: completed,
  }
}

describe('the statements of an import into PostgreSQL', () => {
  it('look rows up one by one, with plans that were made when the tables were empty', async () => {
    const url = await (await startPostgres()).createDatabase()
    await openStore(url).then((store) => store.close())
    const client = await connectClient(parsePostgresUrl(url))
    const { knownRows, syncsById, syncsByTask, completedById } = earlierStatements('postgres')
    try {
      for (const [text, column] of [
        [knownRows, 'earlier_key'],
        [syncsById, 'id'],
        [syncsByTask, 'sync_task_id'],
        [completedById, 'id'],
      ] as const) {
        const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (generic_plan) ${text}`)
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
        assert.match(plan, new RegExp(`Index Cond: .*\\b${column} = `), plan)
        assert.doesNotMatch(plan, /Hash|Merge|Seq Scan/, plan)
      }
    } finally {
      await client.end()
    }
  })
})

describe('the triggers of a SQLite database', () => {
  it('are the same after an import, also after one that failed', async () => {
    const [sqlite] = ENGINES
    assert.ok(sqlite !== undefined)
    const url = await sqlite.makeUrl()
    await using store = await openStore(url)
    const triggers = (): Promise<Record<string, unknown>[]> =>
      sqlite.readRows(url, `select name, sql from sqlite_schema where type = 'trigger' order by name`)
    const before = await triggers()
    await take(store, [earlierSync(1), failed(2, 'x')])
    assert.deepEqual(await triggers(), before)
    await assert.rejects(take(store, [earlierSync(3, { sync_status: 'no such status' })]))
    assert.deepEqual(await triggers(), before)
    assert.equal(await store.syncs.getSync(3), null)
  })
})
