import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { Client } from 'pg'
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import type { SyncCondition, SyncSort } from '../../src/store/sync-lists.ts'
import { startPostgres } from '../support/postgres-server.ts'

const SYNCS = 30_000

interface Asked {
  readonly text: string
  readonly parameters: readonly unknown[]
}

/** The statements that `work` runs, with their parameters. */
async function askedBy(work: () => Promise<unknown>): Promise<Asked[]> {
  // oxlint-disable-next-line typescript/unbound-method -- called with its `this` below
  const query = Client.prototype.query as (...given: unknown[]) => unknown
  const asked: Asked[] = []
  const listening = function (this: Client, ...given: unknown[]): unknown {
    const [statement] = given as [Partial<Asked> | string]
    if (typeof statement === 'object' && statement.text !== undefined && statement.parameters !== undefined) {
      asked.push({ text: statement.text, parameters: statement.parameters })
    }
    return query.apply(this, given)
  }
  Client.prototype.query = listening as typeof Client.prototype.query
  try {
    await work()
  } finally {
    Client.prototype.query = query as typeof Client.prototype.query
  }
  return asked
}

const closing: (() => Promise<void>)[] = []
after(async () => {
  for (const close of closing.toReversed()) await close()
})

describe('a page of a list on PostgreSQL', () => {
  it('reads as few blocks in the middle of millions as at their end', async () => {
    const server = await startPostgres()
    const url = await server.createDatabase()
    const store = await PostgresStore.open(url)
    closing.push(() => store.close())
    const client = new Client({ connectionString: url })
    await client.connect()
    closing.push(() => client.end())
    await client.query('set session_replication_role = replica')
    await client.query(`insert into canvas_sync_metrics
        (sync_task_id, user_id, sync_start_time, sync_status, sync_type, heartbeat_at, total_duration_seconds,
         error_type, error_message, error_group_id, source_id, target_course_id)
      select 'task-' || i, '1', i * 1000, 'failed', 'all', 0, i % 90, 'throttled', 'Canvas.', 1, 1, '1'
      from generate_series(1, ${SYNCS}) as numbers (i)`)
    await client.query('vacuum analyze canvas_sync_metrics')
    await client.query('set plan_cache_mode = force_generic_plan; set random_page_cost = 1.1')
    await client.query('set enable_seqscan = off; set max_parallel_workers_per_gather = 0')
    const blocksOf = async ({ text, parameters }: Asked): Promise<number> => {
      const given = parameters.map((value) => (Array.isArray(value) ? `{${value.join(',')}}` : String(value)))
      const literals = given.map((value) => client.escapeLiteral(value)).join(', ')
      await client.query(`prepare explained as ${text}`)
      const { rows } = await client.query<{
        'QUERY PLAN': [{ Plan: Readonly<Record<string, number>> }]
      }>(`explain (analyze, buffers, format json) execute explained(${literals})`)
      await client.query('deallocate explained')
      const plan = rows[0]?.['QUERY PLAN'][0].Plan ?? {}
      return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0)
    }
    const blocks = async (condition: SyncCondition, sort: SyncSort, at: number): Promise<number> => {
      const place = { value: at * 1000, id: at }
      const asked = await askedBy(() => store.lists.page({ condition, sort, limit: 50, after: place }))
      let sum = 0
      for (const one of asked) sum += await blocksOf(one)
      return sum
    }
    const conditions: readonly SyncCondition[] = [
      { statuses: ['failed'] },
      { statuses: ['failed', 'lost'], since: 1, until: SYNCS * 1000 },
      { user_ids: ['1'] },
      { user_ids: ['1'], statuses: ['failed'] },
      { error_types: ['throttled'] },
      { error_text: 'canvas' },
      { error_group_id: 1 },
      { source_id: 1 },
      { course_id: '1' },
      { until: SYNCS * 1000 },
    ]
    for (const condition of conditions) {
      const shown = JSON.stringify(condition)
      const newest = await blocks(condition, 'newest', SYNCS - 100)
      const oldest = await blocks(condition, 'oldest', 100)
      const middle = SYNCS >> 1
      for (const sort of ['newest', 'oldest'] as const) {
        const found = await blocks(condition, sort, middle)
        assert.ok(
          found <= Math.max(newest, oldest) * 1.5 + 10,
          `${shown} ${sort}: ${found} blocks, not ${newest}`,
        )
      }
      assert.ok(Math.max(newest, oldest) < 1000, `${shown}: ${newest} and ${oldest} blocks`)
    }
  })
})
