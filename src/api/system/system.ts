import { hostname } from 'node:os'
import type { Caller } from '../../core/access.ts'
import { isoTime } from '../../core/iso-time.ts'
import type { JobFacts } from '../../store/system-store.ts'
import { ok, type Answer } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import { freeBytes } from '../performance/capacity.ts'
import type { ApiServices } from '../services.ts'
import type {
  AppliedMigration,
  SystemAdmin,
  SystemDatabase,
  SystemInfo,
  SystemJob,
} from './system-schemas.ts'

/** Paths, addresses and settings are for who administers the server; secrets are for nobody. */
export async function getSystem(
  _input: unknown,
  services: ApiServices,
  { caller }: RequestFacts,
): Promise<Answer> {
  const { store, clock, version, server, events, log_reading } = services
  const now = clock.now()
  const ask = <T>(part: () => Promise<T>): Promise<T | null> => orNull(services, part)
  const [database_ok, logs_ok, facts, migrations, tables, jobs, running, disk_free_bytes] = await Promise.all(
    [
      ask(() => store.health()),
      ask(() => services.logs.directoryHealth()),
      ask(() => store.system.database()),
      ask(() => store.system.migrations()),
      ask(() => store.system.tables()),
      ask(() => store.system.jobs(now)),
      ask(() => store.syncs.listRunning(null, MOST_RUNNING)),
      freeBytes(log_reading.directory),
    ],
  )
  const database: SystemDatabase | null =
    facts === null ? null : { ...facts, schema_version: migrations?.at(-1)?.version ?? 0 }
  const info: SystemInfo = {
    timestamp: isoTime(now),
    version,
    node_version: process.version,
    started_at: server === undefined ? null : isoTime(server.started_at),
    uptime_seconds: server === undefined ? null : Math.max(0, Math.floor((now - server.started_at) / 1000)),
    memory_bytes: process.memoryUsage.rss(),
    health: {
      database: database_ok?.ok === true ? 'ok' : 'error',
      logs_directory: logs_ok?.ok === true ? 'ok' : 'error',
      running_syncs: running?.length ?? null,
      live_clients: events.clients,
      live_overloaded: events.overloaded,
    },
    database,
    migrations:
      migrations?.map((each): AppliedMigration => ({ ...each, applied_at: isoTime(each.applied_at) })) ??
      null,
    tables,
    jobs: jobs?.map(jobOf) ?? null,
    retention: server?.retention ?? null,
    disk_free_bytes,
    admin: adminOf(services, caller),
  }
  return ok(info)
}

const MOST_RUNNING = 1000

/** A part that does not answer is told as one; its reason may name paths and hosts. */
async function orNull<T>(services: ApiServices, part: () => Promise<T>): Promise<T | null> {
  try {
    return await part()
  } catch (error) {
    services.onError(error, { request_id: null, where: 'GET /api/canvas/metrics/system' })
    return null
  }
}

function jobOf({ job, running, done_for, done_at, report }: JobFacts): SystemJob {
  return {
    job,
    running,
    done_for,
    done_at: done_at === null ? null : isoTime(done_at),
    counts: countsIn(report),
  }
}

function countsIn(report: string | null): Record<string, number> | null {
  if (report === null) return null
  const values = Object.entries(JSON.parse(report) as Record<string, unknown>)
  return Object.fromEntries(values.filter((entry): entry is [string, number] => typeof entry[1] === 'number'))
}

function adminOf({ server }: ApiServices, { scopes }: Caller): SystemAdmin | null {
  if (server === undefined || !scopes.has('admin')) return null
  const { database, log_directory, settings } = server
  return { host: hostname(), pid: process.pid, database, log_directory, settings }
}
