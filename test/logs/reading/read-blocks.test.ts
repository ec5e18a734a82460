import assert from 'node:assert/strict'
import { pbkdf2 } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import * as fc from '../../support/fast-check.ts'
import type { ByteRange } from '../../../src/logs/reading/log-source.ts'
import { readBlocks, readBlocksBackward } from '../../../src/logs/reading/read-blocks.ts'
import { UnreadableSourceError } from '../../../src/logs/reading/unreadable-source.ts'
import { addFile, collect, logFolder, onlySource, textOf, writeTar } from './log-folder.ts'

const hash = promisify(pbkdf2)
const SMALL = { block_bytes: 4096 }

/** The lines of a text that start in a range, each with where it starts. */
function linesIn(text: string, { from = 0, to = Infinity }: ByteRange): { offset: number; text: string }[] {
  const lines = []
  let offset = 0
  for (const line of text.split(/(?<=\n)/)) {
    if (offset >= from && offset < to && line !== '') lines.push({ offset, text: line })
    offset += line.length
  }
  return lines
}

function splitBlocks(
  blocks: readonly { offset: number; text: string }[],
): { offset: number; text: string }[] {
  return blocks.flatMap(({ offset, text }) =>
    linesIn(text, {}).map((line) => ({ ...line, offset: line.offset + offset })),
  )
}

const lengths = fc.array(
  fc.oneof({ weight: 9, arbitrary: fc.nat(300) }, { weight: 1, arbitrary: fc.nat(20_000) }),
  { maxLength: 60 },
)
/** Somewhere, or just before, at or behind the start of a line. */
const place = fc.option(fc.oneof(fc.nat(30_000), fc.tuple(fc.nat(60), fc.integer({ min: -1, max: 1 }))), {
  nil: undefined,
})

function placeIn(text: string, at: number | [number, number] | undefined): number | undefined {
  if (typeof at !== 'object') return at
  const start = linesIn(text, {})[at[0]]?.offset
  return start === undefined ? undefined : Math.max(0, start + at[1])
}

test('blocks in either direction hold exactly the lines that start in the range, whole and in order', async () => {
  const directory = logFolder({})
  await fc.assert(
    fc.asyncProperty(
      lengths,
      place,
      place,
      fc.boolean(),
      fc.boolean(),
      async (sizes, from, to, open, live) => {
        const whole = sizes.map((size, at) => `${String(at % 10).repeat(size)}\n`).join('')
        const text = `${whole}${open ? 'open line' : ''}`
        const name = live ? 'operations.log' : 'operations.log.1'
        writeFileSync(join(directory, name), text)
        const [start, end] = [placeIn(text, from), placeIn(text, to)]
        const range = { ...(start !== undefined && { from: start }), ...(end !== undefined && { to: end }) }
        const source = await onlySource(directory)
        const expected = linesIn(live ? whole : text, range)
        assert.deepEqual(splitBlocks(await collect(readBlocks(source, range, SMALL))), expected)
        const backward = await collect(readBlocksBackward(source, range, SMALL))
        assert.deepEqual(splitBlocks(backward.toReversed()), expected)
        rmSync(join(directory, name))
      },
    ),
    { numRuns: 150 },
  )
})

test('a compressed file and an archive give the same blocks as the file itself', async () => {
  const lines = Array.from({ length: 3000 }, (_, at) => `line ${at} ${'é'.repeat(at % 50)}\n`)
  const text = `${lines.join('')}last`
  const directory = logFolder({ 'errors.log.1': text, 'operations.log.1.gz': text })
  const plain = await collect(readBlocks(await onlySource(directory, 'errors'), {}, SMALL))
  const gzip = await collect(readBlocks(await onlySource(directory), {}, SMALL))
  assert.deepEqual(splitBlocks(gzip), splitBlocks(plain))
  addFile(directory, 'archives/progress_20261101_020000.tar.gz', text)
  const archive = await collect(readBlocks(await onlySource(directory, 'progress'), {}, SMALL))
  assert.deepEqual(splitBlocks(archive).slice(0, -1), splitBlocks(plain).slice(0, -1))
  const from = plain[2]?.offset ?? 0
  const range = { from: from + 1, to: from + 2000 }
  const part = await collect(readBlocks(await onlySource(directory), range, SMALL))
  assert.deepEqual(splitBlocks(part), linesIn(Buffer.from(text).toString('latin1'), range))
})

test('members of an archive follow one another, and a last line without newline stays a line', async () => {
  const directory = logFolder({ 'archives/operations_20261101_020000.tar.gz': '' })
  const path = join(directory, 'archives/operations_20261101_020000.tar.gz')
  writeTar(path, { 'operations.log.2': 'a\nb', 'operations.log.1': '', 'operations.log': 'c\n' })
  assert.equal(await textOf(readBlocks(await onlySource(directory))), 'a\nb\nc\n')
})

test('a gzip file of several parts is read to its end', async () => {
  const directory = logFolder({})
  writeFileSync(join(directory, 'errors.log.1.gz'), Buffer.concat([gzipSync('a\n'), gzipSync('b\n')]))
  assert.equal(await textOf(readBlocks(await onlySource(directory, 'errors'))), 'a\nb\n')
})

test('a damaged file gives the lines before the damage, and then says so', async () => {
  const text = Array.from({ length: 60_000 }, (_, at) => `line ${at} ${(at * 7919) % 10_007}\n`).join('')
  const packed = gzipSync(text)
  const torn = packed.subarray(0, packed.length >> 1)
  const flipped = Buffer.from(packed)
  flipped.fill(0xff, packed.length >> 1, (packed.length >> 1) + 64)
  for (const damaged of [torn, flipped]) {
    const directory = logFolder({})
    writeFileSync(join(directory, 'errors.log.1.gz'), damaged)
    let read = ''
    const reading = async (): Promise<void> => {
      for await (const { bytes } of readBlocks(await onlySource(directory, 'errors'))) {
        read += Buffer.from(bytes).toString()
      }
    }
    await assert.rejects(reading, (error) => {
      assert.ok(error instanceof UnreadableSourceError)
      assert.equal(error.source, 'errors.log.1.gz')
      assert.match(error.reason, /^its compressed data is damaged/)
      return true
    })
    assert.ok(read.length > text.length / 4, `${read.length} of ${text.length}`)
    assert.ok(text.startsWith(read.slice(0, text.length / 4)))
  }
})

test('a small file that expands without end is refused', async () => {
  const directory = logFolder({})
  writeFileSync(join(directory, 'errors.log.1.gz'), gzipSync(Buffer.alloc(80_000_000)))
  const reading = textOf(readBlocks(await onlySource(directory, 'errors')))
  await assert.rejects(reading, /expands to more than a log would/)
})

test('a line that fits no memory is given cut, and the lines around it are whole', async () => {
  const directory = logFolder({ 'errors.log.1': `before\n${'x'.repeat(40_000_000)}\nafter\n` })
  const source = await onlySource(directory, 'errors')
  const blocks = await collect(readBlocks(source, {}, SMALL))
  const cut = { offset: 7, text: 'x'.repeat(4096) }
  const after = { offset: 40_000_008, text: 'after\n' }
  assert.deepEqual(blocks, [{ offset: 0, text: 'before\n' }, cut, after])
  const backward = await collect(readBlocksBackward(source, {}, SMALL))
  assert.deepEqual(backward, [after, cut, { offset: 0, text: 'before\n' }])
})

test('what was listed is read, though it has been rotated since', async () => {
  const directory = logFolder({ 'operations.log': 'old\n' })
  const source = await onlySource(directory)
  renameSync(source.path, join(directory, 'operations.log.000001-0123abcd'))
  addFile(directory, 'operations.log', 'new\n')
  assert.equal(await textOf(readBlocks(source)), 'old\n')
  assert.equal(await textOf(readBlocksBackward(source)), 'old\n')
})

test('a rotated file that clean-up has archived since is read from its archives', async () => {
  const name = 'operations.log.000001-0123abcd'
  const directory = logFolder({ [name]: 'a\nb\n', 'archives/operations_20261101_020000.tar.gz': 'x\n' })
  const source = { ...(await onlySource(logFolder({ [name]: 'a\nb\n' }))), path: join(directory, name) }
  rmSync(source.path)
  writeTar(join(directory, 'archives/operations_20261122_020000.tar.gz'), { [name]: 'a\nb\n' })
  writeTar(join(directory, 'archives/operations_20261122_020001.tar.gz'), { [`${name}+4`]: 'c\n' })
  assert.equal(await textOf(readBlocks(source)), 'a\nb\nc\n')
  assert.equal(await textOf(readBlocks(source, { from: 2 })), 'b\nc\n')
  await assert.rejects(textOf(readBlocksBackward(source)), UnreadableSourceError)
})

test('a rotated file whose older lines clean-up has taken since is read whole', async () => {
  const name = 'operations.log.000001-0123abcd'
  const source = await onlySource(logFolder({ [name]: 'a\nb\nc\nd\n' }))
  const directory = source.path.slice(0, -name.length)
  rmSync(source.path)
  addFile(directory, 'archives/operations_20261122_020000.tar.gz', '')
  addFile(directory, name, 'd\n')
  writeTar(join(directory, 'archives/operations_20261122_020001.tar.gz'), { [`${name}~8`]: 'a\nb\n' })
  writeTar(join(directory, 'archives/operations_20261122_020000.tar.gz'), { [`${name}~4`]: 'c\n' })
  assert.equal(await textOf(readBlocks({ ...source, file_id: 'replaced' })), 'a\nb\nc\nd\n')
})

test('a rotated file that someone has compressed since is read all the same', async () => {
  const directory = logFolder({ 'operations.log.1': 'a\n' })
  const source = await onlySource(directory)
  rmSync(source.path)
  addFile(directory, 'operations.log.1.gz', 'a\n')
  assert.equal(await textOf(readBlocks(source)), 'a\n')
})

test('a file that is gone, and a link in its place, are told by name', async () => {
  const directory = logFolder({ 'operations.log': 'a\n' })
  const source = await onlySource(directory)
  rmSync(source.path)
  const expected = (reason: RegExp) => (error: unknown) => {
    assert.ok(error instanceof UnreadableSourceError)
    assert.match(error.reason, reason)
    return true
  }
  await assert.rejects(textOf(readBlocks(source)), expected(/deleted/))
  symlinkSync('/etc/passwd', source.path)
  await assert.rejects(textOf(readBlocks(source)), expected(/symbolic link/))
  await assert.rejects(textOf(readBlocksBackward(source)), expected(/symbolic link/))
})

test('a file that is deleted, truncated or appended to while it is read gives whole lines of it, and no error', async () => {
  const line = `${'x'.repeat(99)}\n`
  const changes: readonly ((path: string) => void)[] = [
    (path) => rmSync(path),
    (path) => truncateSync(path, 0),
    (path) => appendFileSync(path, 'later\n'),
    (path) => {
      truncateSync(path, 0)
      truncateSync(path, 100_000)
    },
  ]
  for (const [at, change] of changes.entries()) {
    for (const read of [readBlocks, readBlocksBackward]) {
      const directory = logFolder({ 'operations.log': line.repeat(1000) })
      const source = await onlySource(directory)
      const lines: string[] = []
      for await (const { bytes } of read(source, {}, SMALL)) {
        if (lines.length === 0) change(source.path)
        lines.push(
          ...Buffer.from(bytes)
            .toString()
            .split(/(?<=\n)/),
        )
      }
      const others = lines.filter((read) => read !== line)
      assert.ok(others.every((read) => read.startsWith('\0')) && others.length <= 1)
      if (at === 0 || at === 2) assert.equal(lines.length, 1000)
    }
  }
})

test('an aborted reading ends with the reason of its signal', async () => {
  const directory = logFolder({ 'operations.log': 'a\n'.repeat(10_000), 'errors.log.1.gz': 'a\n' })
  const controller = new AbortController()
  const read = async (): Promise<void> => {
    for await (const _ of readBlocks(
      await onlySource(directory),
      {},
      { ...SMALL, signal: controller.signal },
    )) {
      controller.abort(new Error('enough'))
    }
  }
  await assert.rejects(read, /^Error: enough$/)
  const signal = controller.signal
  await assert.rejects(textOf(readBlocks(await onlySource(directory, 'errors'), {}, { signal })), /enough/)
})

test('an aborted reading leaves nothing behind that is still being read', async () => {
  const directory = logFolder({ 'errors.log': 'line\n'.repeat(10_000) })
  const descriptor = openSync(join(directory, 'errors.log'), 'r')
  const source = { ...(await onlySource(directory, 'errors')), descriptor }
  // So many wait for the threads of the system's calls that a call made now is not made at once.
  const ended = new AbortController()
  const busy = Array.from({ length: 40 }, async () => {
    while (!ended.signal.aborted) await hash('', '', 2000, 16, 'sha256')
  })
  await assert.rejects(
    textOf(readBlocksBackward(source, {}, { signal: AbortSignal.abort(new Error('enough')) })),
    /enough/,
  )
  // A read that comes now fails, and nobody waits for it: that would end the process.
  closeSync(descriptor)
  ended.abort()
  await Promise.all(busy)
})
