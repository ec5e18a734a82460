import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from '../support/fast-check.ts'
import { ingestEventSchema } from '../../src/api/ingest/ingest-schemas.ts'
import { INGEST_EVENT_TYPES, type IngestEventType } from '../../src/core/ingest-event.ts'
import { faultOf } from '../../src/ingest/check-event.ts'
import { epochMs } from '../../src/ingest/event-times.ts'

/** No time below is later. */
const NOW = Date.UTC(2026, 10, 22, 10, 15)
const FIVE_MINUTES_MS = 300_000

/** Events that are right, with every member that their type has. */
const WHOLE: Readonly<Record<IngestEventType, object>> = {
  start: {
    user_id: 7,
    sync_type: 'all',
    target_course_id: '9',
    incremental: true,
    use_pagination: false,
    chunk_size: 10,
    metadata: { a: { b: [1] } },
    trigger: 'cron',
    host: 'worker-1',
    started_at: '2026-11-22T10:15:00Z',
    heartbeat_expected: false,
  },
  heartbeat: { running_ms: 12.5 },
  progress: { percent: 12.5, current: 'Reading', completed: 1, total: 8 },
  course: { created: true, updated: 0, count: 3, course_id: 1, duration_ms: 0.5 },
  assignment: { created: 4, updated: false, count: 4, course_id: '1', duration_ms: 0 },
  submission: { created: 4, updated: false, count: 4, course_id: null, duration_ms: 0 },
  grade: { updated: 4, count: 4, course_id: null, duration_ms: 0 },
  api_call: {
    endpoint: '/api/v1/courses',
    status: 200,
    duration_ms: 1.5,
    method: 'GET',
    items: 1,
    page: 1,
    attempt: 1,
    request_cost: 0.1,
    rate_limit_remaining: -3.5,
    bytes: 10,
    request_id: 'r',
    error_type: 'timeout',
    course_id: 5,
    will_retry: true,
  },
  rate_limit: { wait_ms: 1, status: 403, endpoint: '/a', rate_limit_remaining: 0 },
  db_operation: { operation: 'sync', entity: 'courses', count: 1, duration_ms: 2, batch: true, course_id: 5 },
  deletions: { entity: 'courses', deleted: 1, held: 0 },
  connection_test: { duration_ms: 3 },
  problem: { error_type: 'contract', message: 'It is so.' },
  course_outcome: {
    course_id: 5,
    outcome: 'failed',
    reason: 'so',
    started_at: 1_795_000_000_000,
    finished_at: '2026-11-22T10:15:00.5+01:00',
    duration_ms: 5,
    api_calls: 1,
    rows_deleted: 0,
    deletions_held: 0,
    entities: { courses: { processed: 1 } },
    error_type: 'timeout',
    error_message: 'Too slow.',
    exception: { name: 'ValueError', message: 'x', place: 'f (x.py:1)' },
  },
  log: {
    stream: 'operations',
    level: 'INFO',
    event: 'checkpoint_saved',
    fields: { course_id: '1', held: 0 },
    message: 'Saved.',
  },
  state: {
    counters: { courses_processed: 1, api_request_cost: 0.5 },
    running_ms: 5,
    progress_percent: 5,
    progress_current: 'x',
    api_rate_limit_remaining_min: 5.5,
    target_course_id: 5,
    incremental_sync: true,
    chunk_size: null,
    sync_metadata: { a: 1 },
  },
  finish: {
    status: 'partial',
    finished_at: 1_795_000_000_000,
    duration_ms: 5,
    error_type: 'forbidden',
    error_message: 'No.',
    exception: null,
  },
}

const STRANGE: readonly unknown[] = [
  undefined,
  null,
  true,
  '',
  'x',
  'a'.repeat(256),
  'a'.repeat(8193),
  'NOT_lower',
  0,
  -1,
  0.5,
  100.5,
  1e12,
  1e13,
  1000,
  {},
  { a: 1 },
  { courses: {} },
  { courses: { processed: -1 } },
  { name: 'ValueError' },
  { courses_processed: 1.5 },
  [],
  [1],
  '2026-11-22',
  '2026-11-22T10:15:00Z',
  '2026-11-22T10:15:00',
  'completed',
  'lost',
  'ERROR',
]

const baseOf = (type: IngestEventType): Record<string, unknown> => ({
  type,
  task_id: 't',
  id: 'e',
  at: 1_795_000_000_000,
  quiet: false,
})

const event: fc.Arbitrary<Record<string, unknown>> = fc.constantFrom(...INGEST_EVENT_TYPES).chain((type) => {
  const whole: Record<string, unknown> = { ...baseOf(type), ...WHOLE[type] }
  const names = Object.keys(whole)
  return fc
    .record({
      left_out: fc.subarray(names.filter((name) => name !== 'type')),
      changed: fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...STRANGE)), { maxLength: 2 }),
      keep_all: fc.boolean(),
    })
    .map(({ left_out, changed, keep_all }) => {
      const made = { ...whole }
      if (!keep_all) for (const name of left_out) Reflect.deleteProperty(made, name)
      for (const [name, value] of changed) {
        if (value === undefined) Reflect.deleteProperty(made, name)
        else made[name] = value
      }
      return made
    })
})

describe('the check of an event', () => {
  for (const type of INGEST_EVENT_TYPES) {
    it(`takes a whole ${type}, and names each member that is wrong in it`, () => {
      const whole: Record<string, unknown> = { ...baseOf(type), ...WHOLE[type] }
      assert.equal(faultOf(whole, NOW), null)
      assert.equal(ingestEventSchema.safeParse(whole).success, true)
      for (const name of Object.keys(whole)) {
        const fault = faultOf({ ...whole, [name]: Symbol('nothing of JSON') }, NOW)
        assert.equal(fault?.parameter, name)
        assert.match(fault.error, new RegExp(`^${name} must be .+\\.$`))
      }
    })
  }

  it('says the same as the published schema, whatever is left out or strange', () => {
    let right = 0
    let wrong = 0
    fc.assert(
      fc.property(event, (given) => {
        const fault = faultOf(given, NOW)
        const { success } = ingestEventSchema.safeParse(given)
        assert.equal(fault === null, success, `${JSON.stringify(given)}: ${fault?.error ?? 'taken'}`)
        if (fault === null) right++
        else wrong++
      }),
      { numRuns: 4000 },
    )
    assert.ok(right > 200 && wrong > 200, `${right} right, ${wrong} wrong`)
  })

  it('never throws and gives one sentence, whatever JSON it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (given) => {
        const fault = faultOf(given, NOW)
        if (fault !== null) assert.match(fault.error, /^[A-Za-z].*\.$/)
      }),
    )
    let deep: unknown = {}
    for (let level = 0; level < 60_000; level++) deep = { a: deep }
    const fault = faultOf({ type: 'start', task_id: 't', metadata: deep }, NOW)
    assert.equal(fault?.parameter, 'metadata')
    // Half of a character.
    assert.equal(faultOf({ type: 'start', task_id: '\ud800' }, NOW)?.parameter, 'task_id')
    assert.equal(faultOf({ type: 'start', task_id: 'a\0b' }, NOW)?.parameter, 'task_id')
  })
})

describe('a time of an event', () => {
  const timed: readonly [IngestEventType, string][] = [
    ...INGEST_EVENT_TYPES.map((type): [IngestEventType, string] => [type, 'at']),
    ['start', 'started_at'],
    ['course_outcome', 'started_at'],
    ['course_outcome', 'finished_at'],
    ['finish', 'finished_at'],
  ]
  for (const [type, member] of timed) {
    it(`is not far ahead of the server's clock: ${member} of a ${type}`, () => {
      const whole = { ...baseOf(type), ...WHOLE[type] }
      const latest = NOW + FIVE_MINUTES_MS
      for (const time of [latest, new Date(latest).toISOString(), NOW, 1_000_000_000_000]) {
        assert.equal(faultOf({ ...whole, [member]: time }, NOW), null, String(time))
      }
      for (const time of [latest + 1, new Date(latest + 1).toISOString(), '2027-01-01T00:00:00+14:00']) {
        const fault = faultOf({ ...whole, [member]: time }, NOW)
        assert.deepEqual([fault?.code, fault?.parameter], ['time_ahead', member], String(time))
        assert.match(fault?.error ?? '', new RegExp(`^${member} is more than 5 minutes ahead .+\\.$`))
      }
      assert.equal(faultOf({ ...whole, [member]: 'tomorrow' }, NOW)?.code, 'invalid')
    })
  }
})

describe('a time', () => {
  const cases: readonly [unknown, number | undefined][] = [
    ['2026-11-22T10:15:00Z', Date.UTC(2026, 10, 22, 10, 15)],
    ['2026-11-22T10:15:00.123456+01:00', Date.UTC(2026, 10, 22, 9, 15, 0, 123)],
    ['2026-11-22T10:15:00+0100', Date.UTC(2026, 10, 22, 9, 15)],
    ['2026-11-22T10:15Z', Date.UTC(2026, 10, 22, 10, 15)],
    [1_795_000_000_123.4, 1_795_000_000_123],
    ['2026-11-22T10:15:00', undefined],
    ['2026-11-22', undefined],
    ['2026-13-22T10:15:00Z', undefined],
    [1_795_000_000, undefined],
    [Number.NaN, undefined],
    ['yesterday', undefined],
    [null, undefined],
  ]
  for (const [given, expected] of cases) {
    it(`${String(given)} is ${expected ?? 'none'}`, () => {
      assert.equal(epochMs(given), expected)
    })
  }
})
