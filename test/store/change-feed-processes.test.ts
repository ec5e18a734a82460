import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openStore } from '../../src/store/open-store.ts'
import type { Change, ChangeFeed } from '../../src/store/change-feed.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const PROGRAM = fileURLToPath(new URL('change-writer.ts', import.meta.url))
const WRITERS = 3
const SYNCS = process.env['LONG_TESTS'] === undefined ? 150 : 20_000

const DATABASES: Readonly<Record<string, () => Promise<string>>> = {
  'one SQLite file': () => Promise.resolve(`sqlite:${join(temporaryDirectory(), 'sync.db')}`),
  PostgreSQL: async () => await (await startPostgres()).createDatabase(),
}

/** Follows from the start, at a pace of its own, until so many changes have come. */
async function follow(changes: ChangeFeed, limit: number, count: number): Promise<Change[]> {
  const seen: Change[] = []
  for (let place = 0; seen.length < count;) {
    const page = await changes.readAfter(place, { limit, wait_ms: 5000 })
    assert.equal(page.lost, false)
    seen.push(...page.changes)
    place = page.place
  }
  return seen
}

for (const [name, makeDatabase] of Object.entries(DATABASES)) {
  test(`while several processes write to ${name}, each reader sees every change once and in order`, async () => {
    const database = await makeDatabase()
    await using store = await openStore(database)
    const writers = Array.from({ length: WRITERS }, (_, index) =>
      spawn(process.execPath, [PROGRAM, database, `writer-${index}`, String(SYNCS)], {
        stdio: ['ignore', 'ignore', 'inherit'],
        timeout: 120_000,
      }),
    )
    const ended = Promise.all(writers.map((writer) => once(writer, 'exit')))
    const count = WRITERS * SYNCS * 2
    const reading = [follow(store.changes, 7, count), follow(store.changes, 500, count)]
    const [few, many] = await Promise.all(reading)
    for (const [code] of await ended) assert.equal(code, 0)
    assert.deepEqual((await store.changes.readAfter(few?.at(-1)?.id ?? 0, { limit: 10 })).changes, [])
    assert.deepEqual(few, many)
    assert.ok(few?.every(({ id }, index) => index === 0 || id > (few[index - 1]?.id ?? 0)))
    const told = new Set(few?.map(({ sync_id, kind }) => `${sync_id} ${kind}`))
    assert.equal(told.size, count, 'a start and an end of each')
  })
}
