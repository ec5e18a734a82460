import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { tinyDisk } from '../../cli/support/tiny-disk.ts'
import { streamText } from '../writing/log-directory.ts'
import { archiveNames, assertSameLines, leftovers, textEverywhere } from './log-folder.ts'
import { cleanUp } from './run-cleanup.ts'

const disk = tinyDisk(1_048_576)
const skip = disk === null ? 'mounting a small disk is not permitted here' : false

/** Lines that gzip can make little of. */
function plantNoise(path: string, bytes: number): void {
  writeFileSync(path, '')
  for (let written = 0, seq = 1; written < bytes; seq++) {
    const line = `{"writer":"${path.slice(-8)}","seq":${seq},"message":"${randomBytes(750).toString('base64')}"}\n`
    appendFileSync(path, line)
    written += line.length
  }
}

test(
  'on a full disk a clean-up says so and loses nothing, and does its work when there is room',
  { skip },
  async () => {
    assert.ok(disk !== null)
    const ballast = join(disk, 'ballast')
    const rotated = join(disk, 'operations.log.000001-aaaaaaaa')
    plantNoise(rotated, 300_000)
    plantNoise(join(disk, 'errors.log'), 300_000)
    const texts = new Map(
      (['operations', 'errors'] as const).map((stream) => [stream, streamText(disk, stream)]),
    )
    const options = { max_lines: 20, archive_days: 0 }
    // What is free is not enough for an archive of either.
    writeFileSync(ballast, Buffer.alloc(260_000))
    const report = await cleanUp(disk, options)
    assert.ok(
      report.errors.some((sentence) => sentence.endsWith(': ENOSPC.')),
      report.errors.join(' '),
    )
    for (const [stream, text] of texts) assertSameLines(textEverywhere(disk, stream), text)
    assert.deepEqual(leftovers(disk), [])
    // With no byte free not even the report can be kept, which it says.
    writeFileSync(ballast, '')
    try {
      for (;;) appendFileSync(ballast, Buffer.alloc(4096))
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
    }
    const helpless = await cleanUp(disk, options)
    assert.ok(helpless.errors.length > 0)
    for (const [stream, text] of texts) assertSameLines(textEverywhere(disk, stream), text)
    rmSync(ballast)
    assert.deepEqual((await cleanUp(disk, options)).errors, [])
    assert.deepEqual((await cleanUp(disk, options)).errors, [])
    for (const [stream, text] of texts) assertSameLines(textEverywhere(disk, stream), text)
    assert.deepEqual(leftovers(disk), [])
    assert.ok(archiveNames(disk).length >= 2)
    const history = readFileSync(join(disk, 'archives', 'cleanup-history.jsonl'), 'utf8')
    assert.ok(history.includes('ENOSPC'))
  },
)
