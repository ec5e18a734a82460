import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MonitorError } from '../../src/core/errors.ts'
import { startedSync, trackings } from './support/tracking.ts'

const open = trackings()

describe('track', () => {
  it('completes the sync when the work returns, and returns what it returned', async () => {
    const { monitor, rowOf } = await open()
    const value = await monitor.track({ taskId: 'returns' }, async (sync) => {
      assert.equal(sync.finished, false)
      sync.recordCourse({ created: true })
      return 7
    })
    assert.equal(value, 7)
    const row = await rowOf({ taskId: 'returns' })
    assert.deepEqual([row.sync_status, row.courses_created, row.progress_percent], ['completed', 1, 100])
  })

  it('fails the sync when the work throws, and throws the very same thing on', async () => {
    const { monitor, rowOf } = await open()
    for (const [index, thrown] of [new Error('no'), 'a sentence', undefined, null, 0].entries()) {
      const taskId = `throws ${index}`
      const work = async (): Promise<never> => {
        // oxlint-disable-next-line typescript/only-throw-error -- a job may throw anything
        throw thrown
      }
      const caught = await monitor.track({ taskId }, work).then(
        () => assert.fail('it returned'),
        (error: unknown) => error,
      )
      assert.equal(caught, thrown)
      const row = await rowOf({ taskId })
      assert.deepEqual([row.sync_status, row.error_type], ['failed', 'job_error'])
    }
  })

  it('takes an abort for a cancellation, not for a failure', async () => {
    const { monitor, rowOf, logs } = await open()
    const abort = AbortSignal.abort()
    await assert.rejects(
      monitor.track({ taskId: 'aborted' }, async () => abort.throwIfAborted()),
      { name: 'AbortError' },
    )
    const { sync_status, error_type } = await rowOf({ taskId: 'aborted' })
    assert.deepEqual([sync_status, error_type], ['cancelled', 'cancelled'])
    assert.equal(logs.events('errors').length, 0)
  })

  it('leaves an end alone that the work itself gave', async () => {
    const { monitor, rowOf } = await open()
    await monitor.track({ taskId: 'own end' }, async (sync) => {
      await sync.cancel('The term has not begun.')
    })
    const row = await rowOf({ taskId: 'own end' })
    assert.deepEqual([row.sync_status, row.error_message], ['cancelled', 'The term has not begun.'])
  })
})

describe('the end of a sync', () => {
  it('is in the row, the record and the operations log', async () => {
    const { sync, clock, logs, rowOf } = await startedSync(open)
    clock.advance(210_500)
    const record = await sync.completeSuccess()
    assert.equal(sync.finished, true)
    const row = await rowOf(sync)
    assert.deepEqual(
      [row.sync_status, row.total_duration_seconds, row.sync_end_time, row.error_message],
      ['completed', 210.5, clock.now(), null],
    )
    assert.equal(record.sync_end_time, '2026-11-22T10:18:30.500Z')
    assert.deepEqual(sync.toJSON(), record)
    const line = logs.events('operations').at(-1)
    assert.partialDeepStrictEqual(line, {
      level: 'INFO',
      event: 'sync_completed',
      status: 'completed',
      duration_ms: 210_500,
      message: 'Sync completed in 210.5 s.',
    })
  })

  it('has the duration of the clock that does not jump', async () => {
    const { sync, clock } = await startedSync(open)
    clock.advance(5000)
    clock.jumpWall(-3_600_000)
    assert.equal((await sync.completeSuccess()).total_duration_seconds, 5)
  })

  it('that is a failure is one error with type, next step and place, and one warning in operations', async () => {
    const { sync, logs, rowOf } = await startedSync(open)
    await sync.completeFailure(
      new MonitorError('not_found', 'The course is gone.', {
        details: { status: 404, endpoint: '/api/v1/courses/7', request_id: 'r-1', origin: 'canvas' },
      }),
    )
    const row = await rowOf(sync)
    assert.deepEqual(
      [row.sync_status, row.error_type, row.error_message],
      ['failed', 'not_found', 'The course is gone.'],
    )
    assert.partialDeepStrictEqual(logs.events('operations').at(-1), {
      level: 'WARNING',
      event: 'sync_failed',
    })
    assert.equal(logs.events('errors').length, 1)
    assert.partialDeepStrictEqual(logs.events('errors')[0], {
      level: 'ERROR',
      event: 'sync_failed',
      operation: 'sync',
      error_type: 'not_found',
      status: 404,
      endpoint: '/api/v1/courses/7',
      request_id: 'r-1',
      origin: 'canvas',
      message: 'The course is gone.',
    })
    assert.match(String(logs.events('errors')[0]?.['next_step']), /^Check the id/)
    assert.equal(logs.events('errors')[0]?.['stack'], null)
  })

  it('that is a cancellation is a warning in operations and no error', async () => {
    const { sync, logs, rowOf } = await startedSync(open)
    const record = await sync.cancel('The operator stopped it.')
    assert.deepEqual([record.sync_status, record.error_type], ['cancelled', 'cancelled'])
    assert.equal((await rowOf(sync)).error_message, 'The operator stopped it.')
    assert.equal(logs.events('operations').at(-1)?.['event'], 'sync_cancelled')
    assert.equal(logs.events('errors').length, 0)
  })

  it('is one and the same however often and with whatever the sync is ended', async () => {
    const { sync, logs, rowOf, store } = await startedSync(open)
    const records = await Promise.all([
      sync.completeSuccess(),
      sync.completeFailure(new Error('late')),
      sync.cancel(),
      sync.completeSuccess(),
    ])
    const again = await sync.completeFailure('later still')
    for (const record of [...records, again]) assert.deepEqual(record, records[0])
    assert.equal(records[0].sync_status, 'completed')
    assert.equal((await rowOf(sync)).sync_status, 'completed')
    assert.equal(store.calls.filter((call) => call === 'finishSync').length, 1)
    assert.equal(logs.events('operations').filter((line) => line['event'] !== 'sync_started').length, 1)
  })

  it('does not change by what is recorded afterwards, which still writes its lines', async () => {
    const { sync, logs, rowOf, nextSave } = await startedSync(open)
    sync.recordCourse()
    const record = await sync.completeSuccess()
    sync.recordCourse({ created: 5 })
    sync.recordApiCall({ endpoint: '/api/v1/courses', status: 200, durationMs: 1 })
    sync.progress({ percent: 10, current: 'still here' })
    sync.recordProblem({ error_type: 'timeout', message: 'Too late.' })
    sync.addMetadata({ late: true })
    sync.setChunkSize(9)
    const outcome = await sync.course('7', async () => {
      throw new Error('late')
    })
    assert.equal(outcome.outcome, 'failed')
    await nextSave()
    assert.deepEqual(sync.toJSON(), record)
    assert.deepEqual(await sync.completeSuccess(), record)
    const row = await rowOf(sync)
    assert.deepEqual([row.sync_status, row.courses_processed, row.chunk_size], ['completed', 1, null])
    assert.equal(logs.events('api_calls').length, 1)
  })

  it('counts what is recorded until it is written, and nothing twice', async () => {
    const { sync, store, rowOf } = await startedSync(open)
    sync.recordGrade()
    const release = store.hold('finishSync')
    const ending = sync.completeSuccess()
    await store.called('finishSync')
    sync.recordGrade()
    release()
    const record = await ending
    assert.equal(record.grades.processed, (await rowOf(sync)).grades_processed)
  })

  it('that comes late repairs `lost`, and says so in row, record, history and log', async () => {
    const { sync, store, clock, logs, rowOf } = await startedSync(open)
    await store.syncs.markLost([sync.id ?? 0], 'Nobody heard of it.', clock.now())
    sync.recordCourse()
    const record = await sync.completeSuccess()
    assert.deepEqual([record.sync_status, record.repaired_from], ['completed', 'lost'])
    const row = await rowOf(sync)
    assert.deepEqual(
      [row.sync_status, row.repaired_from, row.error_type, row.error_message, row.courses_processed],
      ['completed', 'lost', null, null, 1],
    )
    const changes = await store.syncs.listStatusChanges(row.id)
    assert.deepEqual(
      changes.map(({ new_status, reason }) => [new_status, reason]),
      [
        ['in_progress', null],
        ['lost', 'Nobody heard of it.'],
        ['completed', 'late_finish'],
      ],
    )
    assert.partialDeepStrictEqual(logs.events('operations').at(-1), {
      level: 'WARNING',
      event: 'sync_repaired',
    })
  })
})
