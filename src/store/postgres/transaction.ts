import type { ClientBase } from 'pg'
import type { SqlConnection } from '../sql/sql-database.ts'
import { connectionOver } from './postgres-connection.ts'
import { isConnectionLost } from './postgres-errors.ts'

/** How a transaction ended, as far as the one that asked for it knows. */
export type Outcome<T> =
  | { readonly kind: 'committed'; readonly value: T }
  | { readonly kind: 'undone'; readonly error: unknown }
  /** The connection broke after the commit was sent: only the server knows. `xid` is what to ask for. */
  | { readonly kind: 'unknown'; readonly value: T; readonly xid: string; readonly error: unknown }

/**
 * Runs `work` in one transaction. Read committed: each statement sees what is committed when it starts, and who
 * reads before it writes says so with a lock. Stricter levels would have the server undo most heartbeats and
 * progress reports of a busy sync only because somebody read the row.
 */
export async function runTransaction<T>(
  client: ClientBase,
  work: (connection: SqlConnection) => Promise<T>,
): Promise<Outcome<T>> {
  let value: T
  let xid: string
  try {
    // The transaction's number is what its outcome can be asked by when the connection breaks.
    const answers = await client.query('begin; select pg_current_xact_id()::text as xid')
    xid = xidOf(answers)
    value = await work(connectionOver(client))
  } catch (error) {
    if (!isConnectionLost(error)) await rollBack(client)
    return { kind: 'undone', error }
  }
  try {
    const { command } = await client.query('commit')
    if (command === 'COMMIT') return { kind: 'committed', value }
    // A statement failed and `work` went on: PostgreSQL keeps nothing of such a transaction.
    return { kind: 'undone', error: new Error('the work of a transaction ignored an error of the database') }
  } catch (error) {
    if (isConnectionLost(error)) return { kind: 'unknown', value, xid, error }
    await rollBack(client)
    return { kind: 'undone', error }
  }
}

/** Several statements have several answers, which the driver's types do not say. */
function xidOf(answers: unknown): string {
  const [, answer] = answers as readonly { rows: readonly { xid: string }[] }[]
  return answer?.rows[0]?.xid ?? ''
}

async function rollBack(client: ClientBase): Promise<void> {
  try {
    await client.query('rollback')
  } catch {
    // The error that led here is the one to tell; the pool drops a client that cannot be used.
  }
}

/**
 * What became of a transaction whose connection broke during its commit; null when the server cannot say: it was
 * too long ago, or another server has taken its place.
 */
export async function outcomeOf(
  client: ClientBase,
  xid: string,
): Promise<'committed' | 'aborted' | 'in progress' | null> {
  const { rows } = await client.query<{ status: 'committed' | 'aborted' | 'in progress' | null }>(
    'select pg_xact_status($1::xid8) as status',
    [xid],
  )
  return rows[0]?.status ?? null
}
