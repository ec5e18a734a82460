import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore } from '../../src/store/open-store.ts'
import { runCli } from '../cli/support/run-cli.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { openEventServer, told } from './support/event-server.ts'
import { runOne } from './support/run-one.ts'

const directory = temporaryDirectory()

/** Two changes of a user, seen by a client of each server; then the user is erased by a process of its own. */
async function eraseBehind(database: string, servers: number): Promise<void> {
  const opened = await Promise.all(Array.from({ length: servers }, () => openEventServer(database)))
  const clients = await Promise.all(opened.map(({ follow }) => follow()))
  await using store = await openStore(database)
  const id = await store.syncs.startSync(syncStart('of erika', { user_id: 'erika' }))
  await store.syncs.finishSync(id, syncFinish())
  const before: string[] = []
  for (const client of clients) {
    const events = await client.take(2)
    assert.deepEqual(events.map(told), ['of erika in_progress', 'of erika completed'])
    before.push(String(Number(events[0]?.id) - 1))
  }
  const erase = ['privacy', 'erase', '--user', 'erika', '--yes', '--log-dir', join(directory, 'logs')]
  const { code, stdout, stderr } = await runCli([...erase, '--database', database], { cwd: directory })
  assert.equal(code, 0, stdout + stderr)
  await runOne(store, 'after')
  for (const [index, { follow }] of opened.entries()) {
    // Its hub has come by the erasure when it has come to what was later.
    await clients[index]?.take(2)
    const back = await follow('', before[index])
    assert.deepEqual((await back.take(2)).map(told), ['after in_progress', 'after completed'])
    await back.close()
    await clients[index]?.close()
  }
}

test('who comes back after a user was erased by another process gets no event of that user (SQLite)', async () => {
  await eraseBehind(`sqlite:${join(directory, 'sync.db')}`, 1)
})

test('who comes back after a user was erased by another process gets no event of that user, at any of several servers (PostgreSQL)', async () => {
  await eraseBehind(await (await startPostgres()).createDatabase(), 2)
})
