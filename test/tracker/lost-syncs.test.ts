import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openStore } from '../../src/store/open-store.ts'
import { createMonitor } from '../../src/tracker/monitor.ts'
import { LOST_AFTER_MS, whyLost, type Surroundings } from '../../src/tracker/lost-syncs.ts'
import { processIdentity } from '../../src/tracker/process-identity.ts'
import { START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { trackings } from './support/tracking.ts'

const HERE = {
  host: 'worker-1',
  pid: 100,
  pid_space: 'worker-1/pid:[1]',
  boot: 'b1',
  process_started: 'worker-1/pid:[1] 100 b1',
}

/** Pids that live, with their start; 666 lives but the system does not say since when. */
const STARTS: Readonly<Record<number, string>> = { 100: '100', 4711: '881234', 666: 'unknown' }
const surroundings: Surroundings = { self: HERE, startOf: (pid) => STARTS[pid] }

const ours = {
  host: 'worker-1' as string | null,
  pid: 4711 as number | null,
  process_started: 'worker-1/pid:[1] 881234 b1' as string | null,
  heartbeat_expected: true,
}
const silent = LOST_AFTER_MS
const hour = 3_600_000
const GONE = 'Process 4711 that ran the sync is gone.'

type Case = readonly [what: string, sync: Partial<typeof ours>, silent_ms: number, why: string | null]
const table: readonly Case[] = [
  ['lives on this host', {}, 0, null],
  ['lives on this host and has been silent for an hour', {}, hour, null],
  ['is gone from this host', { pid: 4712 }, 0, 'Process 4712 that ran the sync is gone.'],
  [
    'is gone from this host and need not be heard',
    { pid: 4712, heartbeat_expected: false },
    0,
    'Process 4712 that ran the sync is gone.',
  ],
  ['has a pid that another process has now', { process_started: 'worker-1/pid:[1] 7 b1' }, 0, GONE],
  ['was of a version that did not tell the boot', { process_started: 'worker-1/pid:[1] 7' }, 0, GONE],
  ['started at a time that was unknown then', { process_started: 'worker-1/pid:[1] unknown' }, 0, null],
  ['lives, and its start is unknown now', { pid: 666, process_started: 'worker-1/pid:[1] 7' }, 0, null],
  [
    'is gone, and its start was unknown then',
    { pid: 5, process_started: 'worker-1/pid:[1] unknown' },
    0,
    'Process 5 that ran the sync is gone.',
  ],
  [
    'is on another machine of the same name',
    { pid: 5, process_started: 'worker-1/pid:[1] 7 b2' },
    silent - 1,
    null,
  ],
  [
    'was on this machine before it was started anew, or on another of its name',
    { pid: 5, process_started: 'worker-1/pid:[1] 7 b2' },
    silent,
    'No heartbeat from worker-1 for 30 s.',
  ],
  ['is in another container of this host', { pid: 1, process_started: 'worker-1/pid:[2] 7' }, 0, null],
  [
    'is in another container of this host and silent',
    { pid: 1, process_started: 'worker-1/pid:[2] 7' },
    silent,
    'No heartbeat from worker-1 for 30 s.',
  ],
  ['is on another host and has been silent for almost 30 s', { host: 'worker-2' }, silent - 1, null],
  [
    'is on another host and has been silent for 30 s',
    { host: 'worker-2' },
    silent,
    'No heartbeat from worker-2 for 30 s.',
  ],
  ['is on another host and need not be heard', { host: 'worker-2', heartbeat_expected: false }, hour, null],
  ['said nothing of its process', { process_started: null }, 0, null],
  [
    'said nothing of its process and is silent',
    { process_started: null, pid: null },
    silent,
    'No heartbeat from worker-1 for 30 s.',
  ],
  ['said nothing of its host and is silent', { host: null }, silent, 'No heartbeat from its host for 30 s.'],
]

describe('a sync whose process', () => {
  for (const [what, sync, silent_ms, why] of table) {
    it(`${what} → ${why === null ? 'may live' : 'lost'}`, () => {
      assert.equal(whyLost({ ...ours, ...sync }, silent_ms, surroundings), why)
    })
  }
})

describe('looking for lost syncs', () => {
  const directory = temporaryDirectory()
  const open = trackings()
  const self = processIdentity()
  const here = { host: self.host, pid: self.pid, process_started: self.process_started }
  /** A sync of this host whose process never lived. */
  const gone = (id: string) =>
    syncStart(id, { ...here, process_started: `${self.pid_space} 1`, user_id: '42' })

  it('leaves a stopped process alone and finds a killed one at the next start of any monitor', async () => {
    const database = `sqlite:${join(directory, 'killed.db')}`
    const logDir = join(directory, 'logs')
    const program = fileURLToPath(new URL('support/running-sync.ts', import.meta.url))
    const child = spawn(process.execPath, [program, database, logDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const [said] = (await once(child.stdout, 'data')) as [Buffer]
      const id = Number(said.toString())
      await using store = await openStore(database)
      child.kill('SIGSTOP')
      {
        await using monitor = await createMonitor({ database, logDir })
        assert.deepEqual(await monitor.markLostSyncs(), [])
        assert.equal((await store.syncs.getSync(id))?.sync_status, 'in_progress')
      }
      child.kill('SIGKILL')
      await once(child, 'exit')
      await using monitor = await createMonitor({ database, logDir })
      const row = await store.syncs.getSync(id)
      assert.deepEqual([row?.sync_status, row?.error_type], ['lost', 'lost'])
      assert.equal(row?.error_message, `Process ${child.pid} that ran the sync is gone.`)
      assert.deepEqual(await monitor.markLostSyncs(), [], 'it is told once')
      await monitor.logs.flush()
      const line = JSON.parse(readFileSync(join(logDir, 'errors.log'), 'utf8')) as Record<string, unknown>
      assert.partialDeepStrictEqual(line, {
        level: 'ERROR',
        event: 'sync_lost',
        task_id: 'to be killed',
        user_id: 42,
        error_type: 'lost',
        operation: 'sync',
        host: self.host,
        pid: child.pid,
        message: row.error_message,
      })
    } finally {
      child.kill('SIGKILL')
    }
  })

  it('leaves the syncs of this very process alone, however old they are', async () => {
    const { store, monitor } = await open()
    const id = await store.syncs.startSync(syncStart('mine', { ...here, started_at: START - 24 * hour }))
    assert.deepEqual(await monitor.markLostSyncs(), [])
    assert.equal((await store.syncs.getSync(id))?.sync_status, 'in_progress')
  })

  it('is done once for all who ask at the same time', async () => {
    const { store, monitor } = await open()
    const id = await store.syncs.startSync(gone('shared'))
    const looks = (): number => store.calls.filter((call) => call === 'listRunning').length
    const before = looks()
    const answers = await Promise.all([
      monitor.markLostSyncs(),
      monitor.markLostSyncs(),
      monitor.markLostSyncs(),
    ])
    assert.deepEqual(answers, [[id], [id], [id]])
    assert.equal(looks(), before + 1)
    assert.deepEqual(await monitor.markLostSyncs(), [])
    assert.equal(looks(), before + 2)
  })

  it('is done every second where that is asked for, also after a look that failed', async () => {
    const { store, monitor, clock, logs } = await open()
    monitor.watchLostSyncs()
    monitor.watchLostSyncs()
    const id = await store.syncs.startSync(gone('watched'))
    store.fail('listRunning')
    clock.advance(1000)
    await store.quiet()
    assert.equal((await store.syncs.getSync(id))?.sync_status, 'in_progress')
    store.mend()
    const before = store.calls.filter((call) => call === 'listRunning').length
    clock.advance(1000)
    await store.quiet()
    assert.equal(store.calls.filter((call) => call === 'listRunning').length, before + 1)
    assert.equal((await store.syncs.getSync(id))?.sync_status, 'lost')
    assert.equal(logs.events('errors').length, 1)
    await monitor.close()
    clock.advance(10_000)
    await store.quiet()
    assert.equal(store.calls.filter((call) => call === 'listRunning').length, before + 1)
  })

  it('writes the line of each sync that it has marked, even when the store fails at the next one', async () => {
    const { store, monitor, logs } = await open()
    const ids = [await store.syncs.startSync(gone('a')), await store.syncs.startSync(gone('b'))]
    store.fail('getSync', 'saveRunningTime')
    assert.deepEqual(new Set(await monitor.markLostSyncs()), new Set(ids))
    const lines = logs
      .events('errors')
      .map(({ event, task_id, user_id }) => [event, task_id, user_id].join(' '))
    assert.deepEqual(new Set(lines), new Set(['sync_lost a 42', 'sync_lost b 42']))
  })

  it('leaves a sync alone that ends between look and mark', async () => {
    const { store, monitor, logs } = await open()
    const id = await store.syncs.startSync(gone('just in time'))
    const release = store.hold('markLost')
    const marked = store.called('markLost')
    const look = monitor.markLostSyncs()
    await marked
    await store.syncs.finishSync(id, syncFinish())
    release()
    assert.deepEqual(await look, [])
    assert.equal((await store.syncs.getSync(id))?.sync_status, 'completed')
    assert.equal(logs.events('errors').length, 0)
  })
})
