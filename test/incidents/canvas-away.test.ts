import assert from 'node:assert/strict'
import { join } from 'node:path'
import { it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { IncidentListRecord } from '../../src/api/incidents/incident-list.ts'
import type { SyncRecord } from '../../src/core/sync-record.ts'
import { runSync } from '../../src/engine/sync-engine.ts'
import { startServer } from '../../src/server/index.ts'
import { startSimulator, type Simulator } from '../../src/simulator/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const BASE = '/api/canvas/metrics'
const SIZE = { courses: 3, students: 10 }
const POLL_MS = 50

it('a Canvas that stops is one incident with all that fails under it, and over when Canvas is back', async () => {
  const directory = temporaryDirectory()
  await using server = await startServer({
    database: `sqlite:${join(directory, 'sync.db')}`,
    logDir: join(directory, 'logs'),
    port: 0,
  })
  const start = (port: number): Promise<Simulator> => startSimulator({ port, throttle: false, size: SIZE })
  await using first = await start(0)
  const baseUrl = first.base_url
  const { host, port } = new URL(baseUrl)
  const token = first.tokens.admin
  const users = ['ann', 'ben', 'cem']
  const syncAll = (): Promise<SyncRecord[]> =>
    Promise.all(
      users.map((userId) =>
        runSync({
          monitor: server.monitor,
          baseUrl,
          token,
          userId,
          syncType: 'courses',
          client: { max_attempts: 1 },
        }),
      ),
    )
  const ask = async (query: string): Promise<IncidentListRecord> => {
    const response = await fetch(`${server.url}${BASE}/incidents?${query}`)
    assert.equal(response.status, 200)
    return (await response.json()) as IncidentListRecord
  }
  const until = async (good: (list: IncidentListRecord) => boolean): Promise<IncidentListRecord> => {
    for (;;) {
      const list = await ask('limit=100')
      if (good(list)) return list
      await delay(POLL_MS)
    }
  }
  for (const { sync_status } of await syncAll()) assert.equal(sync_status, 'completed')

  await first.close()
  for (const { sync_status } of [...(await syncAll()), ...(await syncAll())])
    assert.equal(sync_status, 'failed')
  const away = await until(({ states, incidents }) => states.open === 1 && (incidents.at(0)?.count ?? 0) >= 6)
  const parent = away.incidents.find(({ state }) => state === 'open')
  assert.partialDeepStrictEqual(parent, {
    rule: 'canvas_unreachable',
    severity: 'critical',
    count: 6,
    user_count: 3,
    subject: { host, error_type: 'network' },
    words: {
      title: `Canvas at ${host} cannot be reached`,
      whose: '3 users',
      cause: 'There is no connection to Canvas.',
    },
  })
  const children = away.incidents.filter(({ state }) => state === 'suppressed')
  assert.deepEqual(
    children.map(({ rule, parent_id }) => [rule, parent_id]),
    [['sync_failed', parent?.id]],
  )
  assert.equal(away.incidents.length, 2)

  await using again = await start(Number(port))
  assert.equal(again.base_url, baseUrl)
  for (const { sync_status } of await syncAll()) assert.equal(sync_status, 'completed')
  const over = await until(({ states }) => states.resolved === 2)
  assert.deepEqual(over.states, { open: 0, acknowledged: 0, muted: 0, suppressed: 0, resolved: 2 })
  const changes = await server.monitor.store.incidents.changesAfter(0, 100)
  assert.deepEqual(
    changes.filter(({ incident }) => incident.id === parent?.id).map(({ change }) => change.change),
    ['opened', 'resolved'],
  )
  assert.equal(changes.filter(({ change }) => change.change === 'opened').length, 1, 'told once')
})
