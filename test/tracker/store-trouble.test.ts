import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { startedSync, trackings } from './support/tracking.ts'

const open = trackings()

describe('a store that is away', () => {
  it('at the start: the job runs, and the row is made as soon as the store is back', async () => {
    const { monitor, store, clock, logs, rowOf, nextSave } = await open()
    store.fail('startSync')
    const sync = await monitor.startSync({ taskId: 'early' })
    const started_at = clock.now()
    assert.equal(sync.id, null)
    assert.equal(sync.toJSON().records_lost, 1)
    assert.equal((await monitor.health()).store_failures, 1)
    assert.equal(logs.events('operations')[0]?.['event'], 'sync_started')
    await nextSave()
    assert.equal(sync.id, null)
    store.mend()
    await nextSave()
    const row = await rowOf(sync)
    assert.equal(sync.id, row.id)
    assert.deepEqual([row.sync_status, row.sync_start_time, row.records_lost], ['in_progress', started_at, 2])
  })

  it('at the start and back at the end: the row is made with its end', async () => {
    const { monitor, store, rowOf } = await open()
    store.fail('startSync')
    await monitor.track({ taskId: 'only at the end' }, async (sync) => {
      sync.recordCourse({ created: 3 })
      store.mend()
    })
    const row = await rowOf({ taskId: 'only at the end' })
    assert.deepEqual([row.sync_status, row.courses_created, row.records_lost], ['completed', 3, 1])
  })

  it('at the start: what many calls at once then want to write goes into one row', async () => {
    const { monitor, store, clock, rowOf, outcomesOf } = await open()
    store.fail('startSync')
    const sync = await monitor.startSync({ taskId: 'crowd' })
    store.mend()
    sync.recordCourse()
    clock.advance(1000)
    await Promise.all(['1', '2', '3'].map((id) => sync.course(id, async () => {})))
    await store.quiet()
    assert.equal(sync.taskId, 'crowd')
    assert.equal((await rowOf(sync)).id, sync.id)
    assert.equal(await store.syncs.getSyncByTaskId('crowd#2'), null)
    assert.equal((await outcomesOf(sync)).length, 3)
  })

  it('in the middle: the counts come with the first save that passes, though nothing else has changed', async () => {
    const { sync, store, monitor, rowOf, nextSave } = await startedSync(open)
    store.fail('saveProgress')
    sync.recordAssignment({ updated: 4 })
    await nextSave()
    assert.equal((await rowOf(sync)).assignments_updated, 0)
    assert.equal(sync.toJSON().records_lost, 1)
    store.mend()
    await nextSave()
    assert.equal((await rowOf(sync)).assignments_updated, 4)
    assert.equal((await monitor.health()).store_failures, 1)
  })

  it('in the middle: an outcome that could not be kept is counted, and the verdict knows it still', async () => {
    const { sync, store, rowOf, outcomesOf } = await startedSync(open)
    store.fail('saveCourseOutcome', 'saveSource')
    await sync.setSource(1, 'all self')
    const outcome = await sync.course('7', async () => {
      throw new Error('no')
    })
    assert.equal(outcome.outcome, 'failed')
    store.mend()
    await sync.course('8', async () => {})
    const record = await sync.completeSuccess()
    assert.deepEqual([record.sync_status, record.records_lost], ['partial', 2])
    assert.equal((await rowOf(sync)).records_lost, 2)
    assert.deepEqual(
      (await outcomesOf(sync)).map(({ course_id }) => course_id),
      ['8'],
    )
  })

  it('at the end: the job gets its record, and the row its end as soon as the store is back', async () => {
    const { sync, store, clock, rowOf, nextSave } = await startedSync(open)
    sync.recordCourse()
    store.fail('finishSync')
    const record = await sync.completeSuccess()
    assert.deepEqual([record.sync_status, record.records_lost], ['completed', 1])
    const ended_at = clock.now()
    assert.equal((await rowOf(sync)).sync_status, 'in_progress')
    await nextSave()
    store.mend()
    await nextSave()
    const row = await rowOf(sync)
    assert.deepEqual([row.sync_status, row.sync_end_time, row.courses_processed], ['completed', ended_at, 1])
    const calls = store.calls.length
    await nextSave()
    assert.equal(store.calls.length, calls, 'it does not go on once the end is written')
  })

  it('at the end, until the monitor closes: it tries once more', async () => {
    const { monitor, sync, store, rowOf } = await startedSync(open)
    store.fail('finishSync')
    await sync.completeFailure('The export is missing.')
    store.mend()
    await monitor.close()
    const { sync_status, error_message } = await rowOf(sync)
    assert.deepEqual([sync_status, error_message], ['failed', 'The export is missing.'])
  })

  it('all the time: the job sees neither that nor anything else', async () => {
    const { monitor, store, logs } = await open()
    store.fail('startSync', 'saveProgress', 'saveCourseOutcome', 'finishSync')
    const value = await monitor.track({}, async (sync) => {
      sync.recordCourse()
      await sync.course('7', async () => {})
      return 'done'
    })
    assert.equal(value, 'done')
    const own = new Error('mine')
    await assert.rejects(
      monitor.track({}, () => Promise.reject(own)),
      (thrown) => thrown === own,
    )
    await monitor.close()
    assert.equal(logs.events('operations').filter((line) => line['event'] === 'course_finished').length, 1)
    assert.ok((await monitor.health()).store_failures > 0)
  })
})

describe('a store that hangs', () => {
  it('keeps no record… call waiting, and the end waits for it alone', async () => {
    const { sync, store, clock, rowOf } = await startedSync(open)
    const release = store.hold('saveProgress', 'finishSync')
    sync.recordCourse()
    clock.advance(1000)
    for (let call = 0; call < 100; call++) sync.recordAssignment({ created: true })
    clock.advance(5000)
    assert.equal(store.calls.filter((name) => name === 'saveProgress').length, 1, 'no two saves at once')
    let ended = false
    const ending = sync.completeSuccess().then((record) => {
      ended = true
      return record
    })
    await nextTurn()
    assert.equal(ended, false)
    assert.equal(sync.finished, true)
    release()
    assert.equal((await ending).assignments.created, 100)
    assert.equal((await rowOf(sync)).assignments_created, 100)
  })

  it('for a while gets what was recorded meanwhile with the next save, though nothing has changed since', async () => {
    const { sync, store, clock, rowOf, nextSave } = await startedSync(open)
    const release = store.hold('saveProgress')
    sync.recordCourse()
    clock.advance(1000)
    sync.recordGrade({ updated: 9 })
    clock.advance(1000)
    release()
    await store.quiet()
    await nextSave()
    const row = await rowOf(sync)
    assert.deepEqual([row.courses_processed, row.grades_updated], [1, 9])
  })
})

describe('a running sync', () => {
  it('is saved once a second while something changes, and left alone while nothing does', async () => {
    const { sync, store, nextSave } = await startedSync(open)
    const saves = (): number => store.calls.filter((name) => name === 'saveProgress').length
    await nextSave()
    assert.equal(saves(), 0)
    sync.recordCourse()
    sync.recordCourse()
    await nextSave()
    assert.equal(saves(), 1)
    await nextSave()
    assert.equal(saves(), 1)
    await sync.completeSuccess()
    await nextSave()
    assert.equal(saves(), 1)
  })

  it('is saved as often as asked for', async () => {
    const { monitor, store, clock } = await open({ saveIntervalMs: 200 })
    const sync = await monitor.startSync()
    for (let save = 0; save < 3; save++) {
      sync.recordCourse()
      clock.advance(200)
      await store.quiet()
    }
    assert.equal(store.calls.filter((name) => name === 'saveProgress').length, 3)
  })
})
