import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EARLIER_COLUMNS, type EarlierColumn, type EarlierSync } from '../../src/store/earlier-sync.ts'
import { openStore } from '../../src/store/open-store.ts'
import { packSyncs } from '../../src/store/packed-syncs.ts'
import { BIN_COLUMNS, SUM_COLUMNS } from '../../src/store/sql/figures/figure-columns.ts'
import fc from '../support/fast-check.ts'
import { ENGINES } from './support/engines.ts'

interface FigureTable {
  readonly key: readonly string[]
  readonly sums: readonly string[]
  readonly bounds: boolean
}
const FIGURES: Readonly<Record<string, FigureTable>> = {
  canvas_sync_totals: { key: ['tier', 'sync_status', 'bucket_start'], sums: SUM_COLUMNS, bounds: true },
  canvas_sync_user_totals: {
    key: ['user_id', 'tier', 'sync_status', 'bucket_start'],
    sums: SUM_COLUMNS,
    bounds: true,
  },
  canvas_sync_durations: { key: ['tier', 'bucket_start', 'chunk'], sums: BIN_COLUMNS, bounds: false },
}
const COUNTS = EARLIER_COLUMNS.filter((name) =>
  /_(processed|created|updated|made|failed|hits|operations|bytes)$/.test(name),
)

const count = fc.oneof(
  fc.integer({ min: -5, max: 40 }),
  fc.constantFrom(0, 999_999_999_999, 1_000_000_000_001),
)
// Halves of the last place that is kept, and what lies beyond the bounds.
const amount = fc.oneof(
  fc.integer({ min: 0, max: 4_000_000 }).map((half) => half / 2_000_000),
  fc.double({ min: -10, max: 1e5, noNaN: true }),
  fc.constantFrom(0, 1e7, 2e10),
)
const at = fc.oneof(
  fc.integer({ min: Date.parse('2025-12-01'), max: Date.parse('2026-03-01') }),
  fc.constantFrom(
    ...['2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00.000Z', '2026-02-28T23:55:00Z'].map(Date.parse),
  ),
)

const given = fc.record({
  user_id: fc.option(fc.constantFrom('1', '2', 'x')),
  sync_status: fc.constantFrom('completed', 'completed', 'failed', 'lost', 'cancelled'),
  sync_start_time: at,
  total_duration_seconds: fc.option(amount),
  total_api_duration_ms: amount,
  db_duration_ms: amount,
  counts: fc.array(count, { minLength: COUNTS.length, maxLength: COUNTS.length }),
})
type Given = typeof given extends fc.Arbitrary<infer Value> ? Value : never

function syncOf({ counts, ...values }: Given, index: number): EarlierSync {
  const whole: Partial<Record<EarlierColumn, string | number | null>> = {
    ...Object.fromEntries(COUNTS.map((name, place) => [name, counts[place] ?? 0])),
    ...values,
    sync_task_id: `task-${index}`,
    sync_type: 'all',
    incremental_sync: 0,
    use_pagination: 1,
  }
  const value = EARLIER_COLUMNS.map((name) => whole[name] ?? null)
  return { key: String(index), id: null, task_digest: index, content_digest: index, values: value }
}

/** PostgreSQL has a sum in several rows. */
function figuresIn({ key, sums, bounds }: FigureTable, table: string): string {
  const columns = [
    ...key,
    ...sums.map((name) => `sum(${name}) as ${name}`),
    ...(bounds ? ['min(duration_min_us) as least', 'max(duration_max_us) as greatest'] : []),
  ]
  return `select ${columns.join(', ')} from ${table} group by ${key.join(', ')} order by ${key.join(', ')}`
}

/** What adds the figures of the rows that are there. */
const ADD_ALL: Readonly<Record<string, string>> = {
  SQLite:
    'insert into canvas_sync_added_figures (sync_ids) select json_group_array(id) from canvas_sync_metrics',
  PostgreSQL: 'select canvas_sync_add_figures(array(select id from canvas_sync_metrics))',
}

for (const { name, makeUrl, readRows, execute } of ENGINES) {
  test(`the figures of imported syncs are those that ${name} finds in their rows`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(given, { minLength: 1, maxLength: 150 }), async (rows) => {
        const url = await makeUrl()
        const store = await openStore(url)
        const syncs = rows.map(syncOf)
        const half = syncs.length >> 1
        try {
          for (const part of [syncs.slice(0, half), syncs.slice(half)]) {
            const pages = [part.slice(0, 3), part.slice(3)].map(packSyncs)
            await store.earlier.importSyncs({ system: 'earlier', pages, dry_run: false })
          }
        } finally {
          await store.close()
        }
        const figures = async (): Promise<unknown> =>
          await Promise.all(
            Object.entries(FIGURES).map(([table, figure]) => readRows(url, figuresIn(figure, table))),
          )
        const imported = await figures()
        for (const table of Object.keys(FIGURES)) await execute(url, `delete from ${table}`)
        await execute(url, ADD_ALL[name] ?? '')
        assert.deepEqual(imported, await figures())
      }),
      { numRuns: 8 },
    )
  })
}
