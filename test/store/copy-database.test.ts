import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Client } from 'pg'
import { copyDatabase } from '../../src/store/copying/copy-database.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const directory = temporaryDirectory()
let files = 0

/** A SQLite database with what `fill` puts into it. */
async function source(fill: (store: Store) => Promise<void>): Promise<string> {
  const path = join(directory, `source-${++files}.db`)
  await using store = await openStore(`sqlite:${path}`)
  await fill(store)
  return path
}

async function target(): Promise<string> {
  return await (await startPostgres()).createDatabase()
}

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}

const ended = async (store: Store, task_id: string, started_at = START): Promise<number> => {
  const id = await store.syncs.startSync(syncStart(task_id, { started_at }))
  await store.syncs.finishSync(id, syncFinish({ finished_at: started_at + 1000 }))
  return id
}

test('a text arrives with every sign that it has, and bytes as they are', async () => {
  const text = 'a\tb\nc\rd\\e\\N \u0000 \u{fdd0} "q" \'s\' 😀 ü'
  const path = await source(async (store) => {
    const id = await store.syncs.startSync(syncStart('one'))
    await store.syncs.finishSync(
      id,
      syncFinish({
        sync_metadata: { text },
        error_message: text,
        status: 'failed',
        error_type: 'job_error',
      }),
    )
  })
  using database = new DatabaseSync(path)
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
  database
    .prepare(`insert into canvas_sync_ingest_lines (writer, batch, taken_at, lines) values ('w', 1, 0, ?)`)
    .run(bytes)
  const to = await target()
  await copyDatabase({ from: path, to })
  await using store = await openStore(to)
  const row = await store.syncs.getSyncByTaskId('one')
  assert.equal(row?.error_message, text)
  assert.deepEqual(row?.sync_metadata, { text })
  const [line] = await query(to, 'select lines from canvas_sync_ingest_lines')
  assert.deepEqual(line?.['lines'], Buffer.from(bytes))
})

test('syncs keep their ids, the next one gets an id of its own, and the sums go on', async () => {
  const path = await source(async (store) => {
    for (const [index, task_id] of ['a', 'b', 'c'].entries())
      await ended(store, task_id, START + index * 60_000)
  })
  using database = new DatabaseSync(path)
  database.exec(`delete from canvas_sync_metrics where sync_task_id = 'c'`)
  const to = await target()
  const copied = await copyDatabase({ from: path, to })
  assert.equal(copied.syncs, 2)
  await using store = await openStore(to)
  assert.equal((await store.syncs.getSyncByTaskId('b'))?.id, 2)
  const next = await ended(store, 'd', START + 240_000)
  assert.ok(next > 2)
  const { differences } = await store.figures.check(null)
  assert.deepEqual(differences, [])
  const [totals] = await query(
    to,
    `select sum(syncs)::int as syncs from canvas_sync_totals where tier = 'month' and sync_status = 'completed'`,
  )
  // With the one that was deleted: sums outlive their rows.
  assert.equal(totals?.['syncs'], 4)
})

test('what is in use already is not copied into, and stays as it is', async () => {
  const path = await source(async (store) => {
    await ended(store, 'theirs')
  })
  const to = await target()
  {
    await using store = await openStore(to)
    await ended(store, 'ours')
  }
  await assert.rejects(copyDatabase({ from: path, to }), {
    code: 'usage',
    message: /^The PostgreSQL database is in use already: canvas_sync_\w+ is not empty\.$/,
  })
  assert.deepEqual(await query(to, 'select sync_task_id from canvas_sync_metrics'), [
    { sync_task_id: 'ours' },
  ])
})

test('a copy that is interrupted leaves nothing, and can be made again', async () => {
  const path = await source(async (store) => {
    await ended(store, 'first')
  })
  using database = new DatabaseSync(path)
  database.exec(`with recursive n (i) as (select 1 union all select i + 1 from n where i < 12000)
    insert into canvas_sync_audit (at, actor_kind, action) select i, 'operator', 'looked' from n`)
  const to = await target()
  const stop = new AbortController()
  const interrupted = copyDatabase({
    from: path,
    to,
    signal: stop.signal,
    onProgress: () => {
      stop.abort()
    },
  })
  await assert.rejects(interrupted, { code: 'cancelled' })
  assert.deepEqual(await query(to, 'select count(*)::int as rows from canvas_sync_audit'), [{ rows: 0 }])
  const seen: number[] = []
  const copied = await copyDatabase({ from: path, to, onProgress: ({ rows_done }) => seen.push(rows_done) })
  assert.equal(copied.tables['canvas_sync_audit'], 12_000)
  assert.equal(seen.at(-1), copied.rows)
  assert.deepEqual(
    seen,
    [...seen].sort((a, b) => a - b),
  )
})

test('what is written while it is copied is in the copy whole or not at all', async () => {
  const path = await source(async (store) => {
    await ended(store, 'before')
  })
  const to = await target()
  await using writer = await openStore(`sqlite:${path}`)
  const copying = copyDatabase({ from: path, to })
  await Promise.all([copying, ended(writer, 'meanwhile', START + 60_000)])
  await using store = await openStore(to)
  assert.deepEqual((await store.figures.check(null)).differences, [])
})

test('the triggers and the indexes are there again afterwards', async () => {
  const path = await source(async () => {})
  const to = await target()
  const indexes = 'select indexdef from pg_indexes where schemaname = current_schema() order by indexname'
  const fresh = await target()
  await (await openStore(fresh)).close()
  await copyDatabase({ from: path, to })
  const [disabled] = await query(to, `select count(*)::int as triggers from pg_trigger where tgenabled = 'D'`)
  assert.equal(disabled?.['triggers'], 0)
  assert.deepEqual(await query(to, indexes), await query(fresh, indexes))
})

test('a source that is missing, older or of somebody else is refused with what to do', async () => {
  const to = await target()
  await assert.rejects(copyDatabase({ from: join(directory, 'none.db'), to }), { code: 'not_found_locally' })
  const foreign = join(directory, 'foreign.db')
  using database = new DatabaseSync(foreign)
  database.exec('create table courses (id integer primary key)')
  await assert.rejects(copyDatabase({ from: foreign, to }), {
    code: 'database_unsupported',
    message: /is of an older version of this program, or is not its own\.$/,
    next_step: /migrate --database sqlite:/,
  })
})
