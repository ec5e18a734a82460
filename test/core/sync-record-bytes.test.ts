import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../support/fast-check.ts'
import { syncRecordsBytes } from '../../src/core/sync-record-bytes.ts'
import { noCounters, toSyncRecord, type SyncRow } from '../../src/core/sync-record.ts'

const text = fc.string({
  unit: fc.oneof(fc.constantFrom('"', '\\', '\n', '\u2028', '\ud800', 'é', '😀'), fc.string()),
})
const maybe = <T>(given: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(given)
const count = fc.oneof(fc.maxSafeNat(), fc.nat(200))
const real = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -20, max: 20 }),
  fc.constantFrom(0, -0, 0.1 + 0.2, 1e21, 5e-324, 1234.5678, 2 ** 31 - 1, 2 ** 31, 2 ** 53),
)
const time = fc.oneof(
  fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 }),
  fc.integer({ min: 1_700_000_000_000, max: 1_700_200_000_000 }),
)
const id = fc.oneof(text, fc.maxSafeInteger().map(String), fc.constantFrom('-0', '007', '9007199254740993'))

const row: fc.Arbitrary<SyncRow> = fc
  .record({
    ids: fc.tuple(id, maybe(id), maybe(id), maybe(count), maybe(count)),
    texts: fc.tuple(text, text, maybe(text), maybe(text), maybe(text)),
    times: fc.tuple(time, maybe(time), time),
    reals: fc.tuple(real, real, real, real, maybe(real), maybe(real), maybe(real)),
    counters: fc.record(
      Object.fromEntries(Object.keys(noCounters()).map((name) => [name, count])) as Record<
        keyof ReturnType<typeof noCounters>,
        fc.Arbitrary<number>
      >,
    ),
    flags: fc.tuple(fc.boolean(), fc.boolean()),
    status: fc.constantFrom('completed' as const, 'lost' as const),
    repaired_from: maybe(fc.constantFrom('lost' as const, 'timed_out' as const)),
    error_type: maybe(fc.constantFrom('timeout' as const, 'throttled' as const)),
    metadata: maybe(fc.dictionary(text, fc.jsonValue())),
  })
  .map(({ ids, texts, times, reals, counters, flags, metadata, ...given }) => ({
    ...counters,
    id: 7,
    sync_task_id: ids[0],
    user_id: ids[1],
    target_course_id: ids[2],
    source_id: ids[3],
    chunk_size: ids[4],
    sync_type: texts[0],
    trigger: texts[1],
    error_message: texts[2],
    host: texts[3],
    progress_current: texts[4],
    sync_start_time: times[0],
    sync_end_time: times[1],
    heartbeat_at: times[2],
    total_api_duration_ms: reals[0],
    api_request_cost: reals[1],
    throttle_wait_ms: reals[2],
    db_duration_ms: reals[3],
    total_duration_seconds: reals[4],
    api_rate_limit_remaining_min: reals[5],
    progress_percent: reals[6],
    incremental_sync: flags[0],
    use_pagination: flags[1],
    sync_status: given.status,
    repaired_from: given.repaired_from,
    error_type: given.error_type,
    sync_metadata: metadata,
    scope: null,
    pid: null,
    process_started: null,
    heartbeat_count: 1,
    running_ms: null,
    error_group_id: null,
  }))

const decoder = new TextDecoder('utf8', { fatal: true })

test('the bytes of a record are those of its object, to the letter', () => {
  fc.assert(
    fc.property(row, (given) => {
      assert.equal(decoder.decode(syncRecordsBytes([given])), JSON.stringify([toSyncRecord(given)]))
    }),
    { numRuns: 1000 },
  )
})

test('records are one JSON array', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 3 }), (rows) => {
      assert.equal(decoder.decode(syncRecordsBytes(rows)), JSON.stringify(rows.map(toSyncRecord)))
    }),
    { numRuns: 50 },
  )
})

test('a list is another one than that before it, and may be longer than any', () => {
  fc.assert(
    fc.property(row, (given) => {
      const long = { ...given, error_message: '"é😀'.repeat(20_000) }
      const few = syncRecordsBytes([given])
      const many = syncRecordsBytes([long, given, long])
      assert.equal(decoder.decode(many), JSON.stringify([long, given, long].map(toSyncRecord)))
      assert.equal(decoder.decode(few), JSON.stringify([toSyncRecord(given)]))
    }),
    { numRuns: 20 },
  )
})
