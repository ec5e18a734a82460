import fc from '../support/fast-check.ts'
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../src/core/clock.ts'
import { FleetReader } from '../../src/fleet-logs/reading/fleet-reader.ts'
import { LOG_LEVELS, type LogStream } from '../../src/core/log-event.ts'
import type { LogQuery, SearchHit, SearchItem } from '../../src/search/log-query.ts'
import { searchLogs } from '../../src/search/search-logs.ts'
import { randomStream, WORDS, writeStream } from '../search/support/random-folder.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { ask, fleetDatabase } from './support/fleet-database.ts'
import { shipAll } from './support/ship-all.ts'

const root = temporaryDirectory()
const STREAMS = ['operations', 'api_calls', 'errors'] as const
const RUNS = process.env['LONG_TESTS'] === '1' ? 60 : 10
const START_MS = Date.UTC(2026, 9, 25, 0, 30)

const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined, freq: 1 })

const wanted = fc
  .record({
    text: maybe(
      fc.constantFrom(...WORDS.filter((word) => word !== ''), '"', '\\', '"task_id":"task-1"', 'ü'),
    ),
    regex: maybe(fc.constantFrom('Z[QR]', 'a"b', '^\\{', 'sync (ZQ|404)', 'Pr.fung', 'kis+', 'courses/\\d')),
    ignore_case: maybe(fc.boolean()),
    streams: maybe(fc.subarray<LogStream>([...STREAMS], { minLength: 1 })),
    level: maybe(fc.constantFrom(...LOG_LEVELS)),
    event: maybe(fc.constantFrom('api_call', 'sync_started')),
    task_id: maybe(fc.constantFrom('task-1', 'task-9')),
    user_id: maybe(fc.constantFrom('1', '2')),
    course_id: maybe(fc.constantFrom('7', '14')),
    status: maybe(fc.constantFrom('4xx', '>=400', 'completed')),
    min_duration_ms: maybe(fc.constantFrom(0, 100, 202)),
    since_ms: maybe(fc.integer({ min: -600, max: 6000 }).map((second) => START_MS + second * 1000)),
    until_ms: maybe(fc.integer({ min: 6001, max: 30_000 }).map((second) => START_MS + second * 1000)),
    order: maybe(fc.constantFrom('newest' as const, 'oldest' as const)),
  })
  .chain((full) =>
    fc.subarray(Object.keys(full) as (keyof typeof full)[], { maxLength: 4 }).map((names): LogQuery => {
      const kept = names.filter(
        (name) => full[name] !== undefined && !(name === 'regex' && names.includes('text')),
      )
      return Object.fromEntries(kept.map((name) => [name, full[name]]))
    }),
  )

type Search = (query: LogQuery) => AsyncGenerator<SearchItem>

/** All hits by pages, of our own form: no other is shipped. */
async function hitsOf(search: Search, query: LogQuery, limit: number): Promise<SearchHit[]> {
  const hits: SearchHit[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    let on_page = 0
    for await (const item of search({ ...query, limit, ...(cursor === undefined ? {} : { cursor }) })) {
      if (item.kind === 'end') cursor = item.next_cursor
      if (item.kind !== 'hit') continue
      on_page++
      if (item.entry.form === 'json' && item.entry.writer !== null) hits.push(item)
    }
    assert.ok(on_page <= limit)
  }
  return hits
}

test('the lines of the fleet answer every search as their files do, on any pages', async () => {
  const database = await fleetDatabase()
  await using fleet = new FleetReader(database)
  await fc.assert(
    fc.asyncProperty(
      fc.array(randomStream, { minLength: STREAMS.length, maxLength: STREAMS.length }),
      fc.array(wanted, { minLength: 6, maxLength: 10 }),
      fc.integer({ min: 3, max: 20 }),
      async (streams, queries, limit) => {
        const directory = mkdtempSync(join(root, 'folder-'))
        for (const [at, stream] of STREAMS.entries()) {
          const random = streams[at]
          if (random) writeStream(directory, stream, random)
        }
        await ask(
          database,
          'truncate canvas_sync_log_lines, canvas_sync_log_positions, canvas_sync_log_batches',
        )
        await shipAll(database, directory)
        for (const query of queries) {
          const of_files = await hitsOf((page) => searchLogs(directory, page), query, 10_000)
          for (const most of [10_000, limit]) {
            const of_fleet = await hitsOf((page) => fleet.search(page), query, most)
            assert.deepEqual(
              of_fleet.map(({ line }) => line),
              of_files.map(({ line }) => line),
              JSON.stringify(query),
            )
            assert.deepEqual(
              of_fleet.map(({ entry }) => entry),
              of_files.map(({ entry }) => entry),
            )
          }
          if (of_files.length === 0) continue
          const { order: _, ...counted } = query
          const histogram = await fleet.histogram({ ...counted, until_ms: START_MS + 1e9 })
          const sum = Object.values(histogram.counts)
            .flat()
            .reduce((total, count) => total + count, 0)
          const until_ms = query.until_ms ?? START_MS + 1e9
          if (histogram.is_exact && until_ms === START_MS + 1e9) assert.equal(sum, of_files.length)
          assert.ok(sum >= 0)
        }
      },
    ),
    { numRuns: RUNS },
  )
})

test('a search whose time is up goes on where it was', async () => {
  const directory = mkdtempSync(join(root, 'folder-'))
  const [random] = fc.sample(randomStream, { numRuns: 1, seed: 5 })
  if (random) writeStream(directory, 'operations', random)
  const database = await fleetDatabase()
  await shipAll(database, directory)
  await using fleet = new FleetReader(database)
  const all = await hitsOf((query) => fleet.search(query), {}, 10_000)
  assert.ok(all.length > 3)
  let passed_ms = 0
  // A few looks at it are longer than the search may take.
  const clock = { ...systemClock, monotonic: () => (passed_ms += 10) }
  const piecemeal = await hitsOf((query) => fleet.search({ ...query, time_budget_ms: 30 }, { clock }), {}, 2)
  assert.deepEqual(
    piecemeal.map(({ line }) => line),
    all.map(({ line }) => line),
  )
})
