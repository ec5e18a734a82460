import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JobPlace } from './support/job-place.ts'

test('the plain example: it succeeds, fails, is asked to end, and is killed', async () => {
  const place = await JobPlace.make()
  assert.equal(await place.run('plain.ts').end, 0)
  place.canvas.mood = 'refuses'
  assert.equal(await place.run('plain.ts').end, 1)
  place.canvas.mood = 'holds'
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const run = place.run('plain.ts')
    await place.canvas.held()
    run.kill(signal)
    assert.equal(await run.end, signal === 'SIGTERM' ? 143 : 'SIGKILL')
    await place.canvas.idle()
  }
  place.canvas.mood = 'answers'
  assert.equal(await place.run('plain.ts').end, 0)
  const rows = await place.ended(5)
  assert.deepEqual(
    rows.map((row) => [row.sync_status, row.courses_updated]),
    [
      ['completed', 2],
      ['failed', 0],
      ['cancelled', 0],
      ['lost', 0],
      ['completed', 2],
    ],
  )
  assert.ok(
    rows.every(
      ({ sync_type, user_id, trigger }) => `${sync_type} ${user_id} ${trigger}` === 'nightly 42 cron',
    ),
  )
})
