import assert from 'node:assert/strict'
import { appendFileSync, readdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { LiveFile } from '../../../src/logs/writing/live-file.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from './log-directory.ts'
import { hookSystemCall, systemError } from './system-call-hook.ts'

interface Setting {
  readonly live: LiveFile
  readonly path: string
  readonly clock: FakeClock
  readonly failures: unknown[]
  readonly append: (text: string) => number
  readonly text: () => string
}

function openLive(t: TestContext, max_bytes = 4096): Setting {
  const path = join(temporaryDirectory(t), 'operations.log')
  const clock = new FakeClock()
  const failures: unknown[] = []
  const onFailure = (error: unknown): void => void failures.push(error)
  const live = new LiveFile({ path, max_bytes, backups: 100, clock, onFailure })
  t.after(() => live.close())
  const append = (text: string): number => live.append(Buffer.from(text), false)
  return { live, path, clock, failures, append, text: () => readFileSync(path, 'utf8') }
}

/** Acts once, right before the next write. */
function beforeNextWrite(t: TestContext, act: () => void): void {
  let acted = false
  hookSystemCall(t, 'writeSync', () => {
    if (acted) return
    acted = true
    act()
  })
}

test('lines whose file is rotated and archived in the instant before the write are written again', (t) => {
  const { path, append, text } = openLive(t)
  append('{"seq":1}\n')
  beforeNextWrite(t, () => renameSync(path, `${path}.000001-00000000`))
  assert.equal(append('{"seq":2}\n'), 10)
  assert.equal(text(), '{"seq":2}\n')
})

test('lines whose file is deleted in the instant before the write are written again', (t) => {
  const { path, append, text } = openLive(t)
  append('{"seq":1}\n')
  beforeNextWrite(t, () => unlinkSync(path))
  append('{"seq":2}\n')
  assert.equal(text(), '{"seq":2}\n')
})

test('a torn piece that another process leaves in the instant before the write is blanked, not joined', (t) => {
  const { path, append, text } = openLive(t)
  append('{"seq":1}\n')
  beforeNextWrite(t, () => appendFileSync(path, '{"other":1}\n{"oth'))
  append('{"seq":2}\n')
  assert.equal(text(), '{"seq":1}\n{"other":1}\n    \n{"seq":2}\n')
})

test('lines of others between the look and the write are neither touched nor counted as ours', (t) => {
  const { path, append, text } = openLive(t)
  append('{"seq":1}\n')
  beforeNextWrite(t, () => appendFileSync(path, '{"other":1}\n'))
  assert.equal(append('{"seq":2}\n'), 10)
  append('{"seq":3}\n')
  assert.equal(text(), '{"seq":1}\n{"other":1}\n{"seq":2}\n{"seq":3}\n')
})

test('a file that another process rotates while we take the lock is not rotated again', (t) => {
  const { live, path, append, text } = openLive(t)
  append(`{"x":"${'x'.repeat(4080)}"}\n`)
  let rotated = false
  hookSystemCall(t, 'openSync', (file) => {
    if (rotated || !String(file).endsWith('.lock')) return
    rotated = true
    renameSync(path, `${path}.000001-00000000`)
    writeFileSync(path, '{"other":1}\n')
  })
  append('{"seq":2}\n')
  assert.equal(rotated, true)
  assert.equal(live.rotations, 0)
  assert.equal(text(), '{"other":1}\n{"seq":2}\n')
})

test('when renaming fails the file grows instead, and the rename is tried again a second later', (t) => {
  const { live, path, clock, failures, append } = openLive(t)
  let renames = 0
  hookSystemCall(t, 'renameSync', () => {
    renames++
    if (renames === 1) throw systemError('EACCES')
  })
  const long = `{"x":"${'x'.repeat(3000)}"}\n`
  for (let line = 0; line < 4; line++) append(long)
  assert.equal(failures.length, 1)
  assert.equal(readFileSync(path).length, long.length * 4)
  clock.advance(1000)
  append(long)
  assert.equal(live.rotations, 1)
  assert.deepEqual(readdirSync(join(path, '..')).length, 2)
})
