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
import { parameterOf } from './postgres-values.ts'
import { executeBatch } from './statement-batch.ts'

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
  const ask = (text: string, parameters: readonly unknown[]) =>
    inTurn(() => client.query<object>(text, parameters.map(parameterOf)))
  const select = async <Row>(text: string, parameters: readonly unknown[]): Promise<Row[]> =>
    (await ask(text, parameters)).rows as Row[]
  return {
    dialect: 'postgres',
    query: kyselyOver({
      executeQuery: async <Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> => {
        const { command, rowCount, rows } = await ask(sql, parameters)
        if (command === 'SELECT' || rowCount === null) return { rows: rows as Row[] }
        return { rows: rows as Row[], numAffectedRows: BigInt(rowCount) }
      },
      // oxlint-disable-next-line require-yield -- the interface asks for a generator; the store never streams rows
      streamQuery: async function* () {
        throw new Error('streamQuery is not used by the store')
      },
    }),
    select,
    selectValues: async (text, parameters) => {
      const query = { text, values: parameters.map(parameterOf), rowMode: 'array' as const }
      return (await inTurn(() => client.query<unknown[]>(query))).rows
    },
    executeMany: async (text, rows) => {
      if (rows.length > 0) await inTurn(() => executeBatch(client, text, rows))
    },
    lock: async (name) => {
      await select('select pg_advisory_xact_lock($1)', [lockKey(name)])
    },
  }
}

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
