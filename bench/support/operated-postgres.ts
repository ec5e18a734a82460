import { PostgresServer } from '../../test/support/postgres-server.ts'

/** PostgreSQL as an operator runs it; the tests' own server keeps nothing when the machine fails. */
export function startOperatedPostgres(): Promise<PostgresServer> {
  return PostgresServer.start([
    'fsync=on',
    'full_page_writes=on',
    'shared_buffers=1GB',
    'autovacuum=on',
    'max_wal_size=4GB',
  ])
}
