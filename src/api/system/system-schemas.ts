import { z } from 'zod'
import type { DatabaseFacts, TableFacts } from '../../store/system-store.ts'
import type { Members } from '../http/answer.ts'
import type { RetentionFacts, Setting } from './server-facts.ts'

export interface SystemDatabase extends DatabaseFacts {
  /** The newest migration that was applied. */
  readonly schema_version: number
}

export interface AppliedMigration {
  readonly version: number
  readonly name: string
  readonly applied_at: string
}

/** What a job of the night did last. */
export interface SystemJob {
  readonly job: string
  readonly running: boolean
  readonly done_for: string | null
  readonly done_at: string | null
  /** What it counted, by name; null before the first time. */
  readonly counts: Readonly<Record<string, number>> | null
}

/** What only an administrator is shown. */
export interface SystemAdmin {
  readonly host: string
  readonly pid: number
  /** `sqlite:PATH`, or a URL without its password. */
  readonly database: string
  readonly log_directory: string
  readonly settings: readonly Setting[]
}

/** The server, its database and what it keeps. What could not be asked is null. */
export interface SystemInfo {
  readonly timestamp: string
  readonly version: string
  readonly node_version: string
  readonly started_at: string | null
  readonly uptime_seconds: number | null
  readonly memory_bytes: number
  readonly health: {
    readonly database: 'ok' | 'error'
    readonly logs_directory: 'ok' | 'error'
    /** Syncs that run now, at most 1000. */
    readonly running_syncs: number | null
    /** Clients that follow live updates. */
    readonly live_clients: number
    /** Changes come faster than they can be sent. */
    readonly live_overloaded: boolean
  }
  readonly database: SystemDatabase | null
  readonly migrations: readonly AppliedMigration[] | null
  readonly tables: readonly TableFacts[] | null
  readonly jobs: readonly SystemJob[] | null
  /** Null when old rows are never deleted by themselves. */
  readonly retention: RetentionFacts | null
  /** Free where the logs are. */
  readonly disk_free_bytes: number | null
  /** Null for who may only read. */
  readonly admin: SystemAdmin | null
}

const count = z.int().min(0)
const maybe = count.nullable()
const partState = z.enum(['ok', 'error'])

const database: Members<SystemDatabase> = {
  engine: z.enum(['sqlite', 'postgres']),
  version: z.string(),
  size_bytes: count,
  write_ahead_bytes: maybe,
  reusable_bytes: maybe,
  connections: maybe,
  connections_most: maybe,
  schema_version: count,
}

const table: Members<TableFacts> = {
  table: z.string(),
  rows: count,
  certainty: z.enum(['exact', 'about', 'at_least']),
  bytes: maybe,
}

const retention: Members<RetentionFacts> = {
  sync_days: count,
  change_days: count,
  audit_days: count,
  event_id_days: count,
  at: z.string(),
  time_zone: z.string(),
}

export const systemInfoSchema: z.ZodType<SystemInfo> = z
  .object({
    timestamp: z.iso.datetime(),
    version: z.string(),
    node_version: z.string(),
    started_at: z.iso.datetime().nullable(),
    uptime_seconds: maybe,
    memory_bytes: count,
    health: z.object({
      database: partState,
      logs_directory: partState,
      running_syncs: maybe,
      live_clients: count,
      live_overloaded: z.boolean(),
    }),
    database: z.object(database).nullable(),
    migrations: z
      .array(z.object({ version: count, name: z.string(), applied_at: z.iso.datetime() }))
      .nullable(),
    tables: z.array(z.object(table)).nullable(),
    jobs: z
      .array(
        z.object({
          job: z.string(),
          running: z.boolean(),
          done_for: z.string().nullable(),
          done_at: z.iso.datetime().nullable(),
          counts: z.record(z.string(), z.number()).nullable(),
        }),
      )
      .nullable(),
    retention: z.object(retention).nullable(),
    disk_free_bytes: maybe,
    admin: z
      .object({
        host: z.string(),
        pid: count,
        database: z.string(),
        log_directory: z.string(),
        settings: z.array(z.object({ name: z.string(), value: z.string(), from: z.string() })),
      })
      .nullable(),
  })
  .meta({ title: 'System' })
