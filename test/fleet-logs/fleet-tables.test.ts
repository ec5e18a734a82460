import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { eraseShippedLines } from '../../src/fleet-logs/erase-shipped-lines.ts'
import { DAY_MS, partitionOf } from '../../src/fleet-logs/tables/log-days.ts'
import { keepPartitions } from '../../src/fleet-logs/tables/partitions.ts'
import { migrate } from '../../src/store/postgres/migrate.ts'
import { connectClient } from '../../src/store/postgres/postgres-pool.ts'
import { parsePostgresUrl } from '../../src/store/postgres/postgres-url.ts'
import { appendLines } from '../support/log-line-factory.ts'
import { startPostgres } from '../support/postgres-server.ts'
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
  // The oldest is attached: while another is being detached, it cannot be.
  const days = [old_ms, old_ms - DAY_MS, old_ms - 2 * DAY_MS]
  appendLines(directory, 'operations', ...days.map((day_ms) => ({ at: at(day_ms) })))
  await shipAll(database, directory)
  await ask(database, `alter table canvas_sync_log_lines detach partition ${partitionOf(old_ms)}`)
  await ask(
    database,
    `update pg_inherits set inhdetachpending = true where inhrelid = '${partitionOf(old_ms - DAY_MS)}'::regclass`,
  )
  const client = await connectClient(parsePostgresUrl(database))
  try {
    assert.deepEqual(await keepPartitions(client, 30), { dropped: 3 })
  } finally {
    await client.end()
  }
})

test('a transaction that lasts for hours, as of a dump, keeps days from being dropped and no line from being shipped', async () => {
  const database = `${await fleetDatabase()}?statement_timeout=2000`
  const directory = temporaryDirectory()
  const now_ms = Date.now()
  appendLines(directory, 'operations', { at: at(now_ms - 50 * DAY_MS), message: 'old' })
  await shipAll(database, directory)
  appendLines(directory, 'operations', { at: at(now_ms), message: 'new' })
  await withClient(database, async (dump) => {
    await dump.query('begin isolation level repeatable read')
    await dump.query('select count(*) from canvas_sync_log_lines')
    const { report } = await shipAll(database, directory, { keep_days: 30 })
    assert.equal(report.shipped_lines, 1)
    assert.deepEqual(await messages(database), ['new'], 'it is being detached')
    await dump.query('rollback')
  })
  const old = partitionOf(now_ms - 50 * DAY_MS)
  assert.ok((await partitions(database)).includes(old))
  await shipAll(database, directory, { keep_days: 30 })
  assert.ok(!(await partitions(database)).includes(old))
})

test('a machine whose clock is anywhere makes tables for some of its days and no more', async () => {
  const database = await fleetDatabase()
  const directory = temporaryDirectory()
  const ahead = (days: number) => ({ at: at(Date.now() + days * DAY_MS) })
  appendLines(directory, 'operations', ...Array.from({ length: 60 }, (_, day) => ahead(10 + 2 * day)))
  const { report } = await shipAll(database, directory)
  assert.deepEqual([report.shipped_lines, report.left_out], [50, 10])
  appendLines(directory, 'operations', ahead(10), ahead(1), ahead(500))
  const later = (await shipAll(database, directory)).report
  assert.deepEqual([later.shipped_lines, later.left_out], [2, 1])
})

test('lines of another program whose names no index can take stay in their file, and keep nobody back', async () => {
  const database = await fleetDatabase()
  const directory = temporaryDirectory()
  const random = Array.from({ length: 5000 }, (_, at_place) =>
    String.fromCharCode(97 + ((at_place * 7919) % 26)),
  )
  const long = random.join('')
  appendLines(
    directory,
    'operations',
    { task_id: long },
    { user_id: long },
    { fields: { writer: long } },
    { message: 'ü'.repeat(40_000) },
    { message: 'short' },
  )
  const { report } = await shipAll(database, directory)
  assert.deepEqual(report.skipped, { unknown_form: 3, no_number: 0, too_long: 1 })
  assert.deepEqual(await messages(database), ['short'])
})

test('lines that are there already need no right to make temporary tables', async () => {
  const server = await startPostgres()
  const url = await server.createDatabase()
  const role = `shipper_${process.pid}`
  const name = new URL(url).pathname.slice(1)
  await ask(url, `create role ${role} login password 'x'`)
  await ask(url, `revoke temporary on database "${name}" from public`)
  await ask(url, `alter schema public owner to ${role}`)
  const own = new URL(url)
  own.username = role
  own.password = 'x'
  await withClient(own.href, migrate)
  const directory = temporaryDirectory()
  appendLines(directory, 'operations', {}, {})
  await shipAll(own.href, directory)
  appendLines(directory, 'operations', {})
  const { report } = await shipAll(own.href, directory, { machine: 'worker-2' })
  assert.deepEqual([report.shipped_lines, report.copies], [1, 2])
})

test('a folder that was made anew under the same name begins anew, and nothing of the old one is missed', async () => {
  const database = await fleetDatabase()
  const directory = join(temporaryDirectory(), 'logs')
  mkdirSync(directory)
  appendLines(directory, 'operations', { message: 'of the one machine' })
  await shipAll(database, directory)
  // As another machine of the same name has it, with a volume of its own.
  rmSync(directory, { recursive: true })
  mkdirSync(directory)
  appendLines(directory, 'operations', { message: 'of the other', fields: { writer: 'other' } })
  const { report } = await shipAll(database, directory)
  assert.deepEqual([report.shipped_lines, report.missed], [1, 0])
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
