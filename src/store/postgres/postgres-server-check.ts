import type { ClientBase } from 'pg'
import { MonitorError } from '../../core/errors.ts'
import type { PostgresAddress } from './postgres-url.ts'

const OLDEST = 14

interface ServerFacts {
  readonly version_number: string
  readonly version: string
  readonly encoding: string
  readonly schema: string | null
}

/** Throws `database_unsupported` when the server or the database is not what the store needs. */
export async function guardServer(client: ClientBase, { place }: PostgresAddress): Promise<void> {
  const { rows } = await client.query<ServerFacts>(`select
    current_setting('server_version_num') as version_number,
    current_setting('server_version') as version,
    current_setting('server_encoding') as encoding,
    current_schema() as schema`)
  const [facts] = rows
  if (facts === undefined) return
  if (Number(facts.version_number) < OLDEST * 10_000) {
    throw new MonitorError('database_unsupported', `PostgreSQL ${facts.version} is too old.`, {
      next_step: `Use PostgreSQL ${OLDEST} or newer.`,
    })
  }
  if (facts.encoding !== 'UTF8') {
    throw new MonitorError(
      'database_unsupported',
      `The PostgreSQL database ${place} is in ${facts.encoding}, which cannot hold every name.`,
      { next_step: 'Make one with createdb --encoding=UTF8 --template=template0, and use that.' },
    )
  }
  if (facts.schema === null) {
    throw new MonitorError('database_unsupported', `No schema of ${place} may be used.`, {
      next_step: 'Create the schema that the search_path of the user names.',
    })
  }
}
