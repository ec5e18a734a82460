import { accessSync, constants } from 'node:fs'
import { MonitorError } from '../../core/errors.ts'

export interface PostgresAddress {
  /** For the driver. Holds the password. */
  readonly url: string
  /** Host, port and database, for people. */
  readonly place: string
  readonly host: string
  readonly database: string
  readonly pool_size: number
  /** When the server gives a statement up. */
  readonly statement_timeout_ms: number
  /** Statements such as `set x = y` that come last at the start of each session. Default: none. */
  readonly session_settings?: readonly string[]
}

const DEFAULT_POOL_SIZE = 10
/** No statement of the store needs longer; one that waits for ever would hold a connection for ever. */
const DEFAULT_STATEMENT_TIMEOUT_MS = 30_000
const NEXT_STEP =
  'Use postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters of the password percent-encoded.'

/** Reads a `postgres:` URL; throws `config_invalid`, which never repeats it. */
export function parsePostgresUrl(given: string): PostgresAddress {
  const url = URL.parse(given)
  if (url === null || !/^postgres(?:ql)?:/.test(given)) {
    throw new MonitorError('config_invalid', 'The database is not a postgres: URL.', { next_step: NEXT_STEP })
  }
  const pool_size = takeNumber(url, 'pool_size', { minimum: 2, maximum: 1000, otherwise: DEFAULT_POOL_SIZE })
  const statement_timeout_ms = takeNumber(url, 'statement_timeout', {
    minimum: 100,
    maximum: 3_600_000,
    otherwise: DEFAULT_STATEMENT_TIMEOUT_MS,
  })
  // What the driver does with these already, less a warning about its next version.
  const ssl_mode = url.searchParams.get('sslmode')
  if (ssl_mode === 'require' || ssl_mode === 'verify-ca') url.searchParams.set('sslmode', 'verify-full')
  refuseMissingFiles(url.searchParams)
  const host = (url.searchParams.get('host') ?? url.hostname) || 'localhost'
  const port = (url.searchParams.get('port') ?? url.port) || '5432'
  const database = decoded(url.pathname.slice(1))
  return {
    url: url.href,
    place: `${database} at ${host}:${port}`,
    host,
    database,
    pool_size,
    statement_timeout_ms,
  }
}

/** Takes a setting that is ours out of the URL. */
function takeNumber(
  url: URL,
  name: string,
  { minimum, maximum, otherwise }: { minimum: number; maximum: number; otherwise: number },
): number {
  const given = url.searchParams.get(name)
  url.searchParams.delete(name)
  const value = given === null ? otherwise : Number(given)
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return value
  const rule = `a whole number from ${minimum} to ${maximum}`
  throw new MonitorError('config_invalid', `The ${name} of the database must be ${rule}.`, {
    next_step: `Leave it out: it is ${otherwise} then.`,
  })
}

/** The driver reads them whenever it connects, and its error looks like that of a server that is not there. */
function refuseMissingFiles(parameters: URLSearchParams): void {
  for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
    const path = parameters.get(name)
    if (path === null) continue
    try {
      accessSync(path, constants.R_OK)
    } catch (error) {
      throw new MonitorError('config_invalid', `The ${name} of the database, ${path}, cannot be read.`, {
        cause: error,
        next_step: 'Correct its path in the URL of the database, or its permissions.',
      })
    }
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
