import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { QueueStatus, SourceStatus, WorkerStatus } from '../../../../src/queue/queue-status.ts'
import {
  isUsed,
  orderedSources,
  orderedWorkers,
  queueProblem,
} from '../../../../dashboard/src/system/queue-words.ts'

const source = (name: string, queued: number, workers: number): SourceStatus => ({
  source: name,
  queued,
  running: 0,
  oldest_waiting_ms: null,
  workers,
})
const worker = (id: string, state: WorkerStatus['state'], minute: number): WorkerStatus => ({
  id,
  host: 'here',
  pid: 7,
  version: '1',
  state,
  concurrency: 2,
  running: 0,
  started_at: '2026-11-22T10:00:00.000Z',
  heartbeat_at: `2026-11-22T10:${minute}:00.000Z`,
})
const status = (sources: readonly SourceStatus[], workers: readonly WorkerStatus[] = []): QueueStatus => ({
  queued: 0,
  running: 0,
  oldest_waiting_ms: null,
  sources,
  workers,
})

test('a problem is what waits while no living worker has its source, and nothing else', () => {
  const table: readonly (readonly [SourceStatus[], string | null])[] = [
    [[], null],
    [[source('law', 3, 1)], null],
    [[source('law', 0, 0)], null],
    [[source('law', 1, 0)], '1 sync of law waits, and no living worker has that source.'],
    [
      [source('arts', 9, 2), source('law', 3, 0)],
      '3 syncs of law wait, and no living worker has that source.',
    ],
    [
      [source('arts', 1, 0), source('law', 3, 0)],
      '4 syncs of 2 sources wait, and no living worker has these sources.',
    ],
  ]
  for (const [sources, words] of table) assert.equal(queueProblem(status(sources))?.words ?? null, words)
  const problem = queueProblem(status([source('arts', 1, 2), source('law', 3, 0)]))
  assert.equal(problem?.command, 'canvas-sync-monitor worker --source law')
})

test('sources that nobody takes stand first, and workers that died last, the newest of them before the others', () => {
  const sources = [source('arts', 1, 1), source('law', 1, 0), source('maths', 0, 0)]
  assert.deepEqual(
    orderedSources(status(sources)).map((each) => each.source),
    ['law', 'arts', 'maths'],
  )
  const workers = [
    worker('long dead', 'silent', 10),
    worker('one', 'working', 30),
    worker('just died', 'silent', 20),
    worker('two', 'draining', 31),
  ]
  assert.deepEqual(
    orderedWorkers(status([], workers)).map(({ id }) => id),
    ['one', 'two', 'just died', 'long dead'],
  )
})

test('a queue is used while something is in it, or a worker is known', () => {
  assert.equal(isUsed(status([])), false)
  assert.equal(isUsed(status([source('law', 0, 0)])), true)
  assert.equal(isUsed(status([], [worker('one', 'silent', 10)])), true)
})
