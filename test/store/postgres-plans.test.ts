import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { Client } from 'pg'
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import type { Store } from '../../src/store/store.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { courseOutcome, syncFinish, syncProgress, syncStart } from '../support/sync-factory.ts'
import { syncedRow } from '../support/synced-row-factory.ts'

/** Tables that hold one row per machine, source or setting: an index of them would only cost. */
const SMALL = ['canvas_sync_sources']

/** The steps that go through a whole table or index. A page in the order of an index ends at its limit. */
function wholeScans(plan: readonly string[], text: string): string[] {
  return plan.filter((step, index) => {
    if (!/ Scan\b.* on "?canvas_/.test(step) || SMALL.some((name) => step.includes(name))) return false
    if (step.includes('Seq Scan')) return true
    return !(plan[index + 1] ?? '').includes('Cond:') && !/\blimit\b/.test(text)
  })
}

/** The texts of all statements that `work` sends. */
async function textsOf(work: () => Promise<void>): Promise<Set<string>> {
  // oxlint-disable-next-line typescript/unbound-method -- called with its `this` below
  const query = Client.prototype.query as (...given: unknown[]) => unknown
  const texts = new Set<string>()
  const listening = function (this: Client, ...given: unknown[]): unknown {
    const [text] = given
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

async function useStore({ syncs, data }: Store): Promise<void> {
  const id = await syncs.startSync(syncStart('a'))
  const { id: source_id } = await data.openSource('https://canvas.test', '1', 1)
  await syncs.saveSource(id, source_id, 'courses')
  await syncs.saveProgress(id, syncProgress())
  await syncs.heartbeat([id], 5)
  await syncs.saveCourseOutcome(id, courseOutcome('1'))
  await syncs.markLost([id], 'Gone.', 5)
  await syncs.finishSync(id, syncFinish())
  await syncs.getSyncByTaskId('a')
  await syncs.listSyncs({ limit: 5 })
  await syncs.listSyncs({ limit: 5, user_id: '42', status: 'failed', since: 1 })
  await syncs.listSyncs({ limit: 5, statuses: ['failed', 'lost'], since: 1 })
  await syncs.listCourseOutcomes(id)
  await syncs.listStatusChanges(id)
  await syncs.lastEndedSync(source_id, 'courses', 9)
  const scope = { source_id, entity: 'sections', listed_by: '1' } as const
  for (const at of [1, 2, 3]) {
    const listing = await data.beginListing(scope, at)
    const ids = ['1', '2', '3', '4', '5'].slice(at === 1 ? 0 : 1)
    await data.applyRows(
      listing,
      ids.map((row) => syncedRow('sections', row)),
    )
    await data.markSeen(listing, ['2'])
    await data.completeListing(listing, { read_through_at: 1, deletions: 'brake' })
  }
  await data.getListing(scope)
  await data.listListings(source_id)
  await data.countRows(scope)
  await data.listRowIds(scope)
  await data.saveCheckpoint(source_id, 'courses', { course_id: '1', sync_id: id, saved_at: 1 })
  await data.listCheckpoints(source_id, 'courses')
  await data.clearCheckpoints(source_id, 'courses')
}

const closing: (() => Promise<void>)[] = []
after(async () => {
  for (const close of closing) await close()
})

describe('the queries of the store on PostgreSQL', () => {
  it('never have to read a whole table', async () => {
    const server = await startPostgres()
    const url = await server.createDatabase()
    const store = await PostgresStore.open(url)
    const texts = await textsOf(() => useStore(store))
    await store.close()
    const client = new Client({ connectionString: url })
    await client.connect()
    closing.push(() => client.end())
    // Such a plan is chosen then only when no index serves; the tables are empty, so that any other would be.
    await client.query('set enable_seqscan = off')
    let explained = 0
    for (const text of texts) {
      if (!/^(?:with|select|update|delete)\b/i.test(text) || text.startsWith('select pg_')) continue
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `explain (generic_plan, costs off) ${text}`,
      )
      const plan = rows.map((row) => row['QUERY PLAN'])
      assert.deepEqual(wholeScans(plan, text), [], `${text}\n${plan.join('\n')}`)
      explained++
    }
    assert.ok(explained >= 25, String(explained))
  })
})
