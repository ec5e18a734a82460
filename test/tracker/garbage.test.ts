import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import type { SyncMetadata } from '../../src/core/sync-record.ts'
import type { Sync } from '../../src/tracker/types.ts'
import { startedSync, trackings } from './support/tracking.ts'

const open = trackings()

/** Something of which nothing can be read; only fast-check may print it. */
const thrower = (): unknown =>
  new Proxy(
    { [fc.toStringMethod]: () => 'thrower' },
    {
      get(target, key) {
        if (key === fc.toStringMethod) return target[fc.toStringMethod]
        throw new Error('a getter of the job')
      },
    },
  )

const CALLS: readonly (keyof Sync)[] = [
  'recordCourse',
  'recordAssignment',
  'recordSubmission',
  'recordGrade',
  'recordApiCall',
  'recordApiRateLimit',
  'recordDbOperation',
  'recordDeletions',
  'recordConnectionTest',
  'recordProblem',
  'recordEvent',
  'progress',
  'addMetadata',
  'setTargetCourse',
  'setIncremental',
  'setChunkSize',
]

/** What a JavaScript job may hand over although the types forbid it. */
function hand(sync: Sync, name: keyof Sync, ...values: unknown[]): void {
  const call = sync[name] as (...given: unknown[]) => void
  call.apply(sync, values)
}

const NAMES =
  `created updated processed courseId durationMs method endpoint status items page attempt requestCost
  rateLimitRemaining bytes requestId errorType willRetry operation entity count batch waitMs remaining deleted held
  sourceId percent current completed total error_type message`.split(/\s+/)

const HUGE = [2 ** 53, 2 ** 60, 1e18, 1e300, Number.MAX_VALUE]

const anyValue = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    Number.NaN,
    Infinity,
    -Infinity,
    -1,
    -0.5,
    0,
    1,
    2.7,
    true,
    false,
    '',
    '5',
  ),
  fc.constantFrom<unknown>(...HUGE, 10n, Symbol('x'), {}, [], () => 1, new Date(Number.NaN), thrower()),
  fc.double(),
)

const anyOptions = fc.oneof(anyValue, fc.dictionary(fc.constantFrom(...NAMES), anyValue, { maxKeys: 8 }))

/** Every number of the record is one that JSON and the database can hold, and no count is below nothing. */
function assertSound(record: object): void {
  for (const [key, value] of Object.entries(record)) {
    if (value !== null && typeof value === 'object') assertSound(value as object)
    else if (typeof value === 'number') {
      // Canvas's own number may be anything.
      const least = key === 'rate_limit_remaining_min' ? -Infinity : 0
      assert.ok(Number.isFinite(value) && value >= least, `${key} is ${value}`)
    }
  }
}

describe('garbage from a job', () => {
  it('never throws, never spoils a sum, and never keeps the sync from its end', async () => {
    const { monitor, rowOf } = await open()
    const property = fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...CALLS), anyOptions), { maxLength: 12 }),
      async (calls) => {
        const sync = await monitor.startSync()
        for (const [name, options] of calls) hand(sync, name, options)
        sync.recordCourse({ created: 1 })
        const { metadata: _, target_course_id: _target, ...before } = sync.toJSON()
        assertSound(before)
        const record = await sync.completeSuccess()
        assert.ok(['completed', 'partial'].includes(record.sync_status), record.sync_status)
        const row = await rowOf(sync)
        assert.equal(row.sync_status, record.sync_status)
        assert.equal(row.courses_processed, record.courses.processed)
        assert.equal(row.total_data_size_bytes, record.data_size_bytes)
      },
    )
    await fc.assert(property, { numRuns: 100 })
  })

  it('counts as nothing where a number is wanted', async () => {
    const { sync } = await startedSync(open)
    for (const created of [Number.NaN, Infinity, -3, '5', {}, [], 10n, null, undefined]) {
      hand(sync, 'recordCourse', { created })
    }
    assert.deepEqual(sync.toJSON().courses, { processed: 9, created: 0, updated: 0 })
    hand(sync, 'recordAssignment', { created: 2.7, processed: Number.NaN })
    assert.deepEqual(sync.toJSON().assignments, { processed: 0, created: 2, updated: 0 })
  })

  it('does not make a number of more than a database can give back', async () => {
    const { sync, rowOf, store } = await startedSync(open)
    for (const created of HUGE) sync.recordCourse({ created })
    for (const bytes of HUGE) sync.recordApiCall({ endpoint: '/x', status: 200, durationMs: bytes, bytes })
    await sync.completeSuccess()
    const row = await rowOf(sync)
    assert.ok(Number.isSafeInteger(row.courses_created), String(row.courses_created))
    assert.ok((await store.syncs.listSyncs({ limit: 5 })).length > 0)
    const totals = await store.figures.totals({ since: 0 })
    assert.ok(Number.isSafeInteger(totals.courses))
  })

  it('does not hide the least budget that Canvas left', async () => {
    const { sync } = await startedSync(open)
    for (const rateLimitRemaining of [Number.NaN, 'much', 40, Number.NaN, {}, -Infinity, -1e300, 50]) {
      hand(sync, 'recordApiCall', { endpoint: '/x', status: 200, durationMs: 1, rateLimitRemaining })
    }
    assert.equal(sync.toJSON().api_metrics.rate_limit_remaining_min, 40)
  })

  it('that was lost is told to the store even when nothing else has changed', async () => {
    const { sync, nextSave, rowOf } = await startedSync(open)
    hand(sync, 'recordCourse', thrower())
    await nextSave()
    assert.equal((await rowOf(sync)).records_lost, 1)
  })

  it('does not hide the percentage', async () => {
    const { sync } = await startedSync(open)
    for (const percent of [10, Number.NaN, '90', {}, 20]) hand(sync, 'progress', { percent })
    assert.equal(sync.toJSON().progress.percent, 20)
  })

  it('is counted as lost where a line could not be written, once for each', async () => {
    const { sync } = await startedSync(open)
    for (const name of CALLS.filter((name) => /^(?:record|progress|addMetadata)/.test(name)))
      hand(sync, name, thrower())
    const lost = CALLS.filter((name) => /^(?:record|progress|addMetadata)/.test(name)).length - 1
    // recordEvent takes any event name; the log writer counts the line that it could not make.
    assert.equal(sync.toJSON().records_lost, lost)
  })

  it('for a current step is ignored', async () => {
    const { sync } = await startedSync(open)
    sync.progress({ current: 'Reading courses' })
    for (const current of [[], {}, 7, null, thrower()]) hand(sync, 'progress', { current })
    assert.equal(sync.toJSON().progress.current, 'Reading courses')
  })

  it('for the type of a problem still leaves a problem', async () => {
    for (const error_type of ['Timeout', 'toString', undefined, 7]) {
      const { sync } = await startedSync(open)
      hand(sync, 'recordProblem', { error_type, message: 'Terms could not be read.' })
      assert.partialDeepStrictEqual(await sync.completeSuccess(), {
        sync_status: 'partial',
        error_type: 'job_error',
        error_message: 'Terms could not be read.',
      })
    }
  })

  it('is a failed call where a status is missing', async () => {
    const { sync, logs } = await startedSync(open)
    for (const status of [undefined, null, Number.NaN, '200'])
      hand(sync, 'recordApiCall', { endpoint: '/x', status })
    assert.equal(sync.toJSON().api_metrics.calls_failed, 4)
    assert.ok(logs.events('api_calls').every((line) => line['level'] === 'WARNING'))
  })

  it('in a course spoils neither its counts nor those of the sync', async () => {
    const { sync, rowOf } = await startedSync(open)
    const counts = {
      processed: Number.NaN,
      created: -1,
      updated: Infinity,
      unchanged: '3',
      deleted: 2,
      held: null,
    }
    const outcome = await sync.course(7, async (course) => {
      course.addEntity('sections', counts as never)
    })
    assert.partialDeepStrictEqual(outcome, { outcome: 'completed', rows_deleted: 2, deletions_held: 0 })
    await sync.completeSuccess()
    assert.partialDeepStrictEqual(await rowOf(sync), {
      rows_deleted: 2,
      deletions_held: 0,
      sync_status: 'completed',
    })
  })
})

describe('metadata', () => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle

  for (const [what, metadata] of [
    ['a circle', circle],
    ['a big integer', { big: 10n }],
    ['a getter that throws', thrower() as SyncMetadata],
  ] as const) {
    it(`that holds ${what} is left out and counted, and the sync has its row and its end`, async () => {
      const { sync, rowOf } = await startedSync(open, { metadata })
      assert.equal((await rowOf(sync)).sync_metadata, null)
      assert.equal(sync.toJSON().records_lost, 1)
      sync.addMetadata({ good: 1 })
      sync.addMetadata(metadata)
      const record = await sync.completeSuccess()
      assert.deepEqual([record.metadata, record.records_lost], [{ good: 1 }, 2])
      assert.partialDeepStrictEqual(await rowOf(sync), {
        sync_status: 'completed',
        sync_metadata: { good: 1 },
      })
    })
  }

  it('is what JSON makes of it, as it was when it was given', async () => {
    const { sync, rowOf } = await startedSync(open)
    const given = { at: new Date(0), nothing: undefined, call: () => 1, list: [1, { deep: true }] }
    sync.addMetadata(given)
    given.list.push(2)
    const plain = { at: '1970-01-01T00:00:00.000Z', list: [1, { deep: true }] }
    assert.deepEqual(sync.toJSON().metadata, plain)
    await sync.completeSuccess()
    assert.deepEqual((await rowOf(sync)).sync_metadata, plain)
  })
})
