import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { eraseShippedLines } from '../../src/fleet-logs/erase-shipped-lines.ts'
import { DAY_MS, partitionOf } from '../../src/fleet-logs/tables/log-days.ts'
import { keepPartitions } from '../../src/fleet-logs/tables/partitions.ts'
import { connectClient } from '../../src/store/postgres/postgres-pool.ts'
import { parsePostgresUrl } from '../../src/store/postgres/postgres-url.ts'
import { appendLines } from '../support/log-line-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { ask, fleetDatabase, withClient } from './support/fleet-database.ts'
import { shipAll } from './support/ship-all.ts'

const at = (time_ms: number): string => new Date(time_ms).toISOString()

async function partitions(database: string): Promise<string[]> {
  const rows = await ask<{ name: string }>(
    database,
    `select relname::text as name from pg_class join pg_inherits on inhrelid = pg_class.oid
     where relkind = 'r' and relname like 'canvas_sync_log_lines_%' order by 1`,
  )
  return rows.map(({ name }) => name)
}

const messages = async (database: string): Promise<string[]> =>
  (
    await ask<{ message: string }>(
      database,
      `select line::jsonb ->> 'message' as message from canvas_sync_log_lines order by logged_at, seq`,
    )
  ).map(({ message }) => message)

test('a machine whose clock is wrong by years either way ships its lines, and nobody else loses any', async () => {
  const database = await fleetDatabase()
  const directory = temporaryDirectory()
  const now_ms = Date.now()
  // As a clock does that is set back in the middle of a file.
  appendLines(
    directory,
    'operations',
    { at: at(now_ms), message: 'right' },
    { at: '2093-03-01T00:00:00.000Z', message: 'far ahead' },
    { at: at(now_ms - 3 * DAY_MS), message: 'days behind' },
    { at: at(now_ms + 1), message: 'right again' },
  )
  const { report } = await shipAll(database, directory, { keep_days: 30 })
  assert.equal(report.shipped_lines, 4)
  assert.deepEqual(await messages(database), ['days behind', 'right', 'right again', 'far ahead'])
  const days = [now_ms - 3 * DAY_MS, now_ms, now_ms + DAY_MS, now_ms + 2 * DAY_MS]
  assert.deepEqual(await partitions(database), [...days.map(partitionOf), 'canvas_sync_log_lines_20930301'])
})

test('days that are older than what is kept are dropped whole, and their lines are not shipped again', async () => {
  const database = await fleetDatabase()
  const directory = temporaryDirectory()
  const now_ms = Date.now()
  const lines = [40, 31, 30, 3, 0].map((days) => ({
    at: at(now_ms - days * DAY_MS),
    message: `${days} days`,
  }))
  appendLines(directory, 'operations', ...lines)
  await shipAll(database, directory, { keep_days: 100 })
  assert.equal((await messages(database)).length, 5)
  const client = await connectClient(parsePostgresUrl(database))
  try {
    // Somebody reads meanwhile: dropping must not wait for ever, nor disturb.
    assert.deepEqual(await keepPartitions(client, 30), { dropped: 2 })
    assert.deepEqual(await keepPartitions(client, 30), { dropped: 0 })
  } finally {
    await client.end()
  }
  assert.deepEqual(await messages(database), ['30 days', '3 days', '0 days'])
  await ask(database, 'truncate canvas_sync_log_lines, canvas_sync_log_positions')
  const { report } = await shipAll(database, directory, { keep_days: 30 })
  assert.deepEqual([report.shipped_lines, report.left_out], [3, 2])
})

test('a partition that was left half detached is dropped by the next look', async () => {
  const database = await fleetDatabase()
  const directory = temporaryDirectory()
  const old_ms = Date.now() - 50 * DAY_MS
  appendLines(directory, 'operations', { at: at(old_ms) }, { at: at(old_ms - DAY_MS) })
  await shipAll(database, directory)
  await ask(database, `alter table canvas_sync_log_lines detach partition ${partitionOf(old_ms)}`)
  await ask(
    database,
    `update pg_inherits set inhdetachpending = true where inhrelid = '${partitionOf(old_ms - DAY_MS)}'::regclass`,
  )
  const client = await connectClient(parsePostgresUrl(database))
  try {
    assert.deepEqual(await keepPartitions(client, 30), { dropped: 2 })
  } finally {
    await client.end()
  }
})

test('lines without a number of their own, of other forms and torn ones stay in their files, and are counted', async () => {
  const database = await fleetDatabase()
  const directory = temporaryDirectory()
  appendLines(directory, 'operations', { message: 'ours' })
  const others = [
    '[2026-11-22 10:15:00] INFO [fetch:93]: of the earlier system - task_id: 7',
    '{"timestamp":"2026-11-22T10:15:00.000Z","level":"INFO","message":"of another program"}',
    '{"timestamp":"2026-11-22T10:15:',
    '   ',
  ]
  writeFileSync(join(directory, 'database.log'), `${others.join('\n')}\n`)
  const { report } = await shipAll(database, directory)
  assert.equal(report.shipped_lines, 1)
  assert.deepEqual(report.skipped, { unknown_form: 1, no_number: 2, too_long: 0 })
  const again = await shipAll(database, directory)
  assert.deepEqual([again.report.shipped_lines, again.report.skipped.no_number], [0, 0])
})

test('lines that are deleted before they are shipped are told', async () => {
  const database = await fleetDatabase()
  const directory = temporaryDirectory()
  appendLines(directory, 'api_calls', { message: 'first' })
  await shipAll(database, directory)
  rmSync(join(directory, 'api_calls.log'))
  appendLines(directory, 'api_calls', { message: 'later' })
  const { report } = await shipAll(database, directory)
  assert.deepEqual([report.missed, report.shipped_lines], [1, 1])
})

test('a folder under another name or on another machine ships no line a second time', async () => {
  const database = await fleetDatabase()
  const directory = temporaryDirectory()
  appendLines(directory, 'operations', {}, {}, {})
  await shipAll(database, directory)
  const { report } = await shipAll(database, directory, { machine: 'worker-2' })
  assert.deepEqual([report.shipped_lines, report.copies], [0, 3])
  // Some of a batch are there, others are not.
  appendLines(directory, 'operations', {}, {})
  const { report: third } = await shipAll(database, directory, { machine: 'worker-3' })
  assert.deepEqual([third.shipped_lines, third.copies], [2, 3])
})

test('what a line may hold comes back as it was', async () => {
  const database = await fleetDatabase()
  const directory = temporaryDirectory()
  const message =
    'tab \t, backslash \\, quote ", newline \n, return \r, NUL \u0000, \\N, \uFDD00, ü, 漢字, 😀'
  appendLines(directory, 'operations', { message, task_id: 'a\u0000\\\tb', user_id: '\\N' })
  await shipAll(database, directory)
  const [row] = await withClient(
    database,
    async (client) => (await client.query<{ line: string }>('select line from canvas_sync_log_lines')).rows,
  )
  const { message: kept } = JSON.parse(row?.line.replaceAll('\uFDD01', '\uFDD0') ?? '') as { message: string }
  assert.equal(kept, message)
})

test('an erased user is in no shipped line, and what machines still have of the user is not shipped', async () => {
  const database = await fleetDatabase()
  const [one, two] = [temporaryDirectory(), temporaryDirectory()]
  const now_ms = Date.now()
  const theirs = { at: at(now_ms - 1000), user_id: 4711, task_id: 'theirs' }
  const without_name = { at: at(now_ms - 999), user_id: null, task_id: 'theirs' }
  const others = { at: at(now_ms - 998), user_id: 47, task_id: 'other' }
  appendLines(one, 'operations', theirs, without_name, others)
  appendLines(two, 'operations', theirs, without_name, others)
  await shipAll(database, one, { machine: 'one' })
  const person = { user_id: '4711', task_ids: new Set(['theirs']) }
  assert.deepEqual(await eraseShippedLines(database, person), { lines: 2, lines_left: 0 })
  const { report } = await shipAll(database, two, { machine: 'two' })
  assert.deepEqual([report.shipped_lines, report.left_out], [1, 2])
  appendLines(two, 'operations', { ...theirs, at: at(Date.now() + 60_000), message: 'came back' })
  assert.equal((await shipAll(database, two, { machine: 'two' })).report.shipped_lines, 1)
  const rows = await ask<{ person: string }>(database, 'select person from canvas_sync_log_erasures')
  assert.ok(rows.every(({ person: name }) => /^[\da-f]{64}$/.test(name)))
})
