import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { describe, it } from 'node:test'
import { isMonitorError, MonitorError } from '../../src/core/errors.ts'
import { startedSync, trackings } from './support/tracking.ts'

const open = trackings()

describe('a sync that has just started', () => {
  it('has its row with the first heartbeat, and says whose it is', async () => {
    const { sync, clock, rowOf } = await startedSync(open, {
      userId: 42,
      syncType: 'grades',
      trigger: 'queue',
    })
    const row = await rowOf(sync)
    assert.equal(row.id, sync.id)
    assert.equal(row.sync_status, 'in_progress')
    assert.equal(row.heartbeat_at, clock.now())
    assert.equal(row.sync_start_time, clock.now())
    assert.deepEqual([row.user_id, row.sync_type, row.trigger], ['42', 'grades', 'queue'])
    assert.deepEqual([row.host, row.pid], [hostname(), process.pid])
  })

  it('has a task id of its own and the defaults that the documentation names', async () => {
    const { sync, rowOf } = await startedSync(open)
    assert.match(sync.taskId, /^[\da-f-]{36}$/)
    const row = await rowOf(sync)
    const { sync_type, trigger, user_id, incremental_sync, use_pagination, chunk_size, sync_metadata } = row
    assert.deepEqual([sync_type, trigger, user_id], ['all', 'manual', null])
    assert.deepEqual([incremental_sync, use_pagination, chunk_size, sync_metadata], [false, true, null, null])
  })

  it('writes one line that says so', async () => {
    const { sync, logs } = await startedSync(open, { userId: '042', syncType: 'courses' })
    const [line, ...others] = logs.events('operations')
    assert.deepEqual(others, [])
    assert.deepEqual(
      Object.entries(line ?? {}).filter(([key]) => !['timestamp', 'writer', 'seq'].includes(key)),
      [
        ['level', 'INFO'],
        ['event', 'sync_started'],
        ['task_id', sync.taskId],
        ['user_id', '042'],
        ['sync_type', 'courses'],
        ['trigger', 'manual'],
        ['message', 'Sync of courses started.'],
      ],
    )
  })

  for (const [given, emitted] of [
    [42, 42],
    ['42', 42],
    ['042', '042'],
    ['9007199254740993', '9007199254740993'],
    ['anna', 'anna'],
    [null, null],
  ] as const) {
    it(`emits the user id ${JSON.stringify(given)} as ${JSON.stringify(emitted)}, in the record and in the lines`, async () => {
      const { sync, logs } = await startedSync(open, { userId: given })
      assert.equal(sync.toJSON().user_id, emitted)
      assert.equal(logs.events('operations')[0]?.['user_id'], emitted)
    })
  }

  it('is refused when an id is empty or longer than 255 characters, before any row is there', async () => {
    const { monitor } = await open()
    for (const options of [
      { taskId: '' },
      { taskId: 'x'.repeat(256) },
      { userId: '' },
      { syncType: '' },
      { trigger: '' },
    ]) {
      await assert.rejects(
        monitor.startSync(options),
        (error) => isMonitorError(error) && error.code === 'usage',
      )
    }
    const sync = await monitor.startSync({ taskId: 'x'.repeat(255) })
    assert.equal(sync.taskId.length, 255)
  })
})

describe('a task id that is taken', () => {
  it('is recorded as #2, #3, …, in the row and in the lines', async () => {
    const { monitor, logs, rowOf } = await open()
    const ids: string[] = []
    for (let run = 0; run < 3; run++) ids.push((await monitor.startSync({ taskId: 'nightly' })).taskId)
    assert.deepEqual(ids, ['nightly', 'nightly#2', 'nightly#3'])
    assert.equal((await rowOf({ taskId: 'nightly#3' })).sync_status, 'in_progress')
    assert.deepEqual(
      logs.events('operations').map((line) => line['task_id']),
      ids,
    )
  })

  it('still gets its row at once in the hundredth run of a job that always says the same', async () => {
    const { monitor, rowOf } = await open()
    for (let run = 1; run <= 30; run++) {
      const sync = await monitor.startSync({ taskId: 'constant' })
      assert.ok(sync.id !== null, `run ${run}`)
      assert.match(sync.taskId, /^constant(?:#[^#]+)?$/)
      assert.equal((await rowOf(sync)).id, sync.id)
    }
  })

  it('stays within 255 characters with its number', async () => {
    const { monitor } = await open()
    const taskId = 'y'.repeat(255)
    await monitor.startSync({ taskId })
    assert.equal((await monitor.startSync({ taskId })).taskId, `${'y'.repeat(253)}#2`)
  })

  it('is an error where that is asked for, and leaves nothing behind', async () => {
    const { monitor, logs } = await open()
    await monitor.startSync({ taskId: 'only once' })
    await assert.rejects(
      monitor.startSync({ taskId: 'only once', onTaskIdTaken: 'throw' }),
      (error) => isMonitorError(error) && error.code === 'task_id_taken',
    )
    assert.equal(logs.events('operations').length, 1)
    assert.equal((await monitor.health()).store_failures, 0)
  })
})

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
    assert.match(String(logs.events('errors')[0]?.['stack']), /start-and-end\.test\.ts:\d+/)
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
