import assert from 'node:assert/strict'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import test, { type TestContext } from 'node:test'
import { openFileLogWriter } from '../../../src/logs/writing/file-log-writer.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { logEvent } from './log-event-factory.ts'
import { streamLines, temporaryDirectory } from './log-directory.ts'
import { hookSystemCall, systemError } from './system-call-hook.ts'

/** Replaces fdatasync by one that is done when the test says so. */
function heldSyncs(t: TestContext): { descriptor: number; done: (error?: Error) => void }[] {
  const syncs: { descriptor: number; done: (error?: Error) => void }[] = []
  const mocked = t.mock.method(fs, 'fdatasync', (descriptor: number, done: (error?: Error) => void) => {
    syncs.push({ descriptor, done })
  })
  syncBuiltinESMExports()
  t.after(() => {
    mocked.mock.restore()
    syncBuiltinESMExports()
  })
  return syncs
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const turn = new Promise((resolve) => setImmediate(resolve, 'turn'))
  return (await Promise.race([promise, turn])) === 'turn'
}

test('flush waits until ERROR lines are on the disk, and other lines cost no sync', async (t) => {
  const syncs = heldSyncs(t)
  await using writer = openFileLogWriter({ directory: temporaryDirectory(t), clock: new FakeClock() })
  writer.write('operations', logEvent())
  await writer.flush()
  assert.equal(syncs.length, 0)
  writer.write('errors', logEvent({ level: 'ERROR' }))
  writer.write('errors', logEvent({ level: 'ERROR' }))
  writer.write('errors', logEvent({ level: 'ERROR' }))
  const flushed = writer.flush()
  assert.equal(syncs.length, 1)
  syncs[0]?.done()
  assert.equal(syncs.length, 2, 'one more sync serves all lines written during the first')
  assert.equal(await isPending(flushed), true)
  syncs[1]?.done()
  await flushed
})

test('a file that is rotated during its sync is closed after the sync, not under it', async (t) => {
  const directory = temporaryDirectory(t)
  const syncs = heldSyncs(t)
  const closed: unknown[] = []
  hookSystemCall(t, 'closeSync', (descriptor) => closed.push(descriptor))
  const streams = { errors: { max_bytes: 4096 } }
  await using writer = openFileLogWriter({ directory, clock: new FakeClock(), streams })
  writer.write('errors', logEvent({ level: 'ERROR' }))
  const first = syncs[0]?.descriptor
  for (let line = 0; line < 30; line++) writer.write('errors', logEvent())
  const flushed = writer.flush()
  assert.ok(writer.health.rotations > 0)
  assert.equal(closed.includes(first), false)
  assert.equal(await isPending(flushed), true, 'flush also waits for the file that was rotated away')
  syncs[0]?.done()
  await flushed
  assert.equal(closed.includes(first), true)
})

test('a sync that fails is told in the health and holds nobody up', async (t) => {
  const syncs = heldSyncs(t)
  await using writer = openFileLogWriter({ directory: temporaryDirectory(t), clock: new FakeClock() })
  writer.write('errors', logEvent({ level: 'ERROR' }))
  syncs[0]?.done(systemError('EIO'))
  await writer.flush()
  assert.equal(writer.health.last_error?.code, 'EIO')
})

for (const code of ['EIO', 'EROFS', 'ENOSPC', 'EACCES', 'EFBIG', 'EDQUOT']) {
  test(`while writes fail with ${code} they are tried less and less often, and all lines arrive afterwards`, async (t) => {
    const directory = temporaryDirectory(t)
    const clock = new FakeClock()
    await using writer = openFileLogWriter({ directory, clock })
    let attempts = 0
    let broken = true
    hookSystemCall(t, 'writeSync', () => {
      attempts++
      if (broken) throw systemError(code)
    })
    for (let line = 0; line < 50; line++) {
      writer.write('operations', logEvent({ level: line % 7 === 0 ? 'ERROR' : 'INFO' }))
    }
    clock.advance(10_000)
    assert.ok(attempts < 60, `${attempts} attempts`)
    assert.equal(writer.health.last_error?.code, code)
    assert.equal(writer.health.streams.operations.pending_lines, 50)
    broken = false
    clock.advance(1000)
    assert.equal(writer.health.pending_lines, 0)
    assert.equal(writer.health.lines_dropped, 0)
    assert.equal(streamLines(directory, 'operations').length, 50)
    assert.equal(streamLines(directory, 'errors').length, 8)
  })
}

test('one stream that cannot be written does not hold up the others', async (t) => {
  const directory = temporaryDirectory(t)
  const clock = new FakeClock()
  await using writer = openFileLogWriter({ directory, clock })
  fs.unlinkSync(`${directory}/operations.log`)
  fs.mkdirSync(`${directory}/operations.log`)
  writer.write('operations', logEvent())
  writer.write('progress', logEvent())
  await writer.flush()
  assert.equal(streamLines(directory, 'progress').length, 1)
  assert.equal(writer.health.streams.operations.pending_lines, 1)
})
