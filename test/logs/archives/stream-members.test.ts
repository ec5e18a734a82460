import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from '../../support/fast-check.ts'
import { streamMembers, type StreamMembersOptions } from '../../../src/logs/archives/stream-members.ts'
import { tarMembers } from '../../../src/logs/archives/tar-members.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { hasTar } from '../cleanup/run-cleanup.ts'
import { paxRecord, signHeader, tarGz, tarOf, type TarEntry } from './make-tar.ts'

const directory = temporaryDirectory()
let files = 0

function fileOf(content: Buffer): string {
  const path = join(directory, `${++files}.tar.gz`)
  writeFileSync(path, content)
  return path
}

async function readAll(path: string, options: StreamMembersOptions = {}): Promise<[string, string][]> {
  const members: [string, string][] = []
  for await (const { name, chunks } of streamMembers(path, options)) {
    members.push([name, Buffer.concat(await Array.fromAsync(chunks)).toString()])
  }
  return members
}

const LOG: TarEntry = { name: 'operations.log.000001-aaaaaaaa', content: '{"seq":1}\n' }
const READ_LOG: [string, string] = [LOG.name, '{"seq":1}\n']

test('several members are read in turn, and what is not read of one is passed over', async () => {
  const big = 'x'.repeat(1_000_000)
  const path = fileOf(tarGz([{ name: 'a', content: big }, { name: 'empty' }, LOG]))
  assert.deepEqual(await readAll(path), [['a', big], ['empty', ''], READ_LOG])
  const names: string[] = []
  for await (const { name, size_bytes, chunks } of streamMembers(path)) {
    names.push(`${name} ${size_bytes}`)
    // A look at the first bytes only.
    for await (const _ of chunks) break
  }
  assert.deepEqual(names, ['a 1000000', 'empty 0', `${LOG.name} 10`])
})

test('who stops early leaves no open file behind', { skip: process.platform !== 'linux' }, async () => {
  const path = fileOf(tarGz([LOG, LOG, LOG]))
  const open = (): number => readdirSync('/proc/self/fd').length
  const before = open()
  for (let round = 0; round < 20; round++) {
    for await (const { name } of streamMembers(path)) {
      if (name === LOG.name) break
    }
  }
  assert.ok(open() <= before + 2)
})

test('the forms of GNU tar and pax for long names and sizes are understood', async () => {
  const long = `${'folder/'.repeat(40)}operations.log`
  const size = Buffer.alloc(12)
  size[0] = 0x80
  size.writeBigUInt64BE(10n, 4)
  const entries: TarEntry[] = [
    { name: '././@LongLink', type: 'L', content: `${long}\0` },
    LOG,
    { name: 'pax', type: 'x', content: paxRecord('path', `${long}é`) + paxRecord('mtime', '1.5') },
    LOG,
    { name: 'pax', type: 'x', content: paxRecord('size', '10') },
    { ...LOG, raw_size: Buffer.from('00000000000\0') },
    { name: 'global', type: 'g', content: paxRecord('comment', 'hello') },
    { ...LOG, raw_size: size },
    { name: 'folder/', type: '5' },
    { ...LOG, type: '\0' },
  ]
  const names = (await readAll(fileOf(tarGz(entries)))).map(([name]) => name)
  assert.deepEqual(names, [long, `${long}é`, LOG.name, LOG.name, LOG.name])
})

test('archives that tar made by hand are read, in all of its forms', { skip: !hasTar() }, async () => {
  const folder = join(directory, 'by-hand', 'n'.repeat(60), 'm'.repeat(60))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'operations.log'), 'a\nb\n')
  writeFileSync(join(directory, 'by-hand', 'operations.log.1'), 'c\n')
  for (const format of ['gnu', 'pax', 'ustar']) {
    const path = join(directory, `${format}.tar.gz`)
    execFileSync('tar', [`--format=${format}`, '-czf', path, '-C', join(directory, 'by-hand'), '.'])
    const members = await readAll(path)
    assert.deepEqual(members.map(([, content]) => content).toSorted(), ['a\nb\n', 'c\n'], format)
  }
})

const REFUSED: readonly [string, readonly TarEntry[], RegExp][] = [
  ['an absolute name', [{ name: '/etc/passwd', content: 'x' }], /name that is refused/],
  ['a name that leads up', [{ name: 'a/../../x', content: 'x' }], /name that is refused/],
  ['a name of a drive', [{ name: 'C:x', content: 'x' }], /name that is refused/],
  ['a name with a backslash', [{ name: String.raw`..\x`, content: 'x' }], /name that is refused/],
  ['a name that drives a terminal', [{ name: 'a\u001b[2J', content: 'x' }], /name that is refused/],
  ['no name', [{ name: '', content: 'x' }], /name that is refused/],
  [
    'a long name that leads up',
    [{ name: 'L', type: 'L', content: '../../x\0' }, LOG],
    /name that is refused/,
  ],
  [
    'a pax name that leads up',
    [{ name: 'x', type: 'x', content: paxRecord('path', '../x') }, LOG],
    /name that is refused/,
  ],
  ['a folder with a name that leads up', [{ name: '../', type: '5' }], /name that is refused/],
  ['a hard link', [{ name: 'a', type: '1' }], /not a regular file/],
  ['a symbolic link', [{ name: 'a', type: '2' }], /not a regular file/],
  ['a device', [{ name: 'a', type: '3' }], /not a regular file/],
  ['a pipe', [{ name: 'a', type: '6' }], /not a regular file/],
  ['a sparse file', [{ name: 'a', type: 'S' }], /not a regular file/],
  [
    'a sparse file of pax',
    [{ name: 'x', type: 'x', content: paxRecord('GNU.sparse.realsize', '1') }, LOG],
    /not a regular file/,
  ],
  ['a header of a megabyte', [{ name: 'x', type: 'x', content: 'x'.repeat(1_000_000) }, LOG], /too large/],
  ['a pax record that lies', [{ name: 'x', type: 'x', content: '999 path=x\n' }, LOG], /damaged/],
  ['a pax size that is none', [{ name: 'x', type: 'x', content: paxRecord('size', '-1') }, LOG], /damaged/],
  ['a size beyond its end', [{ name: 'a', content: 'x', size_bytes: 8 ** 11 - 1 }], /ends too early/],
  ['a size beyond all numbers', [{ name: 'a', raw_size: Buffer.alloc(12, 0x80) }], /no size/],
  ['a size that is no number', [{ name: 'a', raw_size: Buffer.from('0000000000g\0') }], /no size/],
]
for (const [what, entries, reason] of REFUSED) {
  test(`an archive with ${what} is refused, after what was sound before it`, async () => {
    const seen: string[] = []
    await assert.rejects(async () => {
      for await (const { name, chunks } of streamMembers(fileOf(tarGz([LOG, ...entries])))) {
        seen.push(name)
        for await (const _ of chunks);
      }
    }, reason)
    assert.equal(seen[0], LOG.name)
  })
}

test('an archive that ends too early, or goes on after its end, is refused', async () => {
  const sound = tarOf([LOG])
  for (const [tar, reason] of [
    [sound.subarray(0, 700), /ends too early/],
    [sound.subarray(0, 1024), /ends too early/],
    [sound.subarray(0, 1536), /ends too early/],
    [Buffer.concat([sound, sound]), /something follows/],
    [tarOf([LOG], Buffer.concat([Buffer.alloc(512), Buffer.from('x')])), /ends too early/],
    [Buffer.alloc(0), /ends too early/],
  ] as const) {
    await assert.rejects(readAll(fileOf(gzipSync(tar))), reason)
  }
  const gz = gzipSync(sound)
  await assert.rejects(readAll(fileOf(gz.subarray(0, gz.length - 4))), /unexpected end of file/)
  assert.deepEqual(await readAll(fileOf(gzipSync(Buffer.concat([sound, Buffer.alloc(10_240)])))), [READ_LOG])
})

test('a small file that expands to very much is refused, and before it has', async () => {
  const bomb = gzipSync(Buffer.alloc(100_000_000))
  const entries = gzipSync(tarOf([{ name: 'a', content: Buffer.alloc(90_000_000) }]))
  await assert.rejects(readAll(fileOf(entries)), /expands to more/)
  await assert.rejects(readAll(fileOf(bomb)), /something follows|expands to more/)
  const small = fileOf(tarGz([{ name: 'a', content: Buffer.alloc(50_000) }]))
  await assert.rejects(readAll(small, { max_bytes: 20_000 }), /expands to more/)
  assert.equal((await readAll(small, { max_bytes: 52_000 })).length, 1)
})

test('more members than any log has are refused', async () => {
  const path = fileOf(gzipSync(tarOf(Array.from({ length: 10_002 }, () => ({ name: 'a' })))))
  await assert.rejects(readAll(path), /too many/)
})

test('a link in the place of an archive is not followed', async () => {
  const path = join(directory, 'link.tar.gz')
  symlinkSync(fileOf(tarGz([LOG])), path)
  await assert.rejects(readAll(path), { code: 'ELOOP' })
})

test('a damaged archive is an error and nothing else, wherever it is damaged', async () => {
  const sound = tarOf([
    { name: '././@LongLink', type: 'L', content: `${'folder/'.repeat(20)}operations.log\0` },
    LOG,
    { name: 'pax', type: 'x', content: paxRecord('path', 'a/b') + paxRecord('size', '10') },
    LOG,
    { name: 'c', content: 'x'.repeat(1000) },
  ])
  const mutation = fc.record({
    changes: fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
    length: fc.oneof(fc.constant(sound.length), fc.nat(sound.length)),
    chunk: fc.integer({ min: 1, max: 2000 }),
    signed: fc.boolean(),
  })
  let refused = 0
  await fc.assert(
    fc.asyncProperty(mutation, async ({ changes, length, chunk, signed }) => {
      const mutant = Buffer.from(sound.subarray(0, length))
      for (const [at, byte] of changes) if (at < length) mutant[at] = byte
      // With right check sums the damage gets further.
      if (signed) for (let at = 0; at + 512 <= length; at += 512) signHeader(mutant.subarray(at, at + 512))
      async function* chunks(): AsyncGenerator<Buffer> {
        for (let at = 0; at < mutant.length; at += chunk) yield mutant.subarray(at, at + chunk)
      }
      try {
        let bytes = 0
        for await (const member of tarMembers(chunks())) {
          assert.ok(member.name.length > 0 && !member.name.split('/').includes('..'))
          for await (const part of member.chunks) bytes += part.length
        }
        assert.ok(bytes <= mutant.length)
      } catch (error) {
        assert.equal((error as Error).constructor, Error, String(error))
        refused++
      }
    }),
    { numRuns: 1000 },
  )
  assert.ok(refused > 300, `${refused} of 1000 refused`)
})

test('damage to the compressed bytes is an error too', async () => {
  const sound = tarGz([LOG, { name: 'b', content: 'x'.repeat(5000) }])
  for (let at = 10; at < sound.length; at += 3) {
    const mutant = Buffer.from(sound)
    mutant[at] = (mutant[at] ?? 0) ^ 0x55
    await assert.rejects(readAll(fileOf(mutant)))
  }
  const path = fileOf(sound)
  truncateSync(path, 0)
  await assert.rejects(readAll(path))
})
