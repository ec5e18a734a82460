import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { withUniversity } from './support/synced-university.ts'

const directory = temporaryDirectory()

test('the engine judges by what its lists have shown, not by what a job of the same name has recorded before', () =>
  withUniversity(directory, {}, async ({ monitor, sync, clock }) => {
    for (let time = 0; time < 3; time++) {
      await monitor.track({ syncType: 'all' }, async (job) => job.recordCourse({ created: 12 }))
      clock.advance(60_000)
    }
    // An administrator without courses of its own.
    const record = await sync({ account: null, full: true })
    assert.deepEqual([record.sync_status, record.courses.processed], ['completed', 0])
    const job = await monitor.startSync({ syncType: 'all' })
    assert.equal((await job.completeSuccess()).sync_status, 'completed', 'the newest read nothing')
  }))
