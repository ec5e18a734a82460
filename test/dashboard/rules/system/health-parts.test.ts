import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SystemInfo } from '../../../../src/api/system/system-schemas.ts'
import type { CleanupReport } from '../../../../src/logs/cleanup/cleanup-report.ts'
import type { CleanupStatus } from '../../../../src/logs/cleanup/log-directory.ts'
import type { QueueStatus } from '../../../../src/queue/queue-status.ts'
import { healthParts, type PartState } from '../../../../dashboard/src/system/health-parts.ts'

const NOW = Date.parse('2026-11-22T10:15:00.000Z')
const DAY_MS = 86_400_000
const ago = (days: number): string => new Date(NOW - days * DAY_MS).toISOString()

const system: SystemInfo = {
  timestamp: ago(0),
  version: '1.2.3',
  node_version: 'v26.0.0',
  started_at: ago(1),
  uptime_seconds: 86_400,
  memory_bytes: 1e8,
  health: {
    database: 'ok',
    logs_directory: 'ok',
    running_syncs: 0,
    live_clients: 1,
    live_overloaded: false,
  },
  database: {
    engine: 'sqlite',
    version: '3.53.4',
    size_bytes: 1e6,
    write_ahead_bytes: 0,
    reusable_bytes: 0,
    connections: null,
    connections_most: null,
    schema_version: 12,
  },
  migrations: [],
  tables: [],
  jobs: [{ job: 'prune', running: false, done_for: 'tonight', done_at: ago(0.5), counts: { syncs: 3 } }],
  retention: {
    sync_days: 400,
    change_days: 7,
    audit_days: 400,
    event_id_days: 30,
    at: '03:00',
    time_zone: 'UTC',
  },
  disk_free_bytes: 50e9,
  admin: null,
}

const report: CleanupReport = {
  task_id: 'cleanup',
  started_at: ago(0.5),
  finished_at: ago(0.5),
  options: { max_lines: 10_000, archive_days: 7, delete_days: 30 },
  scheduled_for: 'tonight',
  stopped_early: false,
  files_archived: 0,
  files_shortened: 0,
  lines_archived: 0,
  bytes_before: 0,
  bytes_after: 0,
  archives_deleted: 0,
  bytes_deleted: 0,
  errors: [],
  ratio: null,
}
const logs: CleanupStatus = {
  timestamp: ago(0),
  log_files: [],
  archives: [],
  total_log_size_mb: 0,
  total_archive_size_mb: 0,
  last_cleanup: report,
  next_cleanup: ago(-1),
  history: [report],
}

const queue: QueueStatus = {
  queued: 2,
  running: 0,
  oldest_waiting_ms: 60_000,
  sources: [{ source: 'law', queued: 2, running: 0, oldest_waiting_ms: 60_000, workers: 1 }],
  workers: [],
}

interface Changed {
  readonly queue?: Partial<QueueStatus>
  readonly system?: Partial<SystemInfo>
  readonly health?: Partial<SystemInfo['health']>
  readonly logs?: Partial<CleanupStatus>
}

const all = (changed: Changed): ReturnType<typeof healthParts> =>
  healthParts(
    { ...system, ...changed.system, health: { ...system.health, ...changed.health } },
    { ...logs, ...changed.logs },
    NOW,
    { ...queue, ...changed.queue },
  )

test('a server on which all is well has a word for each part, and no command', () => {
  const parts = all({})
  assert.equal(parts.length, 7)
  for (const part of parts) assert.deepEqual([part.state, part.command], ['well', null], part.name)
})

const postgres = { engine: 'postgres', connections: 81, connections_most: 100 } as const
const database = system.database
assert.ok(database !== null)
const [job] = system.jobs ?? []
assert.ok(job !== undefined)

const TROUBLES: readonly (readonly [string, PartState, RegExp | null, Changed])[] = [
  ['Database', 'bad', /doctor$/, { health: { database: 'error' } }],
  ['Database', 'bad', /doctor$/, { system: { database: null } }],
  ['Database', 'look', /pool_size/, { system: { database: { ...database, ...postgres } } }],
  ['Log folder', 'bad', /doctor$/, { health: { logs_directory: 'error' } }],
  ['Disk', 'look', /logs cleanup$/, { system: { disk_free_bytes: 1e9 } }],
  ['Disk', 'bad', /logs cleanup$/, { system: { disk_free_bytes: 1e8 } }],
  [
    'Workers',
    'bad',
    /worker --source law$/,
    { queue: { sources: queue.sources.map((source) => ({ ...source, workers: 0 })) } },
  ],
  ['Live updates', 'look', null, { health: { live_overloaded: true } }],
  ['Log clean-up', 'off', /logs cleanup$/, { logs: { next_cleanup: null } }],
  [
    'Log clean-up',
    'look',
    /logs cleanup$/,
    { logs: { last_cleanup: { ...report, errors: ['It failed.'] } } },
  ],
  ['Log clean-up', 'look', /errors$/, { logs: { last_cleanup: { ...report, finished_at: ago(3) } } }],
  ['Retention', 'off', /prune --dry-run$/, { system: { retention: null } }],
  ['Retention', 'look', /errors$/, { system: { jobs: [{ ...job, done_at: ago(3) }] } }],
]

for (const [name, state, command, changed] of TROUBLES) {
  test(`${name} is told as "${state}" where ${JSON.stringify(changed).slice(0, 70)}, and what to do`, () => {
    const parts = all(changed)
    const troubled = parts.filter((part) => part.state !== 'well')
    assert.deepEqual(
      troubled.map((part) => [part.name, part.state]),
      [[name, state]],
    )
    if (command === null) assert.equal(troubled[0]?.command, null)
    else assert.match(troubled[0]?.command ?? '', command)
  })
}

test('what cannot be known is left out', () => {
  const names = healthParts(
    { ...system, disk_free_bytes: null, health: { ...system.health, running_syncs: null } },
    undefined,
    NOW,
  ).map((part) => part.name)
  assert.deepEqual(names, ['Database', 'Log folder', 'Live updates', 'Retention'])
})
