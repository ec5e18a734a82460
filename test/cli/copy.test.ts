import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Client } from 'pg'
import type { CopiedDatabase } from '../../src/store/copying/copy-database.ts'
import type { SyncRecord } from '../../src/core/sync-record.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { runMain } from './support/run-main.ts'
import { smallCanvas, WorkPlace } from './support/work-place.ts'

/** Every value of a table, row by row, in an order that both databases have. */
const inOrder = (rows: readonly (readonly unknown[])[]): string[] =>
  rows
    .map((row) =>
      JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
    )
    .sort()

test('what was synced into SQLite goes on in PostgreSQL as if it had always been there', async () => {
  const place = new WorkPlace(await smallCanvas())
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await place.run(args)
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}${stdout}`)
    return stdout
  }
  await run(...place.syncArguments('--quiet', '--task-id', 'first'))
  await run('token', 'create', '--name', 'admin', '--scope', 'admin')
  await run('queue', 'schedule', 'nightly', '0 2 * * *')
  await run('queue', 'add', '--source', 'default')
  const from = `sqlite:${place.path('data/canvas-sync.db')}`
  const to = await (await startPostgres()).createDatabase()
  const told = await place.run(['copy', '--from', from, '--database', to, '--json'])
  assert.equal(told.code, 0, told.stderr)
  const copied = JSON.parse(told.stdout) as CopiedDatabase
  assert.equal(copied.syncs, 1)
  assert.match(told.stderr, /1 sync in the queue of the old database were not copied/)

  using sqlite = new DatabaseSync(place.path('data/canvas-sync.db'), { readOnly: true })
  const client = new Client({ connectionString: to })
  await client.connect()
  const filled = Object.keys(copied.tables)
  for (const table of [
    'canvas_submissions',
    'canvas_sync_metrics',
    'canvas_sync_tokens',
    'canvas_queue_schedules',
  ])
    assert.ok(filled.includes(table), table)
  for (const [table, rows] of Object.entries(copied.tables)) {
    const columns = sqlite.prepare('select name from pragma_table_info(?)').all(table) as { name: string }[]
    const text = `select ${columns.map(({ name }) => name).join(', ')} from ${table}`
    const statement = sqlite.prepare(text)
    statement.setReturnArrays(true)
    const theirs = await client.query<unknown[]>({
      text,
      rowMode: 'array',
      types: { getTypeParser: () => numeric },
    })
    assert.equal(theirs.rows.length, rows)
    const ours = (statement.all() as unknown as unknown[][]).map((row) => row.map(numericText))
    assert.deepEqual(inOrder(theirs.rows), inOrder(ours), table)
  }
  await client.end()

  const again = JSON.parse(
    await run(...place.syncArguments('--json', '--full', '--task-id', 'again', '--database', to)),
  ) as SyncRecord
  assert.equal(again.sync_status, 'completed')
  assert.equal(again.submissions.created, 0)
  assert.ok(again.submissions.processed > 0)
  assert.match(await run('syncs', 'list', '--database', to), /^ *2 [^]*\n *1 /m)
  assert.match(await run('migrate', '--check-figures', '--database', to), /in agreement with the rows/)
})

/** Numbers of both come as the same text. */
function numeric(text: string): string {
  return text
}

function numericText(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
}

test('copy in the other direction, or without PostgreSQL, says which way it goes', async () => {
  const { code, stderr } = await runMain(['copy', '--from', 'sqlite:a.db', '--database', 'sqlite:b.db'])
  assert.equal(code, 2)
  assert.match(stderr, /copy takes a SQLite database into PostgreSQL, and nothing else\./)
  assert.match(stderr, /copy --from sqlite:data\/canvas-sync\.db --database "\$DATABASE_URL"$/m)
})
