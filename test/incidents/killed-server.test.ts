import { join } from 'node:path'
import { it } from 'node:test'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { exerciseKills, KilledServer, KILLS } from './support/killed-servers.ts'

it(`a server that is killed ${KILLS} times finds each incident once and counts each sync once`, async () => {
  const directory = temporaryDirectory()
  await exerciseKills(`sqlite:${join(directory, 'syncs.db')}`, [new KilledServer(directory)])
})
