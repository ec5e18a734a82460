import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { PATIENCE } from '../support/patience.ts'
import { startPostgres } from '../support/postgres-server.ts'
import type { EventReader } from './support/event-reader.ts'
import { openEventServer, syncOf, told } from './support/event-server.ts'
import { runOne } from './support/run-one.ts'

const WRITER = fileURLToPath(new URL('support/timed-writer.ts', import.meta.url))
const MOST_MS = 250 * PATIENCE

/** Reads so many changes and returns how long each took, from before its sync began. */
async function lagsOf(reader: EventReader, count: number): Promise<number[]> {
  const lags_ms: number[] = []
  while (lags_ms.length < count) {
    const [event] = await reader.take(1)
    const [, started_ns = '0'] = /^at-(\d+)$/.exec(syncOf(event).sync.sync_task_id) ?? []
    lags_ms.push(Number(process.hrtime.bigint() - BigInt(started_ns)) / 1e6)
  }
  return lags_ms
}

/**
 * Of the best of some attempts: the worst lag with LONG_TESTS=1, which wants a quiet machine, else the one in the middle.
 * A busy machine delays some, but what looks too seldom delays them all.
 */
async function lagOfBestAttempt(attempt: () => Promise<number[]>): Promise<number> {
  let best = Infinity
  for (let round = 0; round < 3 && best >= MOST_MS; round++) {
    const lags_ms = (await attempt()).toSorted((a, b) => a - b)
    const counts = process.env['LONG_TESTS'] === '1' ? lags_ms.length - 1 : lags_ms.length >> 1
    best = Math.min(best, lags_ms[counts] ?? Infinity)
  }
  return best
}

test('what another process writes to the same SQLite file shows within 250 ms', async () => {
  const { database, follow } = await openEventServer()
  const reader = await follow()
  const lag_ms = await lagOfBestAttempt(async () => {
    const writer = spawn(process.execPath, [WRITER, database, '8'], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    const ended = once(writer, 'exit')
    const lags_ms = await lagsOf(reader, 16)
    assert.deepEqual(await ended, [0, null])
    return lags_ms
  })
  await reader.close()
  assert.ok(lag_ms < MOST_MS, `${lag_ms} ms`)
})

test('of two servers on one PostgreSQL, the clients of each see what the other one did', async () => {
  const database = await (await startPostgres()).createDatabase()
  const [a, b] = [await openEventServer(database), await openEventServer(database)]
  const readers = [await a.follow(), await b.follow()]
  const lag_ms = await lagOfBestAttempt(async () => {
    const reading = readers.map((reader) => lagsOf(reader, 32))
    for (let index = 0; index < 16; index++) {
      await runOne(index % 2 === 0 ? a.store : b.store, `at-${process.hrtime.bigint()}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return (await Promise.all(reading)).flat()
  })
  assert.ok(lag_ms < MOST_MS, `${lag_ms} ms`)
  for (const reader of readers) await reader.close()
})

test('a client of one server goes on at another one that has the same database, where it was', async () => {
  const database = await (await startPostgres()).createDatabase()
  const [a, b] = [await openEventServer(database), await openEventServer(database)]
  const first = await a.follow()
  await runOne(a.store, 'one')
  const [, ended] = await first.take(2)
  await first.close()
  await a.server.close()
  await runOne(b.store, 'two')
  const second = await b.follow('', ended?.id ?? '')
  assert.deepEqual((await second.take(2)).map(told), ['two in_progress', 'two completed'])
  await second.close()
})
