import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { EARLIER_COLUMNS, type EarlierColumn, type EarlierSync } from '../../src/store/earlier-sync.ts'
import { openStore } from '../../src/store/open-store.ts'
import { packSyncs } from '../../src/store/packed-syncs.ts'
import fc from '../support/fast-check.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const FIGURES = ['canvas_sync_totals', 'canvas_sync_user_totals', 'canvas_sync_durations'] as const
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

function figuresIn(database: DatabaseSync): unknown {
  return FIGURES.map((table) => {
    const order = table === 'canvas_sync_durations' ? '1, 2, 3' : '1, 2, 3, 4'
    return structuredClone(database.prepare(`select * from ${table} order by ${order}`).all())
  })
}

test('the figures of imported syncs are those that the database finds in their rows', async () => {
  const directory = temporaryDirectory()
  let files = 0
  await fc.assert(
    fc.asyncProperty(fc.array(given, { minLength: 1, maxLength: 150 }), async (rows) => {
      const path = join(directory, `figures-${++files}.db`)
      const store = await openStore(`sqlite:${path}`)
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
      using database = new DatabaseSync(path)
      const imported = figuresIn(database)
      for (const table of FIGURES) database.exec(`delete from ${table}`)
      database.exec(`insert into canvas_sync_added_figures (sync_ids)
        select json_group_array(id) from canvas_sync_metrics`)
      assert.deepEqual(imported, figuresIn(database))
    }),
    { numRuns: 8 },
  )
})
