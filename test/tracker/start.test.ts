import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { describe, it } from 'node:test'
import { isMonitorError } from '../../src/core/errors.ts'
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
        ['message', 'Sync started (courses).'],
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
