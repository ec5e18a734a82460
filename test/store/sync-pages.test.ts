import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import type { SyncRow } from '../../src/core/sync-record.ts'
import { PostgresDatabase } from '../../src/store/postgres/postgres-database.ts'
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { parsePostgresUrl } from '../../src/store/postgres/postgres-url.ts'
import { readSyncPage, type PageEffort } from '../../src/store/sql/lists/read-sync-page.ts'
import type { SqlDatabase } from '../../src/store/sql/sql-database.ts'
import { SqlSyncStore } from '../../src/store/sql/syncs/sql-sync-store.ts'
import { SqlSyncedDataStore } from '../../src/store/sql/data/sql-synced-data-store.ts'
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { openSqliteFile, SqliteDatabase } from '../../src/store/sqlite/sqlite-database.ts'
import type { SyncCondition, SyncPageQuery, SyncPlace, SyncSort } from '../../src/store/sync-lists.ts'
import type { SyncStore } from '../../src/store/sync-store.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { START } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import {
  anyCondition,
  anySort,
  finishListed,
  isLike,
  listedSync,
  makeListed,
  naiveList,
  type ListedSync,
} from './listed-syncs.ts'

async function openSqlite(): Promise<SqlDatabase> {
  const path = join(temporaryDirectory(), 'pages.db')
  await new SqliteStore(path).close()
  return new SqliteDatabase(path, openSqliteFile(path))
}

async function openPostgres(): Promise<SqlDatabase> {
  const url = await (await startPostgres()).createDatabase()
  await (await PostgresStore.open(url)).close()
  return new PostgresDatabase(parsePostgresUrl(url))
}

/** So small that a list of a few dozen takes all the ways that one of millions does. */
const anyEffort: fc.Arbitrary<PageEffort> = fc.record({
  entries: fc.integer({ min: 1, max: 30 }),
  first_look: fc.integer({ min: 1, max: 5 }),
  few: fc.constantFrom(0, 10, 1000),
})

interface Walk {
  readonly condition: SyncCondition
  readonly sort: SyncSort
  readonly limit: number
  readonly effort: PageEffort
}

async function* pagesOf(
  database: SqlDatabase,
  { effort, ...query }: Walk,
): AsyncGenerator<readonly SyncRow[]> {
  let after: SyncPlace | null = null
  for (let pages = 0; ; pages++) {
    assert.ok(pages < 1000, 'the pages come to an end')
    const asked: SyncPageQuery = { ...query, after }
    const page = await database.read((connection) => readSyncPage(connection, asked, effort))
    yield page.rows
    if (page.next === null) return
    after = page.next
  }
}

function exercisePages(name: string, open: () => Promise<SqlDatabase>, runs: number): void {
  describe(`pages of syncs on ${name}`, () => {
    let database: SqlDatabase
    let syncs: SyncStore
    const outcomes = new Map<number, readonly string[]>()
    const outcomesOf = (id: number): readonly string[] => outcomes.get(id) ?? []

    async function make(sync: ListedSync): Promise<number> {
      const id = await makeListed(syncs, sync)
      outcomes.set(id, sync.outcomes)
      return id
    }

    const allRows = async (): Promise<SyncRow[]> =>
      (await Promise.all([...outcomes.keys()].map((id) => syncs.getSync(id)))).filter((row) => row !== null)

    before(async () => {
      database = await open()
      syncs = new SqlSyncStore(database)
      const data = new SqlSyncedDataStore(database)
      for (const user of ['1', '2']) await data.openSource('https://canvas.test', user, START)
      for (const sync of fc.sample(listedSync, { numRuns: 70, seed: 4 })) await make(sync)
    })
    after(() => database.close())

    const walks = fc.record({
      condition: anyCondition,
      sort: anySort,
      limit: fc.integer({ min: 1, max: 20 }),
      effort: anyEffort,
    })

    it('are together what filtering and sorting all of them gives, and none is longer than its limit', async () => {
      const rows = await allRows()
      let found = 0
      await fc.assert(
        fc.asyncProperty(walks, async (walk) => {
          const listed: number[] = []
          for await (const page of pagesOf(database, walk)) {
            assert.ok(page.length <= walk.limit)
            for (const row of page) listed.push(row.id)
          }
          found += listed.length
          assert.deepEqual(listed, naiveList(rows, outcomesOf, walk.condition, walk.sort))
        }),
        { numRuns: runs },
      )
      assert.ok(found > runs, `only ${found} were found`)
    })

    it('read the same rows as are read one by one', async () => {
      const { rows } = await database.read((connection) =>
        readSyncPage(connection, { condition: {}, sort: 'newest', limit: 500, after: null }),
      )
      assert.ok(rows.length >= 70)
      for (const row of rows) assert.partialDeepStrictEqual(await syncs.getSync(row.id), row)
    })

    it('miss and double nothing that stays as it is, while others start and end between two pages', async () => {
      const changes = fc.array(fc.record({ sync: listedSync, how: fc.constantFrom('start', 'finish') }), {
        maxLength: 3,
      })
      await fc.assert(
        fc.asyncProperty(
          walks,
          fc.constantFrom<SyncSort>('newest', 'oldest'),
          fc.array(changes, { minLength: 1, maxLength: 6 }),
          async (walk, sort, rounds) => {
            const { condition } = walk
            const like = (row: SyncRow): boolean => isLike(row, outcomesOf(row.id), condition)
            const throughout = new Set((await allRows()).filter(like).map((row) => row.id))
            const running = (await allRows()).filter((row) => row.sync_status === 'in_progress')
            const listed: number[] = []
            let round = 0
            for await (const page of pagesOf(database, { ...walk, sort })) {
              for (const row of page) listed.push(row.id)
              for (const { sync, how } of rounds[round++] ?? []) {
                const ending = running[0]
                if (how === 'start') await make(sync)
                else if (ending !== undefined && sync.end !== null) {
                  running.shift()
                  await finishListed(syncs, ending.id, ending, sync.end)
                }
              }
            }
            for (const row of await allRows()) if (!like(row)) throughout.delete(row.id)
            const doubled = listed.filter((id, index) => listed.indexOf(id) !== index)
            assert.deepEqual(doubled, [], 'none twice')
            const seen = new Set(listed)
            assert.deepEqual(
              [...throughout].filter((id) => !seen.has(id)),
              [],
              'none missed',
            )
          },
        ),
        { numRuns: 10 },
      )
    })
  })
}

exercisePages('SQLite', openSqlite, 300)
exercisePages('PostgreSQL', openPostgres, 100)
