import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { SyncRow } from '../../src/core/sync-record.ts'
import { JobPlace, soon } from './support/job-place.ts'

const EVERY_SECOND = { CRON: '* * * * * *' }

suite('jobs of schedulers in the process', { concurrency: true }, () => {
  for (const name of ['croner', 'node-cron']) {
    test(`the example for ${name}: runs that succeed, fail, are left out, are killed, and end on SIGTERM`, async () => {
      const place = await JobPlace.make()
      const newest = (wanted: (row: SyncRow) => boolean): Promise<SyncRow> =>
        soon(async () => (await place.syncs()).findLast(wanted) ?? null)
      const first = place.run(`${name}.ts`, EVERY_SECOND)
      const done = await newest(({ sync_status }) => sync_status === 'completed')
      assert.deepEqual(
        [done.sync_type, done.trigger, done.courses_updated, done.error_message],
        ['nightly', name, 2, null],
      )
      assert.match(done.sync_task_id, /^nightly:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/)
      const declared = await soon(() => place.store.schedules.find('nightly'))
      assert.deepEqual(
        [declared.sync_type, declared.times],
        ['nightly', { kind: 'cron', cron: '* * * * *', time_zone: 'Europe/Zurich' }],
      )

      place.canvas.mood = 'refuses'
      const failed = await newest(({ sync_status }) => sync_status === 'failed')
      assert.equal(failed.error_type, 'token_invalid')

      place.canvas.mood = 'holds'
      await place.canvas.held()
      const left_out = await newest(({ sync_status }) => sync_status === 'cancelled')
      assert.equal(left_out.error_message, 'The run before it still went on.')
      const [running, ...more] = (await place.syncs()).filter((row) => row.sync_status === 'in_progress')
      assert.equal(more.length, 0, 'one at a time')
      first.kill('SIGKILL')
      await first.end

      place.canvas.mood = 'answers'
      const second = place.run(`${name}.ts`, EVERY_SECOND)
      const after = await newest(
        ({ id, sync_status }) => id > (running?.id ?? 0) && sync_status === 'completed',
      )
      const was = (await place.syncs()).find(({ id }) => id === running?.id)
      assert.equal(was?.sync_status, 'lost')

      place.canvas.mood = 'holds'
      await place.canvas.held()
      second.kill('SIGTERM')
      place.canvas.release()
      assert.equal(await second.end, 0)
      const last = await newest(({ courses_updated }) => courses_updated > 0)
      assert.ok(last.id > after.id)
      assert.equal(last.sync_status, 'completed')
    })
  }

  test('asked a second time to end, a worker waits no longer: what runs is cancelled', async () => {
    const place = await JobPlace.make()
    place.canvas.mood = 'holds'
    const worker = place.run('croner.ts', EVERY_SECOND)
    await place.canvas.held()
    worker.kill('SIGTERM')
    worker.kill('SIGINT')
    // Which of the two is delivered first is the system's to choose.
    const code = await worker.end
    assert.ok(code === 143 || code === 130, String(code))
    const rows = await place.ended(1)
    assert.equal(rows[0]?.error_message, 'The monitor was closed while the sync ran.')
  })
})
