import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { Client } from 'pg'
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import type { SyncCondition } from '../../src/store/sync-lists.ts'
import type { Store } from '../../src/store/store.ts'
import { USER_SORTS } from '../../src/store/sync-users.ts'
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
    const [asked] = given
    const text = typeof asked === 'string' ? asked : (asked as { readonly text?: unknown }).text
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

async function useStore({ syncs, data, errorGroups, users, calendar }: Store): Promise<void> {
  const id = await syncs.startSync(syncStart('a'))
  const { id: source_id } = await data.openSource('https://canvas.test', '1', 1)
  await syncs.saveSource(id, source_id, 'courses')
  await syncs.saveProgress(id, syncProgress())
  await syncs.heartbeat([id], 5)
  await syncs.saveCourseOutcome(id, courseOutcome('1'))
  await syncs.markLost([id], 'Gone.', 5)
  await syncs.finishSync(id, syncFinish())
  const wrong = await syncs.startSync(syncStart('wrong', { user_id: '42' }))
  await syncs.finishSync(wrong, syncFinish({ status: 'failed', error_type: 'timeout' }))
  const by = { actor_kind: 'cli', actor_id: 'x', target: null, user_id: null, route: null, address: null }
  const decided = { decision: 'muted', decided_at: 1, muted_until: 5, reason: 'x' } as const
  await errorGroups.decide({ id: 1, ...decided, audit: { ...by, at: 1, action: 'error_group_muted' } })
  for (const whose of [{}, { user_ids: ['42'] }]) {
    for (const now of [2, 10 * 86_400_000, 4e12]) {
      await errorGroups.list({ since: 1, now, text: 'x', limit: 5, ...whose })
      await errorGroups.find(1, { since: 1, now, ...whose })
    }
  }
  for (const sort of USER_SORTS) {
    const query = { sort, beats: 5, figures_since: 1, limit: 5 }
    const after = { well: 1, last_completed_start_time: 0, last_sync_start_time: 1, user_id: '1' } as const
    await users.page({ ...query, after: null })
    await users.page({ ...query, after, failing: true })
    await users.page({ ...query, after: null, user_ids: ['42', '43'] })
  }
  for (const bounds of [
    [0, 86_400_000, 172_800_000],
    [300_000, 86_700_000],
  ]) {
    await calendar.days({ bounds })
    await calendar.days({ bounds, user_ids: ['42'] })
  }
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

async function useIncidents({ incidents, histories }: Store): Promise<void> {
  const member = { rule: 'sync_failed', member: 'm' } as const
  const subject = { host: 'h', source_id: 1, sync_type: 'all', user_id: '42', schedule: null, channel: null }
  const found = {
    ...member,
    key: 'k',
    severity: 'critical',
    subject: { ...subject, error_type: 'timeout' },
    facts: {},
    began_at: 1,
    last_good_at: null,
    count: 1,
    added: 1,
    last_sync_id: 1,
    parent_key: 'p',
  } as const
  await incidents.settle([found], [member], 1, { name: 'n', from: null, to: 1 })
  await incidents.settle([found], [], 2)
  await incidents.settle([], [member], 3)
  await incidents.forgetSilent(1, 2, 5)
  await incidents.place('n')
  await incidents.listOpen(['sync_failed'])
  await incidents.listBadMembers(['sync_failed'])
  await incidents.countCritical()
  await incidents.list({ now: 3, limit: 5, after_id: 9, user_ids: ['42'], rules: ['sync_failed'] })
  await incidents.find(1, ['42'])
  await incidents.changesAfter(0, 10)
  await incidents.removeResolved(1, 10)
  for (const user_id of ['42', null]) await histories.ofSubjects([{ user_id, sync_type: 'all' }], 5)
  await histories.ended(1, 5)
  await histories.withErrors(['timeout'], 1, 5)
  await histories.ofErrorGroups([1], 1, 5)
  await histories.changedBehind(1, 5)
  await histories.listFreshness(0, 1, 5)
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
    const texts = await textsOf(async () => {
      await useStore(store)
      await useIncidents(store)
    })
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

  it('walk along the index of what they ask for, however many rows there are and however rare it is', async () => {
    const server = await startPostgres()
    const url = await server.createDatabase()
    const store = await PostgresStore.open(url)
    const client = new Client({ connectionString: url })
    await client.connect()
    closing.push(() => client.end())
    await client.query('set session_replication_role = replica')
    // In the order of the times, as syncs come; none of them has what is asked for.
    await client.query(`insert into canvas_sync_metrics
        (sync_task_id, user_id, sync_start_time, sync_end_time, sync_status, sync_type, heartbeat_at, total_duration_seconds,
         error_type, error_message, error_group_id, source_id, target_course_id)
      select 'task-' || i, i % 3, i * 1000, i * 1000 + 500, case when troubled then 'failed' else 'completed' end, 'all',
        0, i % 90, case when troubled then 'throttled' end, case when troubled then 'Canvas.' end,
        case when troubled then i % 2 end, case when troubled then 1 end, case when troubled then '1' end
      from generate_series(1, 30000) as numbers (i), lateral (select i % 20 < 2 as troubled) as t`)
    await client.query('analyze canvas_sync_metrics')
    // As in a session of the store.
    await client.query('set random_page_cost = 1.1; set enable_seqscan = off')
    const walks: Readonly<Record<string, SyncCondition>> = {
      status_start: { statuses: ['lost'], since: 1 },
      user_list: { user_ids: ['9'], since: 1 },
      user_troubled: { user_ids: ['9'], statuses: ['failed'] },
      error_type: { error_types: ['timeout'] },
      error_text: { error_text: 'x' },
      error_syncs: { error_group_id: 3 },
      source: { source_id: 3 },
      target_course: { course_id: '3' },
    }
    const planned = async (work: () => Promise<unknown>): Promise<string> => {
      const plans: string[] = []
      for (const text of await textsOf(async () => void (await work()))) {
        if (!/^(?:with|select)\b/i.test(text) || text.startsWith('select pg_')) continue
        const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (generic_plan) ${text}`)
        plans.push(...rows.map((row) => row['QUERY PLAN']))
      }
      return plans.join('\n')
    }
    const page = (condition: SyncCondition): Promise<unknown> =>
      store.lists.page({ condition, sort: 'newest', limit: 50, after: null })
    for (const [index, condition] of Object.entries(walks)) {
      const plan = await planned(() => page({ ...condition, host: 'x' }))
      assert.match(plan, new RegExp(`using canvas_sync_metrics_${index} `), plan)
      assert.doesNotMatch(plan, /using canvas_sync_metrics_start |Seq Scan on canvas_sync_metrics/, plan)
    }
    for (const window of [{ since: 1 }, { since: 1, user_ids: ['9'] }]) {
      const plan = await planned(() => store.figures.recentError(window))
      assert.match(plan, /using canvas_sync_metrics_(?:user_)?errors /, plan)
    }
    for (const [index, window] of [
      ['type_durations', { since: 1 }],
      ['user_list', { since: 1, user_ids: ['9'] }],
    ] as const) {
      const plan = await planned(() => store.performance.byType(window))
      assert.match(plan, new RegExp(`using canvas_sync_metrics_${index} `), plan)
      assert.doesNotMatch(plan, /using canvas_sync_metrics_start |Sort|Seq Scan/, plan)
    }
    await client.query(
      "insert into canvas_sync_users (user_id, last_sync_start_time) values ('1', 1), ('9', 1)",
    )
    const runs = await planned(() =>
      store.users.page({ sort: 'id', beats: 30, figures_since: 1, limit: 5, after: null }),
    )
    assert.match(runs, /using canvas_sync_metrics_user_list /, runs)
    assert.doesNotMatch(runs, /using canvas_sync_metrics_start |Seq Scan on canvas_sync_metrics/, runs)
    const bounds = [0, 86_400_000]
    const days = await planned(() => store.calendar.days({ bounds, user_ids: ['9'] }))
    assert.match(days, /canvas_sync_metrics_user_list/, days)
    assert.match(days, /canvas_sync_metrics_user_troubled/, days)
    assert.doesNotMatch(days, /canvas_sync_metrics_start\b|Seq Scan on canvas_sync_metrics/, days)
    await store.close()
  })
})
