import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { PATIENCE } from '../support/patience.ts'
import { assertExplained, assertNoEscapes, assertNoStack } from './support/assert-explained.ts'
import { WITHOUT_CACHE } from './support/run-cli.ts'
import { WorkPlace } from './support/work-place.ts'

interface Summary {
  readonly total_syncs: number
  readonly successful_syncs: number
  readonly unique_users: number
}

test('within 5 seconds the demo answers with syncs that agree with its database; Ctrl-C ends it with 130', async () => {
  const place = new WorkPlace()
  const started = performance.now()
  const cli = place.start(['demo', '--port', '0', '--json'], { environment: WITHOUT_CACHE })
  const [line] = await cli.shows('stdout', /.*\n/)
  const { url } = JSON.parse(line) as { url: string }
  const countSyncs = (): number => place.rows('select id from canvas_sync_metrics').length

  let summary: Summary
  let before: number
  do {
    await pause(50)
    before = countSyncs()
    const answer = await fetch(`${url}/api/canvas/metrics/summary`)
    assert.equal(answer.status, 200)
    summary = (await answer.json()) as Summary
  } while (summary.successful_syncs === 0 && performance.now() - started < 5000 * PATIENCE)
  assert.ok(summary.successful_syncs > 0, 'no sync within 5 seconds')
  assert.ok(before <= summary.total_syncs && summary.total_syncs <= countSyncs())
  assert.ok(summary.successful_syncs >= 1 && summary.unique_users >= 1)
  const recent = (await (await fetch(`${url}/api/canvas/metrics/recent`)).json()) as {
    syncs: { sync_task_id: string }[]
  }
  const task_ids = new Set(
    place.rows('select sync_task_id from canvas_sync_metrics').map((row) => row['sync_task_id']),
  )
  for (const { sync_task_id } of recent.syncs) assert.ok(task_ids.has(sync_task_id))

  const pressed = performance.now()
  cli.child.kill('SIGINT')
  const result = await cli.result
  assert.ok(performance.now() - pressed < 2000 * PATIENCE, `took ${performance.now() - pressed} ms to stop`)
  assert.equal(result.code, 130, result.stderr)
  assertNoStack(result)
  assertNoEscapes(result.stderr)
  assert.equal(result.stdout, line)
  assert.match(result.stderr, /watches a simulated Canvas at http:\/\/127\.0\.0\.1:\d+/)
  assert.match(result.stderr, new RegExp(`curl ${url}/api/canvas/metrics/summary`))
  assert.match(result.stderr, new RegExp(`curl -N ${url}/api/canvas/metrics/events`))
  assert.match(result.stderr, new RegExp(`${url}/docs`))
  const open = place.rows("select * from canvas_sync_metrics where sync_status = 'in_progress'")
  assert.deepEqual(open, [])
})

test('half a real Canvas is explained before anything starts', async () => {
  const place = new WorkPlace()
  const environment = { CANVAS_BASE_URL: 'https://canvas.example.edu' }
  assertExplained(await place.run(['demo', '--port', '0'], { environment }), {
    code: 2,
    sentence: /CANVAS_ACCESS_TOKEN is not set/,
    next: /Set both/,
  })
})

test('a real Canvas over http is refused before anything starts', async () => {
  const place = new WorkPlace()
  const environment = { CANVAS_BASE_URL: 'http://canvas.example.edu', CANVAS_ACCESS_TOKEN: 'S3cret' }
  assertExplained(await place.run(['demo', '--port', '0'], { environment }), {
    code: 2,
    sentence: /travel unencrypted/,
    secrets: ['S3cret'],
  })
})
