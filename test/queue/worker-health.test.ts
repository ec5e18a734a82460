import assert from 'node:assert/strict'
import { test } from 'node:test'
import { workerHealth } from '../../src/queue/worker-health.ts'

const WELL = { looked_ms_ago: 1000, answered_ms_ago: 2000, draining: false }

test('a worker that looks and is answered takes syncs', () => {
  assert.deepEqual(workerHealth(WELL), { live: true, ready: true, error: null })
})

test('one that has as many syncs as it may looks every minute, and is well', () => {
  assert.equal(workerHealth({ ...WELL, looked_ms_ago: 61_000 }).ready, true)
})

test('one whose database is away lives and is not ready', () => {
  for (const answered_ms_ago of [null, 30_001]) {
    assert.deepEqual(workerHealth({ ...WELL, answered_ms_ago }), {
      live: true,
      ready: false,
      error: 'The database does not answer.',
    })
  }
})

test('one that has not looked for five minutes is stuck, though its database answers', () => {
  assert.equal(workerHealth({ ...WELL, looked_ms_ago: 300_000 }).live, true)
  assert.deepEqual(workerHealth({ ...WELL, looked_ms_ago: 300_001 }), {
    live: false,
    ready: false,
    error: 'The worker is stuck.',
  })
})

test('one that is stopping lives for as long as that takes', () => {
  assert.deepEqual(workerHealth({ looked_ms_ago: 3_600_000, answered_ms_ago: null, draining: true }), {
    live: true,
    ready: false,
    error: 'The worker is stopping.',
  })
})
