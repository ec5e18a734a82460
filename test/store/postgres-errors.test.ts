import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Client, DatabaseError, type ClientBase } from 'pg'
import { isMonitorError, type MonitorError } from '../../src/core/errors.ts'
import { openStore } from '../../src/store/open-store.ts'
import { toStoreError } from '../../src/store/postgres/postgres-errors.ts'
import { guardServer } from '../../src/store/postgres/postgres-server-check.ts'
import { parsePostgresUrl } from '../../src/store/postgres/postgres-url.ts'
import { PostgresServer } from '../support/postgres-server.ts'
import { syncProgress, syncStart } from '../support/sync-factory.ts'
import { syncedRow } from '../support/synced-row-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const SECRET = 'S3cret/päss'
const ADDRESS = parsePostgresUrl('postgres://me:S3cret@db.example.edu/grades')

let server: PostgresServer
before(async () => {
  server = await PostgresServer.start()
})
after(() => server.stop())

async function run(url: string, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

/** The URL with these parts in place of its own. */
function withParts(
  url: string,
  parts: Partial<Pick<URL, 'username' | 'password' | 'pathname' | 'port'>>,
): string {
  return Object.assign(new URL(url), parts).href
}

function assertTold(error: unknown, code: string, sentence: RegExp, next_step: RegExp): void {
  assert.ok(isMonitorError(error), String(error))
  assert.equal(error.code, code, `${error.message} ${String(error.cause)}`)
  assert.match(error.message, sentence)
  assert.match(error.message, /^[A-Z].*\.$/)
  assert.match(error.next_step, next_step)
  const told = [error.message, error.next_step, String(error.stack), String(error.cause)].join('\n')
  for (const secret of [SECRET, encodeURIComponent(SECRET)]) assert.ok(!told.includes(secret))
}

const opening = (url: string): Promise<unknown> =>
  openStore(url).then(
    async (store) => {
      await store.close()
      return null
    },
    (error: unknown) => error,
  )

describe('a PostgreSQL database that cannot be opened', () => {
  it('is told when no server is there', async () => {
    const nobody = withParts(server.url, { password: encodeURIComponent(SECRET), port: '1' })
    const next = /host and port/
    assertTold(
      await opening(nobody),
      'database_unreachable',
      /^No .* for postgres at 127\.0\.0\.1:1\.$/,
      next,
    )
    const unknown_host = `postgres://me:${encodeURIComponent(SECRET)}@nowhere.invalid/x`
    assertTold(await opening(unknown_host), 'database_unreachable', /for x at nowhere\.invalid:5432/, next)
  })

  it('is told when what answers is no PostgreSQL', async () => {
    const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
      0,
      '127.0.0.1',
    )
    await new Promise((resolve) => other.once('listening', resolve))
    const port = String((other.address() as AddressInfo).port)
    const error = await opening(withParts(server.url, { port }))
    other.close()
    assertTold(error, 'database_unreachable', /No PostgreSQL server answers/, /host and port/)
  })

  it('is told when the password is wrong, without repeating it', async () => {
    const url = withParts(server.url, { password: encodeURIComponent(SECRET) })
    assertTold(await opening(url), 'database_refused', /refuses the user or the password/, /pg_hba\.conf/)
  })

  it('is told when there is none of that name', async () => {
    const url = server.urlOf('not_there')
    assertTold(await opening(url), 'database_refused', /There is no .* not_there at/, /createdb/)
  })

  it('is told when TLS is asked for and the server has none', async () => {
    const url = `${server.url}?sslmode=require`
    assertTold(await opening(url), 'database_refused', /No safe connection/, /sslrootcert/)
  })

  it('is told when all its connections are taken', async () => {
    const url = await server.createDatabase()
    const name = new URL(url).pathname.slice(1)
    await run(
      url,
      `create role crowded login password 'x' connection limit 1`,
      `grant all on database ${name} to crowded`,
      'grant all on schema public to crowded',
    )
    const crowded = withParts(url, { username: 'crowded', password: 'x' })
    const client = new Client({ connectionString: crowded })
    await client.connect()
    const error = await opening(crowded)
    await client.end()
    assertTold(error, 'database_busy', /no connection left/, /max_connections/)
    assert.equal(await opening(crowded), null)
  })

  it('is told when its user may not make tables', async () => {
    const url = await server.createDatabase()
    await run(url, "create role guest login password 'x'")
    const error = await opening(withParts(url, { username: 'guest', password: 'x' }))
    assertTold(error, 'not_writable', /may not use the tables/, /rights/)
  })

  it('is told when it takes no changes, as on a standby', async () => {
    const url = await server.createDatabase()
    await run(url, `alter database ${new URL(url).pathname.slice(1)} set default_transaction_read_only = on`)
    assertTold(await opening(url), 'not_writable', /a standby or read-only/, /primary/)
  })

  it('is told when it cannot hold every text', async () => {
    await run(
      server.url,
      "create database latin encoding 'LATIN1' locale_provider libc locale 'C' template template0",
    )
    assertTold(await opening(server.urlOf('latin')), 'database_unsupported', /is in LATIN1/, /UTF8/)
  })

  it('is told when the server is too old', async () => {
    const facts = { version_number: '130021', version: '13.21', encoding: 'UTF8', schema: 'public' }
    const old = { query: async () => ({ rows: [facts] }) } as unknown as ClientBase
    const error = await guardServer(old, ADDRESS).catch((refusal: unknown) => refusal)
    assertTold(error, 'database_unsupported', /^PostgreSQL 13\.21 is too old\.$/, /PostgreSQL 14 or newer/)
  })

  it('is told when its URL is none', () => {
    for (const url of [
      'postgres://me:S3cret@:x/y',
      'postgres://me:S3cret@host:99999/x',
      'postgres://h/x?pool_size=1',
      'postgres://h/x?statement_timeout=never',
      'postgres://me:S3cret@h/x?sslmode=require&sslrootcert=/not/there.pem',
    ]) {
      assert.throws(
        () => parsePostgresUrl(url),
        (error: unknown) => {
          assertTold(error, 'config_invalid', /database/, /./)
          assert.doesNotMatch((error as Error).message, /S3cret/)
          return true
        },
      )
    }
  })
})

describe('a PostgreSQL database that is held by another program', () => {
  it('fails a read and a write in time, and is used again after that', async () => {
    const url = await server.createDatabase()
    await using store = await openStore(`${url}?statement_timeout=300`)
    const id = await store.syncs.startSync(syncStart('held'))
    const holder = new Client({ connectionString: url })
    await holder.connect()
    await holder.query('begin; lock table canvas_sync_metrics in access exclusive mode')
    for (const call of [() => store.syncs.getSync(id), () => store.syncs.saveProgress(id, syncProgress())]) {
      const error = await call().catch((refusal: unknown) => refusal)
      assertTold(error, 'database_busy', /took too long/, /pg_stat_activity/)
    }
    await holder.query('commit')
    await holder.end()
    assert.equal(await store.syncs.saveProgress(id, syncProgress()), true)
  })
})

describe('the health of a store on PostgreSQL', () => {
  it('is bad while the database takes no changes, and good again when it does', async () => {
    const url = await server.createDatabase()
    const name = new URL(url).pathname.slice(1)
    await using store = await openStore(url)
    const end = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`
    await run(server.url, `alter database ${name} set default_transaction_read_only = on`, end)
    const { ok, message } = await store.health()
    assert.equal(ok, false)
    assert.match(message ?? '', /^The PostgreSQL database \S+ at \S+ takes no changes/)
    await assert.rejects(store.syncs.startSync(syncStart('refused')), { code: 'not_writable' })
    assert.deepEqual(await store.syncs.listSyncs({ limit: 1 }), [])
    await run(server.url, `alter database ${name} reset default_transaction_read_only`, end)
    assert.deepEqual(await store.health(), { ok: true, message: null })
    assert.ok(await store.syncs.startSync(syncStart('taken')))
  })
})

describe('what PostgreSQL says', () => {
  const told = (state: string, words = 'words of the server'): MonitorError => {
    const error = new DatabaseError(words, words.length, 'error')
    error.code = state
    return toStoreError(error, ADDRESS)
  }

  it('becomes a code by its SQLSTATE, with the place and not the password', () => {
    const codes: [string, string][] = [
      ['28000', 'database_refused'],
      ['3D000', 'database_refused'],
      ['42501', 'not_writable'],
      ['25006', 'not_writable'],
      ['53300', 'database_busy'],
      ['53100', 'disk_full'],
      ['57014', 'database_busy'],
      ['55P03', 'database_busy'],
      ['40P01', 'database_busy'],
      ['57P01', 'database_unreachable'],
      ['57P03', 'database_unreachable'],
      ['08006', 'database_unreachable'],
      ['XX001', 'database_corrupt'],
      ['42601', 'storage'],
    ]
    for (const [state, code] of codes) {
      const error = told(state)
      assert.equal(error.code, code, state)
      assert.match(error.message, /^[A-Z].*\.$/)
      assert.doesNotMatch(error.message, /S3cret|words of the server/)
      assert.notEqual(error.next_step, '')
      assert.match((error.cause as Error).message, new RegExp(`^${state}: words of the server`))
    }
  })

  it('is not repeated where it may hold the data of a row', () => {
    for (const state of ['22P02', '23505']) {
      const { cause } = told(state, 'Key (name)=(Ann Example) exists')
      assert.doesNotMatch(`${String(cause)} ${(cause as Error).stack ?? ''}`, /Ann/)
    }
  })
})

describe('a full disk of the server', () => {
  // Registered before the removal of the directory, so that it comes first.
  after(() => {
    if (mount.status === 0) spawnSync('umount', [mounted])
  })
  const mounted = join(temporaryDirectory(), 'small-disk')
  mkdirSync(mounted)
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', mounted])
  const skip = mount.status === 0 ? false : 'needs the right to mount a small tmpfs'

  it('is told as such, loses nothing acknowledged, and can still be read', { skip }, async () => {
    // The server runs as another user, who has to get there.
    chmodSync(join(mounted, '..'), 0o755)
    const place = join(mounted, 'tables')
    mkdirSync(place)
    chownSync(place, 65_534, 65_534)
    await using server = await PostgresServer.start()
    await run(server.url, `create tablespace small location '${place}'`)
    await run(server.url, 'create database filled tablespace small template template0')
    await using store = await openStore(server.urlOf('filled'))
    const { id: source_id } = await store.data.openSource('https://canvas.test', '1', 1)
    const listing = await store.data.beginListing({ source_id, entity: 'sections', listed_by: '1' }, 1)
    const acknowledged: string[] = []
    let refused: unknown
    // What cannot be pressed together.
    const random = () => Array.from({ length: 8000 }, () => Math.random().toString(36).slice(2)).join('')
    for (let page = 0; page < 400 && refused === undefined; page++) {
      const ids = Array.from({ length: 5 }, (_, row) => `${page}-${row}`)
      const rows = ids.map((id) => ({ ...syncedRow('sections', id), data: JSON.stringify(random()) }))
      try {
        await store.data.applyRows(listing, rows)
        acknowledged.push(...ids)
      } catch (error) {
        refused = error
      }
    }
    assertTold(refused, 'disk_full', /^The disk of the PostgreSQL server of filled at/, /space/)
    assert.deepEqual(await store.data.listRowIds(listing), acknowledged.sort())
    assert.ok((await store.health()).ok)
  })
})
