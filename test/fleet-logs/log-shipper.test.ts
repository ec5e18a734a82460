import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { folderId } from '../../src/fleet-logs/shipping/folder-id.ts'
import { LogShipper, type ShippingNews } from '../../src/fleet-logs/shipping/log-shipper.ts'
import type { LineBatch } from '../../src/fleet-logs/shipping/shipped-line.ts'
import type { LogDestination } from '../../src/fleet-logs/shipping/destination.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { appendLines } from '../support/log-line-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** Takes everything; keeps where each stream was. */
function keeping(onBatch: (batch: LineBatch) => void): LogDestination {
  const places = new Map<LineBatch['stream'], string>()
  return {
    name: 'a test',
    isPassing: () => false,
    explain: (error) => error,
    open: async () => ({
      places,
      async deliver(batch) {
        places.set(batch.stream, batch.place)
        onBatch(batch)
        return { new_lines: batch.lines.length, copies: 0, left_out: 0 }
      },
      async [Symbol.asyncDispose]() {},
    }),
  }
}

test('who ships once ends beside a writer that is as fast as the shipper', async () => {
  const directory = temporaryDirectory()
  appendLines(directory, 'operations', {}, {})
  let batches = 0
  const destination = keeping(() => {
    if (++batches < 1000) appendLines(directory, 'operations', {})
  })
  const shipper = new LogShipper({ directory, destination, clock: new FakeClock({ auto: true }) })
  assert.ok(await shipper.runOnce(new AbortController().signal))
  assert.ok(shipper.report.shipped_lines >= 2 && batches < 20, `${batches} batches`)
})

test('nothing that goes wrong ends a shipper, and it says so once an hour', async () => {
  const directory = temporaryDirectory()
  appendLines(directory, 'operations', {})
  const clock = new FakeClock({ auto: true })
  const stop = new AbortController()
  const news: string[] = []
  const destination = keeping(() => {
    stop.abort()
  })
  const well_from_ms = 2.5 * 3_600_000
  const shipper = new LogShipper({
    directory,
    clock,
    destination: {
      ...destination,
      async open(signal) {
        if (clock.monotonic() < well_from_ms) throw new TypeError('a mistake of ours, or of a driver')
        return await destination.open(signal)
      },
    },
    onNews: ({ kind }: ShippingNews) => news.push(kind),
  })
  await shipper.run(stop.signal)
  assert.deepEqual(news, ['waiting', 'waiting', 'waiting', 'back', 'shipped'])
  await assert.rejects(
    new LogShipper({
      directory,
      clock,
      destination: { ...destination, open: () => Promise.reject(new TypeError('a mistake')) },
    }).runOnce(new AbortController().signal),
    /a mistake/,
  )
})

test('the place behind a pile of lines that stay in their file is kept on the way', async () => {
  const directory = temporaryDirectory()
  const line = `[2026-11-22 10:15:00] INFO [fetch:93]: ${'x'.repeat(60_000)} - task_id: 7`
  writeFileSync(join(directory, 'database.log'), `${line}\n`.repeat(200))
  let batches = 0
  const shipper = new LogShipper({ directory, destination: keeping(() => batches++) })
  await shipper.runOnce(new AbortController().signal)
  assert.equal(shipper.report.skipped.no_number, 200)
  assert.ok(batches >= 3, `${batches} batches of 12 MB`)
})

test('lines that were deleted are told once, also when none came after them', async () => {
  const directory = temporaryDirectory()
  appendLines(directory, 'api_calls', { message: 'first' })
  const destination = keeping(() => {})
  const ship = async (): Promise<number> => {
    const shipper = new LogShipper({ directory, destination })
    await shipper.runOnce(new AbortController().signal)
    return shipper.report.missed
  }
  assert.equal(await ship(), 0)
  rmSync(join(directory, 'api_calls.log'))
  writeFileSync(join(directory, 'api_calls.log'), '')
  const missed = [await ship(), await ship(), await ship()]
  assert.ok(missed.reduce((sum, count) => sum + count, 0) <= 1, String(missed))
})

test('a folder has a name of its own, the same for all who ask at once, and another where it was made anew', async () => {
  const directory = join(temporaryDirectory(), 'logs')
  mkdirSync(directory)
  const ids = await Promise.all(Array.from({ length: 8 }, () => folderId(directory)))
  assert.equal(new Set(ids).size, 1)
  assert.match(ids[0] ?? '', /^[\da-f-]{36}$/)
  renameSync(directory, `${directory}.old`)
  mkdirSync(directory)
  assert.notEqual(await folderId(directory), ids[0])
  writeFileSync(join(directory, '.folder-id'), '')
  assert.match(await folderId(directory), /^[\da-f-]{36}$/)
  assert.equal(await folderId(join(directory, 'nowhere')), '')
})
