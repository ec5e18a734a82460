import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { Client } from 'pg'
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import type { ScheduleStore, StartQuery } from '../../src/store/schedules.ts'
import { SqlScheduleStore } from '../../src/store/sql/schedules/sql-schedule-store.ts'
import { migrate } from '../../src/store/sqlite/migrate.ts'
import { openSqliteFile } from '../../src/store/sqlite/open-file.ts'
import { SqliteDatabase } from '../../src/store/sqlite/sqlite-database.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const HOUR_MS = 3_600_000
const QUERY: StartQuery = {
  schedule_id: 1,
  sync_type: 'all',
  user_id: null,
  from: 0,
  until: HOUR_MS,
  pick: 'first',
}

/** What a look asks for. */
async function look(schedules: ScheduleStore): Promise<void> {
  for (const pick of ['first', 'last'] as const) {
    for (const user_id of [null, '42']) {
      for (const sync_type of ['all', 'rare']) {
        const query = { ...QUERY, pick, user_id, sync_type }
        await schedules.findStarts([query, { ...query, schedule_id: null }])
      }
    }
  }
  await schedules.listUnserved(1, 200)
  await schedules.listGaps(1)
  await schedules.listDueRuns(1, 20)
}

/** The texts of all statements that `work` sends. */
async function textsOf(work: () => Promise<void>): Promise<Set<string>> {
  // oxlint-disable-next-line typescript/unbound-method -- called with its `this` below
  const query = Client.prototype.query as (...given: unknown[]) => unknown
  const texts = new Set<string>()
  const listening = function (this: Client, ...given: unknown[]): unknown {
    const text = (given[0] as { readonly text?: unknown }).text
    if (typeof text === 'string') texts.add(text)
    return query.apply(this, given)
  }
  Client.prototype.query = listening as typeof Client.prototype.query
  try {
    await work()
  } finally {
    Client.prototype.query = query as typeof Client.prototype.query
  }
  return texts
}

describe('what a watch of schedules reads', () => {
  it('is found by indexes in SQLite, and bounded at both ends', async () => {
    const path = join(temporaryDirectory(), 'plans.db')
    const file = openSqliteFile(path)
    migrate(file)
    const database = new SqliteDatabase(path, file)
    const texts = new Set<string>()
    // oxlint-disable-next-line typescript/unbound-method -- called with its `this` below
    const prepare = DatabaseSync.prototype.prepare
    DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...given: Parameters<typeof prepare>) {
      texts.add(given[0])
      return prepare.apply(this, given)
    }
    try {
      await look(new SqlScheduleStore(database))
    } finally {
      DatabaseSync.prototype.prepare = prepare
    }
    await database.close()
    using own = new DatabaseSync(path)
    const steps = [...texts]
      .filter((text) => text.includes('canvas_sync'))
      .flatMap((text) => own.prepare(`explain query plan ${text}`).all())
      .map((step) => String(step['detail']))
    const all = steps.join('\n')
    // Of the spans in which somebody looked there are as many as there were outages.
    assert.doesNotMatch(all, /^SCAN (?!canvas_sync_watches$)|TEMP B-TREE/m)
    const bounds = 'sync_start_time>? AND sync_start_time<?'
    for (const found of [
      `canvas_sync_metrics_type_start (sync_type=? AND ${bounds})`,
      `canvas_sync_metrics_status_start (sync_status=? AND ${bounds})`,
      `canvas_sync_metrics_subject (user_id=? AND sync_type=? AND ${bounds})`,
      'canvas_sync_due_runs_sync (sync_id=? AND schedule_id=?)',
      'canvas_sync_due_runs_unserved (due_at>?)',
    ]) {
      assert.ok(all.includes(found), `${found} in\n${all}`)
    }
  })

  it('is found by the same indexes on PostgreSQL, of however many syncs', async () => {
    const url = await (await startPostgres()).createDatabase()
    await using store = await PostgresStore.open(url)
    const client = new Client({ connectionString: url })
    await client.connect()
    try {
      await client.query('set session_replication_role = replica')
      // An hour in which nothing of a rare type and nothing of user 42 starts, among others of both.
      await client.query(`insert into canvas_sync_metrics
          (sync_task_id, user_id, sync_start_time, sync_status, sync_type, heartbeat_at)
        select 'task-' || i, i % 3, i * 100, case when i % 1000 = 0 then 'in_progress' else 'completed' end, 'all', 0
        from generate_series(1, 36000) as numbers (i)`)
      await client.query(`insert into canvas_sync_metrics
          (sync_task_id, user_id, sync_start_time, sync_status, sync_type, heartbeat_at)
        select 'own-' || i, '42', i * 100, 'completed', 'other', 0 from generate_series(1, 36000) as numbers (i)`)
      await client.query(`insert into canvas_sync_schedules
          (slug, sync_type, interval_ms, time_zone, margin_ms, origin, expected_since, created_at, updated_at)
        values ('a', 'all', 60000, 'UTC', 60000, 'api', 0, 0, 0)`)
      await client.query(`insert into canvas_sync_due_runs (schedule_id, due_at, state)
        select 1, i * 60000::bigint, case when i % 100 = 0 then 'missed' else 'started' end
        from generate_series(1, 36000) as numbers (i)`)
      await client.query('vacuum analyze canvas_sync_metrics, canvas_sync_due_runs')
      // As in a session of the store.
      await client.query('set random_page_cost = 1.1')
      const plans: string[] = []
      for (const text of await textsOf(() => look(store.schedules))) {
        if (!/^select\b/i.test(text) || !text.includes('canvas_sync')) continue
        const { rows } = await client.query<{ 'QUERY PLAN': string }>(
          `explain (generic_plan, costs off) ${text}`,
        )
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
        assert.doesNotMatch(plan, /Seq Scan on (?!canvas_sync_watches)/, plan)
        // Of syncs that started at the same moment there are few; no others are sorted.
        assert.doesNotMatch(plan, /(?<!Incremental )Sort\b(?! Key)/, plan)
        if (/\bfrom canvas_sync_metrics\b/.test(text)) {
          assert.match(plan, /Index Cond: .*sync_start_time >= .*sync_start_time <= /, plan)
          plans.push(plan)
        }
      }
      const all = plans.join('\n')
      assert.doesNotMatch(all, /using canvas_sync_metrics_start\b/, all)
      for (const index of ['type_start', 'subject', 'status_start']) {
        assert.ok(all.includes(`using canvas_sync_metrics_${index}`), `${index} in\n${all}`)
      }
    } finally {
      await client.end()
    }
  })
})
