import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeFleetPosition, encodeFleetPosition } from '../../src/fleet-logs/reading/fleet-position.ts'
import { tailFleet } from '../../src/fleet-logs/reading/fleet-tail.ts'
import { makePartitions } from '../../src/fleet-logs/tables/partitions.ts'
import { DAY_MS, dayOf } from '../../src/fleet-logs/tables/log-days.ts'
import { createPool } from '../../src/store/postgres/postgres-pool.ts'
import { parsePostgresUrl } from '../../src/store/postgres/postgres-url.ts'
import { appendLines } from '../support/log-line-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { fleetDatabase, withClient } from './support/fleet-database.ts'
import { shipAll } from './support/ship-all.ts'

const LINES_OF_OTHERS = 400_000
/** A search of these lines at once takes longer. */
const STATEMENT_MS = 60

test('a batch that covers days, between which the lines of all others lie, is followed to its end', async () => {
  const database = await fleetDatabase()
  const today_ms = dayOf(Date.now())
  const first_ms = today_ms - 3 * DAY_MS
  await withClient(database, async (client) => {
    await makePartitions(
      client,
      [0, 1, 2, 3].map((days) => first_ms + days * DAY_MS),
    )
    await client.query(
      `insert into canvas_sync_log_lines (logged_at, writer, seq, machine, stream, level, batch, line)
       select $1::bigint + n * $2::bigint, 'other', n, 'other', 'api_calls', 'INFO', 1, '{}'
       from generate_series(1, ${LINES_OF_OTHERS}) as n`,
      [first_ms, Math.floor((3 * DAY_MS) / LINES_OF_OTHERS)],
    )
    await client.query('vacuum analyze canvas_sync_log_lines')
  })
  const directory = temporaryDirectory()
  const pool = createPool({ ...parsePostgresUrl(database), pool_size: 2, statement_timeout_ms: STATEMENT_MS })
  try {
    const stop = new AbortController()
    const begin = tailFleet(pool, {}, { signal: stop.signal })
    const idle = await begin.next()
    assert.equal(idle.value?.kind, 'idle')
    stop.abort()
    const at = (ms: number): string => new Date(ms).toISOString()
    appendLines(
      directory,
      'errors',
      { at: at(first_ms + 1), message: 'one' },
      { at: at(first_ms + DAY_MS), message: 'two' },
      { at: at(first_ms + 3 * DAY_MS - 1), message: 'three' },
    )
    await shipAll(database, directory)
    /** Reads so many lines behind a position, and where it is then. */
    const follow = async (after: string, count: number): Promise<{ messages: string[]; after: string }> => {
      const messages: string[] = []
      let position = after
      for await (const item of tailFleet(pool, { after })) {
        if (item.kind !== 'line') continue
        messages.push(item.entry?.message ?? item.line)
        position = item.position
        if (messages.length === count) break
      }
      return { messages, after: position }
    }
    assert.ok(idle.value)
    const all = await follow(idle.value.position, 3)
    assert.deepEqual(all.messages, ['one', 'two', 'three'])
    // Who comes back in the middle of the batch gets the rest of it, and nothing twice.
    const first = await follow(idle.value.position, 1)
    assert.deepEqual((await follow(first.after, 2)).messages, ['two', 'three'])
  } finally {
    await pool.end()
  }
})

test('a position comes back as it was, whoever wrote the line', () => {
  const last = { timestamp_ms: -5, writer: 'a-b ü/\n', seq: 7 }
  for (const position of [
    { batch: 12, last },
    { batch: 12, last: undefined },
  ]) {
    assert.deepEqual(decodeFleetPosition(encodeFleetPosition(position)), position)
  }
  for (const text of ['fleet-', 'fleet-1-2', 'fleet-1-2-3', 'other', 'fleet-1-2-3-ü']) {
    assert.throws(() => decodeFleetPosition(text), /cannot be read/)
  }
})
