import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UNEXPECTEDLY_EMPTY } from '../../src/core/unexpected-empty.ts'
import type { SyncRecord } from '../../src/core/sync-record.ts'
import type { Sync, SyncOptions } from '../../src/tracker/types.ts'
import { syncFinish } from '../support/sync-factory.ts'
import { trackings, type Tracking } from './support/tracking.ts'

const open = trackings()
const readSomething = (sync: Sync): void => sync.recordGrade({ updated: 31 })

/** A job of its own that has read something in each of three syncs. */
async function readThrice(tracking: Tracking, syncType: string): Promise<void> {
  for (let time = 0; time < 3; time++) {
    await tracking.monitor.track({ syncType }, async (sync) => readSomething(sync))
    tracking.clock.advance(60_000)
  }
}

const started = (tracking: Tracking, options: SyncOptions): Promise<Sync> =>
  tracking.monitor.startSync({ taskId: `${options.syncType} last`, ...options })

const endLines = ({ logs }: Tracking, { taskId }: Sync): unknown[] =>
  [...logs.events('operations'), ...logs.events('errors')]
    .filter((line) => line['task_id'] === taskId && line['event'] !== 'sync_started')
    .map((line) => line['event'])

const saidOf = ({ sync_status: status, error_type, error_message }: SyncRecord) => ({
  status,
  error_type,
  error_message,
})

describe('a job that read nothing where it used to read something', () => {
  it('has failed: its record, its row and its lines say so, and what to do', async () => {
    const tracking = await open()
    await readThrice(tracking, 'grown empty')
    const sync = await started(tracking, { syncType: 'grown empty' })
    const record = await sync.completeSuccess()
    assert.deepEqual(saidOf(record), UNEXPECTEDLY_EMPTY)
    assert.deepEqual(saidOf(sync.toJSON()), UNEXPECTEDLY_EMPTY)
    const row = await tracking.rowOf(sync)
    assert.deepEqual([row.sync_status, row.error_type], ['failed', 'unexpected_empty'])
    assert.deepEqual(endLines(tracking, sync), ['sync_failed', 'sync_failed'])
    const [line] = tracking.logs.events('errors')
    assert.equal(line?.['message'], UNEXPECTEDLY_EMPTY.error_message)
    assert.match(String(line['next_step']), /mayBeEmpty/)
  })

  it('is completed when it may be empty, has courses, or never read anything', async () => {
    const tracking = await open()
    await readThrice(tracking, 'allowed')
    const allowed = await started(tracking, { syncType: 'allowed', mayBeEmpty: true })
    assert.equal((await allowed.completeSuccess()).sync_status, 'completed')
    assert.deepEqual(endLines(tracking, allowed), ['sync_completed'])
    await readThrice(tracking, 'courses')
    const courses = await started(tracking, { syncType: 'courses' })
    await courses.course(101, async () => {})
    assert.equal((await courses.completeSuccess()).sync_status, 'completed')
    for (let time = 0; time < 5; time++) {
      const nothing = await started(tracking, { syncType: 'nothing', taskId: `nothing ${time}` })
      assert.equal((await nothing.completeSuccess()).sync_status, 'completed')
      assert.deepEqual(endLines(tracking, nothing), ['sync_completed'])
    }
  })

  it('returns what its work returned: nobody has thrown anything', async () => {
    const tracking = await open()
    await readThrice(tracking, 'returns')
    assert.equal(await tracking.monitor.track({ syncType: 'returns', taskId: 'returned' }, async () => 7), 7)
    assert.equal((await tracking.rowOf({ taskId: 'returned' })).sync_status, 'failed')
  })

  it('is told once more when the store was away at the end and judges it later', async () => {
    const tracking = await open()
    await readThrice(tracking, 'away')
    const sync = await started(tracking, { syncType: 'away' })
    tracking.store.fail('finishSync')
    assert.equal((await sync.completeSuccess()).sync_status, 'completed')
    assert.deepEqual(endLines(tracking, sync), ['sync_completed'])
    tracking.store.mend()
    await tracking.nextSave()
    assert.equal((await tracking.rowOf(sync)).sync_status, 'failed')
    assert.deepEqual(saidOf(sync.toJSON()), UNEXPECTEDLY_EMPTY)
    assert.deepEqual(endLines(tracking, sync), ['sync_completed', 'sync_failed', 'sync_failed'])
  })

  it('is told in the same way when the answer of the store was lost', async () => {
    const tracking = await open()
    await readThrice(tracking, 'unheard')
    const sync = await started(tracking, { syncType: 'unheard' })
    const { syncs } = tracking.store
    // As a connection that breaks between the commit and its answer.
    await syncs.finishSync(sync.id ?? 0, syncFinish({ finished_at: tracking.clock.now() }))
    assert.deepEqual(saidOf(await sync.completeSuccess()), UNEXPECTEDLY_EMPTY)
    assert.deepEqual(endLines(tracking, sync), ['sync_failed', 'sync_failed'])
  })
})
