import assert from 'node:assert/strict'
import { readFileSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { CleanupLock } from '../../../src/logs/cleanup/cleanup-lock.ts'
import { pidSpace, processStart } from '../../../src/logs/directory/process-identity.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from '../writing/log-directory.ts'

const HOUR_S = 3600
const parent = `${process.ppid} ${processStart(process.ppid)} ${pidSpace()} nonce`

function plant(directory: string, content: string, clock: FakeClock, age_s = 0): string {
  const path = join(directory, '.cleanup.lock')
  writeFileSync(path, content)
  const modified_s = clock.now() / 1000 - age_s
  utimesSync(path, modified_s, modified_s)
  return path
}

const stale: readonly [string, string, number][] = [
  ['a dead process', `2147483647 1 ${pidSpace()} nonce task-1\n`, 0],
  ['a pid that belongs to another process by now', `${process.ppid} 1 ${pidSpace()} nonce task-1\n`, 0],
  ['our own pid from an earlier life', `${process.pid} 1 ${pidSpace()} nonce task-1\n`, 0],
  ['nobody it names', '', 61],
  ['another host, silent for an hour', '1 1 elsewhere nonce task-1\n', HOUR_S],
]
for (const [holder, content, age_s] of stale) {
  test(`a clean-up lock left by ${holder} is taken over`, (t) => {
    const directory = temporaryDirectory(t)
    const clock = new FakeClock()
    const path = plant(directory, content, clock, age_s)
    const lock = new CleanupLock(path, clock)
    assert.equal(lock.tryAcquire('task-2'), undefined)
    assert.match(readFileSync(path, 'utf8'), new RegExp(`^${process.pid} .* task-2\\n$`))
    assert.deepEqual(readdirSync(directory), ['.cleanup.lock'])
    lock.release()
    assert.deepEqual(readdirSync(directory), [])
  })
}

const held: readonly [string, string, number, string][] = [
  ['a living process, however old', `${parent} task-1\n`, 1000 * HOUR_S, 'task-1'],
  ['nobody it names, but new', '', 59, 'unknown'],
  ['another host', '1 1 elsewhere nonce task-1\n', HOUR_S - 1, 'task-1'],
]
for (const [holder, content, age_s, task_id] of held) {
  test(`a clean-up lock of ${holder} is respected`, (t) => {
    const directory = temporaryDirectory(t)
    const clock = new FakeClock()
    const path = plant(directory, content, clock, age_s)
    const lock = new CleanupLock(path, clock)
    assert.equal(lock.tryAcquire('task-2'), task_id)
    lock.touch()
    lock.release()
    assert.equal(readFileSync(path, 'utf8'), content)
  })
}

test('a link in place of the clean-up lock is not followed, and removed when it is old', (t) => {
  const directory = temporaryDirectory(t)
  const outside = join(temporaryDirectory(t), 'outside')
  const path = join(directory, '.cleanup.lock')
  writeFileSync(outside, 'x')
  symlinkSync(outside, path)
  const lock = new CleanupLock(path, new FakeClock({ start: '2099-01-01T00:00:00.000Z' }))
  assert.equal(lock.tryAcquire('task-2'), undefined)
  assert.equal(readFileSync(outside, 'utf8'), 'x')
})

test('a holder that says it is alive is not taken over from another host', (t) => {
  const directory = temporaryDirectory(t)
  const clock = new FakeClock()
  const path = join(directory, '.cleanup.lock')
  const lock = new CleanupLock(path, clock)
  lock.tryAcquire('task-1')
  clock.advance(2 * HOUR_S * 1000)
  lock.touch()
  const content = readFileSync(path, 'utf8')
  assert.equal(new CleanupLock(path, clock).tryAcquire('task-2'), 'task-1')
  assert.equal(readFileSync(path, 'utf8'), content)
})
