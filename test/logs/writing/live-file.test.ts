import assert from 'node:assert/strict'
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
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

test('a file that another process renames in the instant before our rename counts as rotated, and nothing failed', (t) => {
  const { live, path, failures, append, text } = openLive(t)
  const long = `{"x":"${'x'.repeat(4080)}"}\n`
  append(long)
  let renames = 0
  hookSystemCall(t, 'renameSync', () => {
    if (renames++ === 0) renameSync(path, `${path}.000001-00000000`)
  })
  assert.equal(append('{"seq":2}\n'), 10)
  assert.equal(text(), '{"seq":2}\n')
  assert.deepEqual(failures, [])
  append(long)
  append('{"seq":3}\n')
  assert.equal(live.rotations, 2, 'and the next rotations do not wait')
})

test('a line behind foreign bytes without an end, longer than any line, is written again by itself', (t) => {
  const { path, append, text } = openLive(t, 1_000_000)
  append('{"seq":1}\n')
  beforeNextWrite(t, () => appendFileSync(path, 'x'.repeat(70_000)))
  assert.equal(append('{"seq":2}\n'), 10)
  assert.ok(text().endsWith('\n{"seq":2}\n'))
})

test('lines behind a torn piece are written again where the file cannot be opened a second time', (t) => {
  const { path, append, text } = openLive(t)
  append('{"seq":1}\n')
  beforeNextWrite(t, () => appendFileSync(path, '{"oth'))
  let replaced = false
  hookSystemCall(t, 'openSync', (file) => {
    if (!String(file).startsWith('/proc/self/fd/')) return
    if (!replaced) {
      renameSync(path, `${path}.000001-00000000`)
      writeFileSync(path, '')
    }
    replaced = true
    throw systemError('ENOENT')
  })
  assert.equal(append('{"seq":2}\n'), 10)
  assert.equal(replaced, true)
  assert.ok(text().endsWith('{"seq":2}\n'))
  assert.equal(text().includes('oth'), false)
})

test('lines that cannot be found again after the write are written once more', (t) => {
  const { path, append, text } = openLive(t, 100_000_000)
  append('{"seq":1}\n')
  beforeNextWrite(t, () => appendFileSync(path, '{"other":1}\n'.repeat(500_000)))
  assert.equal(append('{"seq":2}\n'), 10)
  assert.ok(text().endsWith('{"seq":2}\n{"seq":2}\n'), 'behind more than is searched')
})

test('lines that are cut away with the file in the instant before they are looked for are written once more', (t) => {
  const { path, append, text } = openLive(t)
  append('{"seq":1}\n'.repeat(10))
  let looks = 0
  hookSystemCall(t, 'lstatSync', () => {
    if (++looks === 2) truncateSync(path)
  })
  assert.equal(append('{"seq":2}\n'), 10)
  assert.equal(text(), '{"seq":2}\n')
})

function backupOf(path: string): string {
  const directory = join(path, '..')
  return join(directory, readdirSync(directory).find((name) => name.startsWith('operations.log.0')) ?? '')
}

function backupText(path: string): string {
  return readFileSync(backupOf(path), 'utf8')
}

test('a torn piece at the end of the file is blanked when the file is rotated away behind it', (t) => {
  const { path, append } = openLive(t)
  append(`{"x":"${'x'.repeat(4080)}"}\n`)
  appendFileSync(path, '{"oth')
  append('{"seq":2}\n')
  assert.match(backupText(path), /\}\n {4}\n\n$/)
})

test('an append that is under way while the file is rotated is not taken for a torn piece', (t) => {
  const { path, append } = openLive(t)
  append(`{"x":"${'x'.repeat(4080)}"}\n`)
  appendFileSync(path, '{"oth')
  // The kernel lets our newline in only when the append is whole.
  hookSystemCall(t, 'writeSync', (_descriptor, bytes) => {
    if (bytes === '\n') appendFileSync(backupOf(path), 'er":1}\n')
  })
  append('{"seq":2}\n')
  assert.match(backupText(path), /\}\n\{"other":1\}\n\n$/)
})

test('a line that is finished between the look at the size and the rename is not taken for a torn piece', (t) => {
  const { path, append } = openLive(t)
  append(`{"x":"${'x'.repeat(4080)}"}\n`)
  appendFileSync(path, '{"a":1}')
  hookSystemCall(t, 'renameSync', () => appendFileSync(path, '\n'))
  append('{"seq":2}\n')
  assert.match(backupText(path), /\}\n\{"a":1\}\n$/)
})

test('a file that is rotated away before the sync that is wanted gets its sync too', async (t) => {
  const { live, append } = openLive(t)
  const synced: unknown[] = []
  hookSystemCall(t, 'fdatasync', (descriptor) => void synced.push(descriptor))
  const long = `{"x":"${'x'.repeat(4080)}"}\n`
  append(long)
  append(long)
  assert.equal(synced.length, 0, 'nobody wants one')
  live.wantSync()
  append(long)
  const { descriptor } = live.open().file
  append(long)
  live.requestSync()
  assert.equal(synced.length, 3, 'each file that got lines')
  assert.ok(synced.includes(descriptor))
  append(long)
  await live.synced()
  assert.equal(synced.length, 3)
})

test('backups that are deleted because there are too many are counted', (t) => {
  const path = join(temporaryDirectory(t), 'operations.log')
  const live = new LiveFile({
    path,
    max_bytes: 4096,
    backups: 2,
    clock: new FakeClock(),
    onFailure: () => {},
  })
  t.after(() => live.close())
  for (let line = 0; line < 6; line++) live.append(Buffer.from(`{"x":"${'x'.repeat(4080)}"}\n`), false)
  assert.deepEqual([live.rotations, live.backups_deleted], [5, 3])
})
