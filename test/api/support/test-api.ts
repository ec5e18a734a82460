import assert from 'node:assert/strict'
import type { Hono } from 'hono'
import { createApi, type ApiOptions } from '../../../src/api/app.ts'
import { EventHub } from '../../../src/api/events/event-hub.ts'
import type { LogMaintenance } from '../../../src/api/logs/log-maintenance.ts'
import { logReading } from '../../../src/api/logs/log-reading.ts'
import type { ApiServices, ErrorPlace } from '../../../src/api/services.ts'
import type { CleanupOptions } from '../../../src/logs/cleanup/cleanup-report.ts'
import type { CleanupStart } from '../../../src/logs/cleanup/log-directory.ts'
import type { CleanupPlan } from '../../../src/logs/cleanup/plan-cleanup.ts'
import type { Store, StoreHealth } from '../../../src/store/store.ts'
import type { SyncStore } from '../../../src/store/sync-store.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import type { GivenSync } from './sync-factory.ts'
import { openTestStore, withParts } from './test-store.ts'

export const BASE = '/api/canvas/metrics'
export const VERSION = '1.2.3'

export interface TestApi {
  readonly app: Hono
  readonly store: Store
  readonly syncs: SyncStore
  readonly clock: FakeClock
  readonly logs: FakeLogMaintenance
  /** What `onError` was given. */
  readonly errors: { error: unknown; place: ErrorPlace }[]
  /** Writes the syncs in this order and returns their ids. */
  given(...states: GivenSync[]): Promise<number[]>
  request(path: string, init?: RequestInit): Promise<Response>
  /** The JSON body of a GET that must answer 200. */
  read<Body = Record<string, unknown>>(path: string): Promise<Body>
}

export class FakeLogMaintenance implements LogMaintenance {
  readonly started: CleanupOptions[] = []
  running: string | null = null
  directory: { ok: boolean; message: string | null } = { ok: true, message: null }

  status(): ReturnType<LogMaintenance['status']> {
    return Promise.resolve({
      timestamp: '2026-11-22T10:15:00.000Z',
      log_files: [{ name: 'operations.log', size_mb: 1.5, modified: '2026-11-22T10:14:00.000Z' }],
      archives: [
        { name: 'operations-2026-11-14.log.zst', size_mb: 0.25, created: '2026-11-15T02:00:00.000Z' },
      ],
      total_log_size_mb: 1.5,
      total_archive_size_mb: 0.25,
      last_cleanup: null,
      next_cleanup: '2026-11-23T01:00:00.000Z',
      history: [],
    })
  }

  plan(options: CleanupOptions): Promise<CleanupPlan> {
    return Promise.resolve({
      dry_run: true,
      planned_at: '2026-11-22T10:15:00.000Z',
      options,
      files_archived: 0,
      files_shortened: 0,
      lines_archived: 0,
      bytes_before: 0,
      archives_deleted: 0,
      bytes_deleted: 0,
      errors: [],
      files: [],
      archives: [],
    })
  }

  startCleanup(options: CleanupOptions): Promise<CleanupStart> {
    if (this.running !== null) return Promise.resolve({ started: false, task_id: this.running })
    this.started.push(options)
    this.running = 'cleanup-1'
    return Promise.resolve({ started: true, task_id: this.running })
  }

  directoryHealth(): ReturnType<LogMaintenance['directoryHealth']> {
    return Promise.resolve(this.directory)
  }
}

/** An API over an empty store, at 2026-11-22T10:15:00Z; `services` replaces parts of it. */
export async function openTestApi(
  { health, ...services }: Partial<ApiServices> & { health?: () => Promise<StoreHealth> } = {},
  options: ApiOptions = {},
): Promise<TestApi> {
  const opened = services.store ?? (await openTestStore())
  const store = health === undefined ? opened : withParts(opened, { health })
  const { syncs } = store
  const clock = new FakeClock()
  const logs = new FakeLogMaintenance()
  const errors: TestApi['errors'] = []
  const app = createApi(
    {
      logs,
      log_reading: logReading(temporaryDirectory(), 'UTC', new AbortController().signal),
      events: new EventHub({ changes: store.changes, clock: systemClock, onError: () => {} }),
      clock,
      version: VERSION,
      onError: (error, place) => errors.push({ error, place }),
      ...services,
      store,
    },
    options,
  )
  const request = async (path: string, init?: RequestInit): Promise<Response> => await app.request(path, init)
  return {
    app,
    store,
    syncs,
    clock,
    logs,
    errors,
    request,
    async given(...states) {
      const ids: number[] = []
      for (const state of states) ids.push(await state(syncs, clock.now()))
      return ids
    },
    async read<Body>(path: string) {
      const response = await request(path)
      assert.equal(response.status, 200, await response.clone().text())
      assert.equal(response.headers.get('content-type'), 'application/json')
      return (await response.json()) as Body
    },
  }
}
