import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { exerciseIngest } from './ingest-suite.ts'

exerciseIngest('reports into PostgreSQL', async () =>
  PostgresStore.open(await (await startPostgres()).createDatabase()),
)
