import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { LogShipper } from '../../src/fleet-logs/shipping/log-shipper.ts'
import { PostgresDestination } from '../../src/fleet-logs/shipping/postgres-destination.ts'
import { LogDirectory } from '../../src/logs/cleanup/log-directory.ts'
import { runWriter } from '../logs/writing/children/run-writer.ts'
import { PostgresServer } from '../support/postgres-server.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { fleetDatabase, shippedKeys } from './support/fleet-database.ts'

const IS_LONG = process.env['LONG_TESTS'] === '1'
const LINES = IS_LONG ? 60_000 : 4000
const KILLS = IS_LONG ? 60 : 6
const WRITERS = ['a', 'b', 'c']
const SHIPPER = fileURLToPath(new URL('support/shipping-process.ts', import.meta.url))

function startShipper(database: string, directory: string): ChildProcess {
  return spawn(process.execPath, [SHIPPER, database, directory, 'worker-1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Kills it a while after it has started. */
async function killSoon(shipper: ChildProcess, pause_ms: number): Promise<void> {
  const ended = once(shipper, 'exit')
  await once(shipper.stdout ?? shipper, 'data')
  await delay(pause_ms)
  shipper.kill('SIGKILL')
  await ended
}

async function shipTheRest(database: string, directory: string): Promise<LogShipper> {
  const shipper = new LogShipper({
    directory,
    destination: new PostgresDestination({ database, directory, machine: 'worker-1', keep_days: 3650 }),
  })
  // The server may not have noticed yet that a killed process is gone, and keeps its lock until then.
  while (!(await shipper.runOnce(new AbortController().signal))) await delay(20)
  return shipper
}

function expectedKeys(): string[] {
  return WRITERS.flatMap((writer) => Array.from({ length: LINES }, (_, at) => `${writer} ${at + 1}`))
}

function assertAllOnce(keys: readonly string[]): void {
  assert.equal(new Set(keys).size, keys.length, 'no line twice')
  const missing = new Set(expectedKeys())
  for (const key of keys) missing.delete(key)
  assert.deepEqual([...missing].slice(0, 5), [], `${missing.size} lines are missing`)
  assert.equal(keys.length, WRITERS.length * LINES)
}

test('shippers that are killed at random, two at a time, lose and double no line of writers that rotate', async () => {
  const directory = temporaryDirectory()
  const database = await fleetDatabase()
  const random = seededRandom(11)
  await using logs = new LogDirectory({ directory })
  const writers = WRITERS.map((writer) => runWriter({ directory, writer, lines: LINES, max_bytes: 65_536 }))
  const ended = Promise.all(writers.map((writer) => writer.ended))
  await Promise.all(writers.map(({ ready }) => ready))
  for (let round = 0; round < KILLS; round++) {
    const pair = [startShipper(database, directory), startShipper(database, directory)]
    await Promise.all(pair.map((shipper) => killSoon(shipper, random() * 300)))
    if (round % 3 === 2) {
      await logs.startCleanup({ max_lines: 0, archive_days: 0, delete_days: 1000 })
      assert.deepEqual((await logs.finished())?.errors, [])
    }
  }
  assert.deepEqual(await ended, [0, 0, 0])
  assert.ok(readdirSync(join(directory, 'archives')).length > 1, 'files were rotated and archived meanwhile')
  const { report } = await shipTheRest(database, directory)
  assert.equal(report.missed, 0)
  assertAllOnce(await shippedKeys(database))
})

test('a PostgreSQL that is shut down and started again in between costs no line', async () => {
  await using server = await PostgresServer.start()
  const directory = temporaryDirectory()
  const database = await fleetDatabase(server)
  const news: string[] = []
  const stop = new AbortController()
  const shipper = new LogShipper({
    directory,
    destination: new PostgresDestination({ database, directory, machine: 'worker-1', keep_days: 3650 }),
    poll_ms: 10,
    most_lines: 200,
    onNews: ({ kind }) => news.push(kind),
  })
  const running = shipper.run(stop.signal)
  const until = async (kind: string): Promise<void> => {
    while (!news.includes(kind)) await delay(5)
    news.length = 0
  }
  const writers = WRITERS.map((writer) => runWriter({ directory, writer, lines: LINES, max_bytes: 65_536 }))
  for (let restart = 0; restart < (IS_LONG ? 10 : 2); restart++) {
    await until('shipped')
    await server.shutDown()
    await until('waiting')
    await server.startAgain()
    await until('back')
  }
  assert.deepEqual(await Promise.all(writers.map((writer) => writer.ended)), [0, 0, 0])
  stop.abort()
  await running
  await shipTheRest(database, directory)
  assertAllOnce(await shippedKeys(database))
})
