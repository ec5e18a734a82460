import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startedSync, trackings } from './support/tracking.ts'

const open = trackings()

describe('the percentage', () => {
  it('never falls, and stays between 0 and 100', async () => {
    const { sync } = await startedSync(open)
    const seen = [-5, 10, 5, null, 60, 59.9, 1000, 3].map((percent) => {
      sync.progress({ percent })
      return sync.toJSON().progress.percent
    })
    assert.deepEqual(seen, [0, 10, 10, 10, 60, 60, 100, 100])
  })

  it('is unknown until somebody says it', async () => {
    const { sync, logs } = await startedSync(open)
    sync.progress({ current: 'Reading courses' })
    assert.deepEqual(sync.toJSON().progress, { percent: null, current: 'Reading courses' })
    assert.partialDeepStrictEqual(logs.events('progress')[0], { percent: null, message: 'Reading courses.' })
  })

  it('is 100 when all is done, and stays where it was when it is not', async () => {
    const { monitor } = await open()
    const [done, stopped] = [await monitor.startSync(), await monitor.startSync()]
    stopped.progress({ percent: 40 })
    assert.equal((await done.completeSuccess()).progress.percent, 100)
    assert.equal((await stopped.cancel()).progress.percent, 40)
  })
})

describe('what a sync can be told besides counts', () => {
  it('is in the record at once and in the row with the next save', async () => {
    const { sync, nextSave, rowOf } = await startedSync(open, { metadata: { site: 'north' }, chunkSize: 5 })
    sync.setTargetCourse(101)
    sync.setIncremental(true)
    sync.setChunkSize(10)
    sync.addMetadata({ job: { version: '1.2' }, site: 'south' })
    await sync.setSource(3, 'all self').catch(() => undefined)
    assert.partialDeepStrictEqual(sync.toJSON(), {
      target_course_id: 101,
      incremental_sync: true,
      chunk_size: 10,
      metadata: { site: 'south', job: { version: '1.2' } },
    })
    await nextSave()
    assert.partialDeepStrictEqual(await rowOf(sync), {
      target_course_id: '101',
      incremental_sync: true,
      chunk_size: 10,
      sync_metadata: { site: 'south', job: { version: '1.2' } },
    })
    sync.setTargetCourse(null)
    sync.setChunkSize(null)
    await nextSave()
    assert.partialDeepStrictEqual(await rowOf(sync), { target_course_id: null, chunk_size: null })
  })

  it('is the record that was promised, at the start, on the way and at the end', async () => {
    const { sync, clock } = await startedSync(open, {
      taskId: 'abc123',
      userId: 42,
      chunkSize: 10,
      incremental: true,
    })
    const shape = (): Record<string, unknown> => JSON.parse(JSON.stringify(sync)) as Record<string, unknown>
    const nothing = { processed: 0, created: 0, updated: 0 }
    const start = {
      id: sync.id,
      sync_task_id: 'abc123',
      user_id: 42,
      sync_start_time: '2026-11-22T10:15:00.000Z',
      sync_end_time: null,
      total_duration_seconds: null,
      sync_status: 'in_progress',
      error_message: null,
      sync_type: 'all',
      target_course_id: null,
      courses: nothing,
      assignments: nothing,
      submissions: nothing,
      grades: { processed: 0, updated: 0 },
      api_metrics: { calls_made: 0, calls_failed: 0, total_duration_ms: 0, rate_limit_hits: 0 },
      database_metrics: { operations: 0, duration_ms: 0 },
      data_size_bytes: 0,
      incremental_sync: true,
      use_pagination: true,
      chunk_size: 10,
      metadata: null,
    }
    const keys = Object.keys(start)
    assert.partialDeepStrictEqual(shape(), start)
    assert.deepEqual(Object.keys(shape()).slice(0, keys.length), keys)

    sync.recordCourse({ processed: 25, created: 2, updated: 23 })
    sync.recordDbOperation({ operation: 'sync', entity: 'courses', durationMs: 41.2 })
    clock.advance(210_500)
    const underway = {
      ...start,
      courses: { processed: 25, created: 2, updated: 23 },
      database_metrics: { operations: 1, duration_ms: 41.2 },
    }
    assert.partialDeepStrictEqual(shape(), underway)

    await sync.completeSuccess()
    assert.partialDeepStrictEqual(shape(), {
      ...underway,
      sync_status: 'completed',
      sync_end_time: '2026-11-22T10:18:30.500Z',
      total_duration_seconds: 210.5,
    })
    assert.deepEqual(Object.keys(shape()).slice(0, keys.length), keys)
  })
})
