import { DatabaseError } from 'pg'
import { MonitorError, systemErrorCode, type ErrorCode } from '../../core/errors.ts'
import type { PostgresAddress } from './postgres-url.ts'

/** What the driver says without a code when a connection is gone or does not come about. */
const LOST_MESSAGES =
  /^(?:Connection terminated|Client has encountered|Client was closed|Query read timeout|timeout expired|Connection ended)/

const LOST_SYSTEM_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
])

/** The five signs of SQLSTATE, when the server itself has answered. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined
}

/** Whether the connection is gone, or the server that it was to: another one may do. */
export function isConnectionLost(error: unknown): boolean {
  const state = sqlState(error)
  if (state !== undefined) return state.startsWith('08') || /^(?:57P0[1-5]|25P03)$/.test(state)
  if (!(error instanceof Error)) return false
  return LOST_SYSTEM_CODES.has(systemErrorCode(error) ?? '') || LOST_MESSAGES.test(error.message)
}

/** Whether a statement was prepared before a migration changed its columns: it has to be prepared anew. */
export function isOutdatedStatement(error: unknown): boolean {
  return sqlState(error) === '0A000' && (error as DatabaseError).routine === 'RevalidateCachedQuery'
}

/** Whether the server undid a transaction because of another one: the same again may succeed. */
export function isConflict(error: unknown): boolean {
  const state = sqlState(error)
  return state === '40001' || state === '40P01'
}

interface Saying {
  readonly states: RegExp
  readonly code: ErrorCode
  readonly message: (address: PostgresAddress) => string
  readonly next_step: string
}

/** The sentence for a standby, or a database that somebody made read-only. */
export function takesNoChanges({ place }: PostgresAddress): string {
  return `The PostgreSQL database ${place} takes no changes: it is a standby or read-only.`
}

/** What a person can do something about (postgresql.org/docs/current/errcodes-appendix.html). The first one counts. */
const SAYINGS: readonly Saying[] = [
  {
    states: /^28/,
    code: 'database_refused',
    message: ({ place }) => `PostgreSQL refuses the user or the password for ${place}.`,
    next_step:
      'Check both in DATABASE_URL, and what pg_hba.conf asks of this host (perhaps sslmode=require).',
  },
  {
    states: /^3D000$/,
    code: 'database_refused',
    message: ({ place }) => `There is no PostgreSQL database ${place}.`,
    next_step: 'Make it with createdb, or correct the name at the end of DATABASE_URL.',
  },
  {
    states: /^42501$/,
    code: 'not_writable',
    message: ({ place }) => `The user of DATABASE_URL may not use the tables of ${place}.`,
    next_step: 'Give it the rights to use and to create in the schema, or make it the owner of the tables.',
  },
  {
    states: /^25006$/,
    code: 'not_writable',
    message: ({ place }) =>
      `The PostgreSQL database ${place} takes no changes: it is a standby or read-only.`,
    next_step: 'Give the address of the primary server in DATABASE_URL.',
  },
  {
    states: /^53[34]/,
    code: 'database_busy',
    message: ({ place }) => `PostgreSQL has no connection left for ${place}.`,
    next_step: 'Raise max_connections of the server, or set a smaller pool_size in DATABASE_URL.',
  },
  {
    states: /^53100$/,
    code: 'disk_full',
    message: ({ place }) => `The disk of the PostgreSQL server of ${place} is full.`,
    next_step: 'Free some space there and run it again; what was acknowledged is safe.',
  },
  {
    states: /^(?:57014|55P03|40001|40P01)$/,
    code: 'database_busy',
    message: ({ place }) => `The PostgreSQL database ${place} took too long.`,
    next_step: 'Look for long transactions in pg_stat_activity, then run it again.',
  },
  {
    states: /^57P03$/,
    code: 'database_unreachable',
    message: ({ place }) => `The PostgreSQL server of ${place} is starting or stopping.`,
    next_step: 'Wait a moment, then run it again.',
  },
  {
    states: /^XX00[12]$/,
    code: 'database_corrupt',
    message: ({ place }) => `PostgreSQL says that ${place} is damaged.`,
    next_step: "Look at the server's log, and restore a backup.",
  },
]

/** Turns what the driver throws into one sentence with what to do; never repeats a password or a value. */
export function toStoreError(error: unknown, address: PostgresAddress): MonitorError {
  if (error instanceof MonitorError) return error
  const cause = safeCause(error)
  const state = sqlState(error)
  const said = state === undefined ? undefined : SAYINGS.find(({ states }) => states.test(state))
  if (said !== undefined) {
    const { code, message, next_step } = said
    return new MonitorError(code, message(address), { cause, next_step })
  }
  if (isConnectionLost(error)) {
    return new MonitorError('database_unreachable', `No PostgreSQL server answers for ${address.place}.`, {
      cause,
      next_step: 'Check that it runs and that host and port in DATABASE_URL are right, then run it again.',
    })
  }
  if (isTlsError(error)) {
    return new MonitorError('database_refused', `No safe connection to ${address.place} could be made.`, {
      cause,
      next_step:
        'Name the certificate authority with sslrootcert=FILE in DATABASE_URL, or turn TLS on in the server.',
    })
  }
  return new MonitorError('storage', 'PostgreSQL refused an operation.', {
    cause,
    next_step: 'Run doctor, and report it with the errors log if it stays.',
  })
}

function isTlsError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = systemErrorCode(error) ?? ''
  return /CERT|TLS|SSL|UNABLE_TO/.test(code) || error.message.includes('SSL connection')
}

/** The server's words about data (classes 22 and 23) repeat it: only their number is kept. */
function safeCause(error: unknown): unknown {
  const state = sqlState(error)
  if (state === undefined || !(error instanceof Error)) return error
  const words = /^2[23]/.test(state) ? 'about the data of a row' : error.message
  const cause = new Error(`${state}: ${words}`)
  if (error.stack !== undefined && words === error.message) cause.stack = error.stack
  return cause
}
