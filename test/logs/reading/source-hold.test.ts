import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import type { LogSource } from '../../../src/logs/reading/log-source.ts'
import { readBlocks, readBlocksBackward } from '../../../src/logs/reading/read-blocks.ts'
import { SourceHold } from '../../../src/logs/reading/source-hold.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { cleanUp } from '../cleanup/run-cleanup.ts'
import { logFolder, ownLine, START_MS, textOf } from './log-folder.ts'

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, at) => ownLine({ seq: from + at, at_ms: START_MS + from + at })).join(
    '',
  )

async function allText(sources: readonly LogSource[]): Promise<string> {
  let text = ''
  for (const source of sources) text += await textOf(readBlocks(source))
  return text
}

const seqsOf = (text: string): number[] => [...text.matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq))

/** Files of a folder that this process has open. */
function openFiles(directory: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const target = readlinkSync(join('/proc/self/fd', descriptor))
      return target.startsWith(directory) ? [target] : []
    } catch {
      return []
    }
  })
}

test('what is held is read as it was, though it is rotated, shortened, archived and deleted', async () => {
  const directory = logFolder({
    'operations.log': lines(300, 400),
    'operations.log.000002-0123abcd': lines(200, 300),
    'operations.log.000001-0123abcd': lines(100, 200),
    'operations.log.1': lines(0, 100),
  })
  await using hold = new SourceHold()
  const sources = await hold.list(directory)
  assert.deepEqual(seqsOf(await allText(sources)), seqsOf(lines(0, 400)))
  assert.deepEqual((await cleanUp(directory, { max_lines: 50 })).errors, [])
  assert.deepEqual(seqsOf(await allText(sources)), seqsOf(lines(0, 400)))
  assert.deepEqual((await cleanUp(directory, { max_lines: 0, archive_days: 0 })).errors, [])
  renameSync(join(directory, 'operations.log.1'), join(directory, 'operations.log.2'))
  rmSync(join(directory, 'archives'), { recursive: true })
  writeFileSync(join(directory, 'operations.log'), lines(400, 401))
  assert.deepEqual(seqsOf(await allText(sources)), seqsOf(lines(0, 400)))
  const [, , , live] = sources
  assert.ok(live?.kind === 'live')
  assert.equal(await textOf(readBlocksBackward(live)), lines(300, 400))
})

test('a hold leaves no file open once it is released', { skip: process.platform !== 'linux' }, async () => {
  const directory = logFolder({ 'operations.log': lines(0, 10), 'errors.log.1': lines(0, 10) })
  const hold = new SourceHold()
  const [first] = await hold.list(directory)
  await hold.list(directory)
  assert.ok(first && openFiles(directory).length > 0)
  // A block may be read ahead when the reader leaves.
  for await (const block of readBlocksBackward(first, {}, { block_bytes: 4096 })) {
    assert.ok(block.bytes.length > 0)
    break
  }
  await hold.release()
  assert.deepEqual(openFiles(directory), [])
})

test('more files than are held are listed and read all the same', async () => {
  const names = Array.from({ length: 8 }, (_, at) => `operations.log.${String(at).padStart(6, '0')}-0123abcd`)
  const directory = logFolder(Object.fromEntries(names.map((name, at) => [name, lines(at, at + 1)])))
  await using hold = new SourceHold(5)
  const sources = await hold.list(directory)
  assert.deepEqual(
    sources.map(({ name }) => name),
    names,
  )
  assert.equal(sources.filter(({ descriptor }) => descriptor !== undefined).length, 5)
  assert.deepEqual((await cleanUp(directory, { max_lines: 0, archive_days: 0 })).errors, [])
  assert.equal(await allText(sources), names.map((_, at) => lines(at, at + 1)).join(''))
})

/** Rotates as Python does: every file gets the next number, all the time. */
const ROTATE = `
  const { renameSync, writeFileSync } = require('node:fs')
  const path = process.argv[1]
  for (let files = 8; ; files++) {
    for (let n = files; n > 0; n--) renameSync(path + '.' + n, path + '.' + (n + 1))
    renameSync(path, path + '.1')
    writeFileSync(path, 'new')
    if (files === 8) process.stdout.write('ready')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 25 + files)
  }
`

test('no file is overlooked while another system moves all of them on by one name', async (t) => {
  const directory = temporaryDirectory()
  const path = join(directory, 'operations.log')
  const planted = Array.from({ length: 9 }, (_, at) => `file ${at}\n`)
  for (const [at, text] of planted.entries()) writeFileSync(at === 0 ? path : `${path}.${at}`, text)
  const rotating = spawn(process.execPath, ['-e', ROTATE, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => rotating.kill('SIGKILL'))
  await once(rotating.stdout, 'data')
  const overlooked: string[] = []
  for (let round = 0; round < 200; round++) {
    await using hold = new SourceHold()
    const texts = new Set<string>()
    for (const { descriptor } of await hold.list(directory, ['operations'])) {
      if (descriptor !== undefined) texts.add(readFileSync(`/proc/self/fd/${descriptor}`, 'utf8'))
    }
    const missing = planted.filter((text) => !texts.has(text))
    if (missing.length > 0) overlooked.push(`round ${round}: ${missing.join('')}`)
  }
  // It looks again five times at most, and a busy machine may stop it in each of them, now and then.
  assert.ok(overlooked.length <= 3, overlooked.join(''))
})

test('a file that is compressed while the folder is listed is found in one form or the other', async () => {
  const directory = logFolder({ 'operations.log.000001-0123abcd': lines(0, 10) })
  const path = join(directory, 'operations.log.000001-0123abcd')
  writeFileSync(`${path}.gz`, gzipSync(lines(0, 10)))
  await using hold = new SourceHold()
  const listing = hold.list(directory)
  rmSync(path)
  assert.equal(await allText(await listing), lines(0, 10))
})
