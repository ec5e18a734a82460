import { createHash } from 'node:crypto'
import {
  type CompiledQuery,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
} from 'kysely'
import type { ClientBase } from 'pg'
import type { SqlConnection } from '../sql/sql-database.ts'
import type { Tables } from '../sql/tables.ts'
import { copyIn, copyText } from './copy-in.ts'
import { sqlState } from './postgres-errors.ts'
import { PreparedStatements } from './prepared-statements.ts'
import { changedRows, rowsOf } from './statement-run.ts'

/** The number of an advisory lock: they are shared by all programs of a database, so the name is hashed. */
export function lockKey(name: string): string {
  return createHash('sha256').update(`canvas_sync ${name}`).digest().readBigInt64BE().toString()
}

/** A unit of work may ask several things at once; the driver wants them one after the other. */
function queue(): <T>(ask: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (ask) => {
    const answer = last.then(ask, ask)
    last = answer
    return answer
  }
}

function newConnection(client: ClientBase): SqlConnection {
  const inTurn = queue()
  const statements = new PreparedStatements(client)
  const ask = (text: string, parameters: readonly unknown[]) => inTurn(() => statements.run(text, parameters))
  const select = async <Row>(text: string, parameters: readonly unknown[]): Promise<Row[]> =>
    rowsOf(await ask(text, parameters)) as Row[]
  return {
    dialect: 'postgres',
    query: kyselyOver({
      executeQuery: async <Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> => {
        const result = await ask(sql, parameters)
        const rows = rowsOf(result) as Row[]
        const changed = changedRows(result)
        return changed === null ? { rows } : { rows, numAffectedRows: BigInt(changed) }
      },
      // oxlint-disable-next-line require-yield -- the interface asks for a generator; the store never streams rows
      streamQuery: async function* () {
        throw new Error('streamQuery is not used by the store')
      },
    }),
    select,
    selectValues: async (text, parameters) => (await ask(text, parameters)).rows,
    executeMany: async (text, rows) => {
      const all = [...rows]
      if (all.length > 0) await inTurn(() => statements.runMany(text, all))
    },
    copyIn: (table, columns, rows) => inTurn(() => copyOrNone(client, table, columns, rows)),
    lock: async (name) => {
      await select('select pg_advisory_xact_lock($1)', [lockKey(name)])
    },
  }
}

/** Inside a transaction; answers whether the rows are there. */
async function copyOrNone(
  client: ClientBase,
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly unknown[]>,
): Promise<boolean> {
  const names = columns.map((name) => `"${name}"`).join(', ')
  await client.query('savepoint before_copy')
  try {
    await copyIn(client, `copy ${table} (${names}) from stdin`, copyText(rows))
    await client.query('release savepoint before_copy')
    return true
  } catch (error) {
    if (sqlState(error)?.startsWith(INTEGRITY_VIOLATION) !== true) throw error
    await client.query('rollback to savepoint before_copy')
    return false
  }
}

/** The class of errors in which a row breaks a rule. */
const INTEGRITY_VIOLATION = '23'

const connections = new WeakMap<ClientBase, SqlConnection>()

/** The same one for the same client, with the statements that it has built. */
export function connectionOver(client: ClientBase): SqlConnection {
  let known = connections.get(client)
  if (known === undefined) connections.set(client, (known = newConnection(client)))
  return known
}

/** Transactions are the {@link PostgresDatabase}'s business, since it may have to repeat one. */
function kyselyOver(connection: DatabaseConnection): Kysely<Tables> {
  const unused = async (): Promise<void> => {
    throw new Error('transactions are begun by PostgresDatabase.write')
  }
  const driver: Driver = {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: unused,
    commitTransaction: unused,
    rollbackTransaction: unused,
    releaseConnection: async () => {},
    destroy: async () => {},
  }
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: (database) => new PostgresIntrospector(database),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
}
