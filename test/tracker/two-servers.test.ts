import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MemoryLogWriter } from '../../src/logs/writing/memory-log-writer.ts'
import { openStore } from '../../src/store/open-store.ts'
import { LostSyncWatch } from '../../src/tracker/lost-sync-watch.ts'
import { processIdentity } from '../../src/tracker/process-identity.ts'
import { syncLimits } from '../../src/tracker/sync-limits.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { START, syncStart } from '../support/sync-factory.ts'

describe('two servers on one PostgreSQL database', () => {
  it('mark each sync once, with one line and one change of status, whatever the reason', async () => {
    const database = await (await startPostgres()).createDatabase()
    await using first = await openStore(database)
    await using second = await openStore(database)
    const clock = new FakeClock()
    const servers = [first, second].map((store) => {
      const logs = new MemoryLogWriter({ clock })
      return { logs, watch: new LostSyncWatch(store.syncs, logs, clock, syncLimits({ slow: '1h' })) }
    })
    const { host, pid, pid_space, process_started } = processIdentity()
    const start = (name: string, changes: object): Promise<number> =>
      first.syncs.startSync(syncStart(name, changes))
    const gone = { host, pid, process_started: `${pid_space} 1` }
    const lost = await Promise.all(Array.from({ length: 150 }, (_, index) => start(`gone-${index}`, gone)))
    lost.push(...(await Promise.all([1, 2, 3].map((n) => start(`far-${n}`, { host: 'elsewhere' })))))
    const slow = await Promise.all(
      [1, 2, 3].map((n) => start(`slow-${n}`, { host, pid, process_started, sync_type: 'slow' })),
    )
    await first.syncs.heartbeat(slow, START, [3_600_000, 3_600_001, 3_700_000])
    const marked: number[] = []
    for (let second_of_watch = 0; second_of_watch <= 31; second_of_watch++) {
      const looks = await Promise.all(servers.map(({ watch }) => watch.once()))
      marked.push(...looks.flat())
      clock.advance(1000)
    }
    const ascending = (ids: number[]): number[] => ids.toSorted((a, b) => a - b)
    assert.deepEqual(ascending(marked), ascending(lost))
    const lines = servers.flatMap(({ logs }) => logs.events('errors'))
    assert.equal(lines.length, lost.length + slow.length)
    assert.equal(new Set(lines.map((line) => line['task_id'])).size, lines.length)
    for (const id of [...lost, ...slow]) {
      assert.equal((await second.syncs.listStatusChanges(id)).length, 2)
    }
  })
})
