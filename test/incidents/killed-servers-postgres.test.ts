import { it } from 'node:test'
import { startPostgres } from '../support/postgres-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { exerciseKills, KilledServer, KILLS } from './support/killed-servers.ts'

it(`two servers of one PostgreSQL, killed ${KILLS} times, find each incident once and count each sync once`, async () => {
  const url = await (await startPostgres()).createDatabase()
  const directories = [temporaryDirectory(), temporaryDirectory()]
  await exerciseKills(
    url,
    directories.map((directory) => new KilledServer(directory, url)),
  )
})
