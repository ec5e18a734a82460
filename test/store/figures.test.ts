import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DURATION_BINS_US, percentilesOf } from '../../src/core/duration-bins.ts'
import { loadMigrations, migrate } from '../../src/store/sqlite/migrate.ts'
import { openSqliteFile } from '../../src/store/sqlite/open-file.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { checkAll, rebuildAll } from './figure-suite.ts'
import { plain } from './opened-store.ts'

const WRITER = fileURLToPath(new URL('writer-process.ts', import.meta.url))
const DAY_MS = 86_400_000
const KILLS = process.env['LONG_TESTS'] === '1' ? 40 : 3
const directory = temporaryDirectory()
let files = 0
const newPath = (): string => join(directory, `figures-${++files}.db`)

/** Writes syncs of some weeks past the store. */
function insertRows(database: DatabaseSync, count: number): void {
  const random = seededRandom(5)
  const insert = database.prepare(
    `insert into canvas_sync_metrics (sync_task_id, user_id, sync_start_time, sync_status, error_type, error_message,
       total_duration_seconds, sync_type, heartbeat_at, api_calls_made) values (?, ?, ?, ?, ?, ?, ?, 'all', 1, ?)`,
  )
  database.exec('begin')
  for (let index = 0; index < count; index++) {
    const status = ['completed', 'completed', 'failed', 'lost', 'in_progress'][index % 5] ?? ''
    const failed = status === 'failed' || status === 'lost'
    const error = failed ? ['not_found', `Course ${index} is gone.`] : [null, null]
    const user = index % 7 === 0 ? null : String(index % 3)
    const start = START - Math.floor(random() * 60 * DAY_MS)
    const seconds = status === 'in_progress' ? null : random() * 1000
    insert.run(`row-${index}`, user, start, status, ...(error as [string, string]), seconds, index)
  }
  database.exec('commit')
}

async function filledStore(count = 40): Promise<{ store: SqliteStore; path: string }> {
  const path = newPath()
  const store = new SqliteStore(path)
  using database = new DatabaseSync(path)
  insertRows(database, count)
  await rebuildAll(store.figures)
  return { store, path }
}

describe('the figures of a database', () => {
  it('hold what was there before there were figures', async () => {
    const path = newPath()
    {
      using database = openSqliteFile(path)
      migrate(database, loadMigrations().slice(0, 2))
      insertRows(database, 300)
    }
    await using store = new SqliteStore(path)
    assert.deepEqual(await checkAll(store.figures), [])
    const totals = await store.figures.totals({ since: 0 })
    assert.deepEqual([totals.syncs, totals.completed, totals.by_status.lost], [300, 120, 60])
    assert.equal(await store.figures.countUsers({ since: 0 }), 3)
    // There is no telling them apart any more without their numbers: one group for each type.
    const { groups } = await store.errorGroups.list({ since: 0, now: START, limit: 10 })
    const [group, ...others] = groups
    assert.deepEqual([group?.syncs, group?.error_type, others], [120, 'not_found', []])
    assert.match(group?.message ?? '', /^Course \d+ is gone\.$/)
  })

  it('are kept whoever writes the rows', async () => {
    const path = newPath()
    await using store = new SqliteStore(path)
    using database = new DatabaseSync(path)
    insertRows(database, 50)
    database.exec(
      `update canvas_sync_metrics set api_calls_made = 7, user_id = 'moved' where sync_status = 'failed'`,
    )
    database.exec(
      `update canvas_sync_metrics set sync_start_time = sync_start_time - ${40 * DAY_MS} where sync_status = 'lost'`,
    )
    database.exec(`delete from canvas_sync_metrics where id in (3, 4, 21)`)
    const differences = await checkAll(store.figures)
    // Only what no trigger can know: how errors are told apart.
    assert.deepEqual(new Set(differences.map(({ table }) => table)), new Set(['canvas_sync_metrics']))
    await rebuildAll(store.figures)
    assert.deepEqual(await checkAll(store.figures), [])
    const { groups } = await store.errorGroups.list({ since: 0, now: START, limit: 10 })
    const [group] = groups
    assert.equal(group?.syncs, 18)
  })

  const damage: Readonly<Record<string, string>> = {
    'a sum of five minutes': `update canvas_sync_totals set syncs = syncs + 1 where tier = '5m' and rowid_is_first`,
    'a sum of an hour': `update canvas_sync_totals set api_calls = api_calls + 1 where tier = 'hour' and rowid_is_first`,
    'a longest duration': `update canvas_sync_totals set duration_max_us = 1 where tier = 'day' and sync_status = 'completed' and rowid_is_first`,
    'a month that is missing': `delete from canvas_sync_totals where tier = 'month' and rowid_is_first`,
    'a day too many': `insert into canvas_sync_totals (tier, sync_status, bucket_start, syncs) values ('5m', 'failed', 86400000, 1)`,
    'a count of durations': `update canvas_sync_durations set b3 = b3 + 1 where tier = 'day' and rowid_is_first`,
    'a count of errors': `update canvas_sync_error_counts set syncs = 0 where tier = 'month' and rowid_is_first`,
    "a user's day": `update canvas_sync_user_totals set courses = 5 where tier = 'day' and rowid_is_first`,
    "a user's month": `delete from canvas_sync_user_totals where tier = 'month'`,
    "a user's last sync": `update canvas_sync_users set last_sync_start_time = 5 where user_id = '1'`,
    'a user who is missing': `delete from canvas_sync_users where user_id = '1'`,
  }
  for (const [what, statement] of Object.entries(damage)) {
    it(`are found wrong and made right again: ${what}`, async () => {
      const { store, path } = await filledStore()
      const right = plain(await store.figures.totals({ since: 0 }))
      {
        using database = new DatabaseSync(path)
        const table = / (canvas_\w+)/.exec(statement)?.[1] ?? ''
        const tier = /tier = '(\w+)'/.exec(statement)?.[1] ?? ''
        database.exec(
          statement.replace(
            'rowid_is_first',
            `bucket_start = (select min(bucket_start) from ${table} where tier = '${tier}')`,
          ),
        )
      }
      const missing_user = what.includes('who is missing')
      if (!missing_user) assert.notDeepEqual(await checkAll(store.figures), [])
      await rebuildAll(store.figures)
      assert.deepEqual(await checkAll(store.figures), [])
      assert.deepEqual(plain(await store.figures.totals({ since: 0 })), right)
      assert.equal(await store.figures.countUsers({ since: 0 }), 3)
      await store.close()
    })
  }

  it('agree with the rows after writers were killed at random moments', async () => {
    const path = newPath()
    const random = seededRandom(11)
    let acknowledged = 0
    for (let kill = 0; kill < KILLS; kill++) {
      const child = spawn(process.execPath, [WRITER, path, `w${kill}`, '100000'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let left = 5 + Math.floor(random() * 100)
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.startsWith('finished')) acknowledged++
        if (--left === 0) child.kill('SIGKILL')
      })
      await once(child, 'close')
    }
    await using store = new SqliteStore(path)
    assert.deepEqual(await checkAll(store.figures), [])
    const { completed } = await store.figures.totals({ since: 0 })
    assert.ok(completed >= acknowledged && acknowledged > 10, `${completed} of ${acknowledged}`)
  })

  it('take absurd reports without being lost to all others', async () => {
    await using store = new SqliteStore(newPath())
    const absurd = [1e300, Infinity, -5, 2 ** 53, 0.0001]
    for (const [index, value] of absurd.entries()) {
      const id = await store.syncs.startSync(syncStart(`absurd-${index}`))
      const finish = syncFinish({ duration_ms: value })
      const counters = { ...finish.counters, api_calls_made: value, total_api_duration_ms: value }
      await store.syncs.finishSync(id, { ...finish, counters })
    }
    const totals = await store.figures.totals({ since: 0 })
    assert.equal(totals.completed, absurd.length)
    for (const value of Object.values(totals)) {
      if (typeof value === 'number') assert.ok(Number.isFinite(value) && value >= 0)
    }
    const { seconds } = await store.figures.durationPercentiles({ since: 0 }, [0, 1])
    assert.equal(seconds.length, 2)
    assert.deepEqual(await checkAll(store.figures), [])
  })
})

describe('durations of many syncs', () => {
  it('come from counts that are within 2.5 %, and say so', async () => {
    const { store } = await filledStore(4000)
    using _closing = { [Symbol.dispose]: () => void store.close() }
    const completed = await store.syncs.listSyncs({ limit: 4000, status: 'completed' })
    const fractions = [0, 0.5, 0.95, 0.99, 1]
    for (const [since, is_exact] of [
      [0, false],
      [START - 40 * DAY_MS - 12_345, false],
      [START - 3 * DAY_MS, true],
    ] as const) {
      const found = await store.figures.durationPercentiles({ since }, fractions)
      const hour = since - (since % 3_600_000)
      const rows = completed.filter((row) => row.sync_start_time >= (is_exact ? since : hour))
      const exact = percentilesOf(
        rows.map((row) => row.total_duration_seconds ?? 0),
        fractions,
      )
      assert.equal(found.exact, is_exact)
      if (is_exact) assert.deepEqual(plain(found.seconds), exact)
      found.seconds.forEach((near, index) => {
        const value = exact[index] ?? 0
        assert.ok(Math.abs((near ?? 0) - value) <= value * 0.025 + 0.0005, `${near} for ${value}`)
      })
    }
    const day = await store.figures.series({
      metrics: ['duration_p50_seconds', 'completed'],
      bucket: 'month',
      since: START - 40 * DAY_MS,
      until: START,
    })
    assert.equal(day.length, 2)
    assert.ok(day.every(({ values: [p50] }) => p50 != null && p50 > 400 && p50 < 600))
  })

  it('of a user are exact up to a thousand', async () => {
    const { store } = await filledStore(300)
    const { seconds, exact } = await store.figures.durationPercentiles({ since: 0, user_ids: ['1'] }, [0.5])
    const rows = await store.syncs.listSyncs({ limit: 500, status: 'completed', user_id: '1' })
    assert.deepEqual(
      plain(seconds),
      percentilesOf(
        rows.map((row) => row.total_duration_seconds ?? 0),
        [0.5],
      ),
    )
    assert.equal(exact, true)
    await store.close()
  })

  it('are put into the same bins by the database and by the program', () => {
    using database = openSqliteFile(newPath())
    migrate(database)
    const rows = database.prepare('select from_us, bin from canvas_sync_duration_bins order by bin').all()
    assert.deepEqual(
      rows.map((row) => [row['bin'], row['from_us']]),
      DURATION_BINS_US.map((from_us, bin) => [bin, from_us]),
    )
  })
})
