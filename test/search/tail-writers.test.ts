import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { LogDirectory } from '../../src/logs/cleanup/log-directory.ts'
import { tailLogs } from '../../src/search/tail-logs.ts'
import { encodePosition } from '../../src/search/tail-place.ts'
import { runWriter } from '../logs/writing/children/run-writer.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const WRITERS = ['a', 'b', 'c', 'd']
const LINES = 4000
const BEGINNING = encodePosition({ operations: null })
const STREAMS = ['operations'] as const

/** Which lines came how often, over any number of connections. */
class Reader {
  readonly #directory: string
  readonly seen = new Map<string, number>()
  /** On which connection a line came last. */
  readonly #connection_of = new Map<string, number>()
  #connection = 0
  /** Lines that came twice on one connection. */
  readonly doubled: string[] = []
  gaps = 0
  position = BEGINNING

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Goes on where the connection before ended, until `until` says so. Default: until everything there is was given. */
  async read(until: (is_idle: boolean) => Promise<boolean> = async (is_idle) => is_idle): Promise<void> {
    const query = { streams: STREAMS, after: this.position }
    this.#connection++
    for await (const item of tailLogs(this.#directory, query, { poll_ms: 5 })) {
      this.position = item.position
      if (item.kind === 'gap') this.gaps++
      if (item.kind === 'idle' && (await until(true))) return
      if (item.kind !== 'line') continue
      const key = `${item.entry?.writer} ${item.entry?.seq}`
      this.seen.set(key, (this.seen.get(key) ?? 0) + 1)
      if (this.#connection_of.get(key) === this.#connection) this.doubled.push(key)
      this.#connection_of.set(key, this.#connection)
      if (await until(false)) return
    }
  }

  /**
   * None is missing, none came twice on one connection. A line that its writer wrote a second time, because its file was
   * rotated meanwhile, can only be told from the first where both came on the same connection.
   */
  assertNoneMissing(): void {
    assert.equal(this.gaps, 0)
    assert.deepEqual(this.doubled, [])
    assert.equal(this.seen.size, WRITERS.length * LINES)
  }

  assertEachOnce(): void {
    assert.equal(this.gaps, 0)
    assert.deepEqual(
      [...this.seen].filter(([, times]) => times > 1),
      [],
    )
    assert.equal(this.seen.size, WRITERS.length * LINES)
  }
}

function startWriters(directory: string): Promise<readonly (number | null)[]> {
  const writers = WRITERS.map((writer) => runWriter({ directory, writer, lines: LINES, max_bytes: 65_536 }))
  return Promise.all(writers.map(({ ended }) => ended))
}

/** Whether a promise is settled by now. */
async function hasEnded(ended: Promise<unknown>): Promise<boolean> {
  return await Promise.race([ended.then(() => true), delay(0, false)])
}

async function archiveEverything(logs: LogDirectory): Promise<void> {
  await logs.startCleanup({ max_lines: 0, archive_days: 0, delete_days: 1000 })
  const report = await logs.finished()
  assert.deepEqual(report?.errors, [])
}

test('tail misses no line of four processes, through rotations, clean-up and its own pauses', async () => {
  const directory = temporaryDirectory()
  const random = seededRandom(7)
  const reader = new Reader(directory)
  await using logs = new LogDirectory({ directory })
  const ended = startWriters(directory)
  let lines = 0
  const pauseOrLeave = async (is_idle: boolean): Promise<boolean> => {
    if (is_idle) return await hasEnded(ended)
    if (random() < 0.001) await delay(random() * 100)
    if (++lines % 2500 === 0) await archiveEverything(logs)
    // As a browser does whose connection breaks.
    return random() < 0.0005
  }
  do await reader.read(pauseOrLeave)
  while (!(await hasEnded(ended)))
  assert.deepEqual(await ended, [0, 0, 0, 0])
  await reader.read()
  assert.ok(readdirSync(join(directory, 'archives')).length > 0)
  reader.assertNoneMissing()
})

test('a pause over many rotations, whose files were all archived meanwhile, misses nothing', async () => {
  const directory = temporaryDirectory()
  const reader = new Reader(directory)
  await using logs = new LogDirectory({ directory })
  const ended = startWriters(directory)
  let lines = 0
  await reader.read(async (is_idle) => !is_idle && ++lines >= 1000)
  assert.deepEqual(await ended, [0, 0, 0, 0])
  await archiveEverything(logs)
  await reader.read()
  reader.assertEachOnce()
})
