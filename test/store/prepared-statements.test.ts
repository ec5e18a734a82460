import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { Client } from 'pg'
import { PostgresDatabase } from '../../src/store/postgres/postgres-database.ts'
import { connectClient } from '../../src/store/postgres/postgres-pool.ts'
import { parsePostgresUrl } from '../../src/store/postgres/postgres-url.ts'
import { PreparedStatements } from '../../src/store/postgres/prepared-statements.ts'
import { rowsOf } from '../../src/store/postgres/statement-run.ts'
import { startPostgres } from '../support/postgres-server.ts'

let url = ''
before(async () => {
  url = await (await startPostgres()).createDatabase()
})

/** The texts that the server keeps for the connection of a client, in their order. */
async function keptBy(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ statement: string }>(
    'select statement from pg_prepared_statements order by statement',
  )
  return rows.map(({ statement }) => statement)
}

async function withStatements(
  most: number,
  use: (statements: PreparedStatements, client: Client) => Promise<void>,
): Promise<void> {
  const client = await connectClient(parsePostgresUrl(url))
  try {
    await use(new PreparedStatements(client, most), client)
  } finally {
    await client.end()
  }
}

describe('the statements of a connection', () => {
  it('are kept from the second time on, and answer the same each time', async () => {
    await withStatements(10, async (statements, client) => {
      const text = 'select $1::bigint as number, $2::text as text, $3::text[] as list'
      for (const kept of [[], [text], [text], [text]]) {
        const result = await statements.run(text, [7, 'é', ['a"b', '{c\\,d}', null]])
        assert.deepEqual(rowsOf(result), [{ number: 7, text: 'é', list: ['a"b', '{c\\,d}', null] }])
        assert.deepEqual(await keptBy(client), kept)
      }
    })
  })

  it('are forgotten by the server when there are too many, the longest unused first', async () => {
    await withStatements(3, async (statements, client) => {
      const texts = ['select 1', 'select 2', 'select 3', 'select 4']
      for (const text of [...texts.slice(0, 3), ...texts.slice(0, 3)]) await statements.run(text, [])
      assert.deepEqual(await keptBy(client), texts.slice(0, 3))
      await statements.run('select 1', [])
      await statements.run('select 4', [])
      assert.deepEqual(await keptBy(client), ['select 1', 'select 3'])
      for (const text of texts) assert.equal((await statements.run(text, [])).rows.length, 1)
    })
  })

  it('go on after one of them failed, named or not', async () => {
    await withStatements(10, async (statements) => {
      for (const divisor of [1, 0, 2, 0, 0, 4]) {
        const asked = statements.run('select 8 / $1::bigint as quotient', [divisor])
        if (divisor === 0) await assert.rejects(asked, { code: '22012' })
        else assert.deepEqual(rowsOf(await asked), [{ quotient: 8 / divisor }])
      }
      for (let time = 0; time < 3; time++) {
        await assert.rejects(statements.run('select nothing', []), { code: '42703' })
        await assert.rejects(statements.runMany('select $1::bigint', [[1], ['x']]), { code: '22P02' })
      }
      await statements.runMany('select $1::bigint', [[1], [2]])
    })
  })
})

describe('a statement that was prepared before a migration of another server', () => {
  it('is prepared anew, in reads and in transactions', async () => {
    const own = await (await startPostgres()).createDatabase()
    const address = { ...parsePostgresUrl(own), pool_size: 2 }
    const database = new PostgresDatabase(address)
    const other = new Client({ connectionString: own })
    await other.connect()
    await other.query('create table migrated (a bigint); insert into migrated values (1)')
    const read = (): Promise<object[]> => database.read(({ select }) => select('select * from migrated', []))
    const write = (): Promise<object[]> =>
      database.write(async ({ select }) => {
        await select('insert into migrated values (2)', [])
        return await select('select * from migrated where a = 1', [])
      })
    for (let time = 0; time < 3; time++)
      assert.deepEqual([await read(), await write()].flat().at(0), { a: 1 })
    await other.query(`alter table migrated add column b text default 'new'`)
    assert.deepEqual(await write(), [{ a: 1, b: 'new' }])
    assert.deepEqual((await read()).at(0), { a: 1, b: 'new' })
    // What was undone is not there twice.
    const { rows } = await other.query<{ count: string }>('select count(*) from migrated where a = 2')
    assert.equal(rows[0]?.count, '4')
    await other.end()
    await database.close()
  })
})
