import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, it } from 'node:test'
import { Client } from 'pg'
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import type { Counters } from '../../src/store/counters.ts'
import { migrate } from '../../src/store/sqlite/migrate.ts'
import { openSqliteFile } from '../../src/store/sqlite/open-file.ts'
import { SqliteDatabase } from '../../src/store/sqlite/sqlite-database.ts'
import { SqlCounters } from '../../src/store/sql/counters/sql-counters.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** A row for each type, source or channel, however many syncs there are. */
const FEW_ROWS =
  /\b(?:canvas_sync_(?:counters|counter_labels|event_counters|channels|sources)|CONSTANT ROW)\b/

async function scrape(counters: Counters): Promise<void> {
  await counters.syncs({ remaining_since: 1 })
  await counters.examples(['all'])
  await counters.events()
  await counters.people({ fresh_since: 2, active_since: 1 })
}

describe('what a scrape reads', () => {
  it('is found by indexes in SQLite, or in tables of a few rows', async () => {
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
      await scrape(new SqlCounters(database))
    } finally {
      DatabaseSync.prototype.prepare = prepare
    }
    await database.close()
    using own = new DatabaseSync(path)
    const steps = [...texts]
      .filter((text) => text.includes('canvas_sync'))
      .flatMap((text) => own.prepare(`explain query plan ${text}`).all())
      .map((step) => String(step['detail']))
    assert.deepEqual(
      steps.filter((step) => step.startsWith('SCAN') && !FEW_ROWS.test(step)),
      [],
    )
    for (const index of ['metrics_status_start', 'metrics_type_durations', 'users_last', 'incidents_state'])
      assert.ok(
        steps.some((step) => step.startsWith('SEARCH') && step.includes(`canvas_sync_${index}`)),
        `${index} in\n${steps.join('\n')}`,
      )
  })

  it('is found by indexes in PostgreSQL, or in tables of a few rows', async () => {
    const url = await (await startPostgres()).createDatabase()
    const store = await PostgresStore.open(url)
    // oxlint-disable-next-line typescript/unbound-method -- called with its `this` below
    const query = Client.prototype.query as (...given: unknown[]) => unknown
    const texts = new Set<string>()
    const listening = function (this: Client, ...given: unknown[]): unknown {
      const [asked] = given
      const text = typeof asked === 'string' ? asked : (asked as { readonly text?: unknown }).text
      if (typeof text === 'string') texts.add(text)
      return query.apply(this, given)
    }
    Client.prototype.query = listening as typeof Client.prototype.query
    try {
      await scrape(store.counters)
    } finally {
      Client.prototype.query = query as typeof Client.prototype.query
    }
    await store.close()
    const client = new Client({ connectionString: url })
    await client.connect()
    after(() => client.end())
    // Then only what no index serves is scanned.
    await client.query('set enable_seqscan = off')
    let explained = 0
    for (const text of texts) {
      if (!text.includes('canvas_sync')) continue
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `explain (generic_plan, costs off) ${text}`,
      )
      const plan = rows.map((row) => row['QUERY PLAN'])
      const whole = plan.filter((step) => step.includes('Seq Scan') && !FEW_ROWS.test(step))
      assert.deepEqual(whole, [], plan.join('\n'))
      explained++
    }
    assert.ok(explained >= 8, String(explained))
  })
})
