import { z } from 'zod'
import { ACCESS_DEFAULTS, ACCESS_NAMES, ACCESS_SCHEMA, type AccessConfig } from './access.ts'
import { ALERTS_DEFAULTS, ALERTS_NAMES, ALERTS_SCHEMA, type AlertsConfig } from './alerts.ts'
import { readConfigFile } from './config-file.ts'
import { noteOrigins } from './origins.ts'
import { MonitorError } from '../core/errors.ts'
import { systemZone } from '../core/local-time.ts'
import { FRESHNESS_DEFAULTS, FRESHNESS_NAMES, FRESHNESS_SCHEMA, type FreshnessConfig } from './freshness.ts'
import {
  FLEET_LOGS_DEFAULTS,
  FLEET_LOGS_NAMES,
  FLEET_LOGS_SCHEMA,
  FLEET_LOGS_SECRETS,
  type FleetLogsConfig,
} from './fleet-logs.ts'
import { INGEST_DEFAULTS, INGEST_NAMES, INGEST_SCHEMA, type IngestConfig } from './ingest.ts'
import { CLEANUP_DEFAULTS, type CleanupOptions } from '../logs/cleanup/cleanup-report.ts'
import { streamSettings, type StreamOptionsByName } from '../logs/writing/stream-settings.ts'
import { retentionConfig, type RetentionConfig } from '../maintenance/retention.ts'
import {
  NOTIFICATIONS_DEFAULTS,
  NOTIFICATIONS_NAMES,
  NOTIFICATIONS_SCHEMA,
  NOTIFICATIONS_SECRETS,
  type NotificationsConfig,
} from './notifications.ts'
import { QUEUE_DEFAULTS, QUEUE_NAMES, QUEUE_SCHEMA, type QueueConfig } from './queue.ts'
import { REMOTE_DEFAULTS, REMOTE_NAMES, REMOTE_SCHEMA, type RemoteConfig } from './remote.ts'
import {
  REPORTS_DEFAULTS,
  REPORTS_NAMES,
  REPORTS_SCHEMA,
  REPORTS_SECRETS,
  type ReportsConfig,
} from './reports.ts'
import { SCHEDULES_DEFAULTS, SCHEDULES_NAMES, SCHEDULES_SCHEMA, type SchedulesConfig } from './schedules.ts'
import { environmentValue } from './secret-files.ts'
import { syncLimits, type SyncLimitOptions } from '../tracker/sync-limits.ts'
import { ZONE } from './zone-setting.ts'

/** The nightly clean-up of the logs. */
export interface LogCleanupConfig extends CleanupOptions {
  /** Default true. */
  readonly enabled: boolean
  /** Local time of day in `time_zone`. Default 02:00. */
  readonly at: string
}

/** What every command and the server are configured by. */
export interface Config
  extends
    AccessConfig,
    AlertsConfig,
    FleetLogsConfig,
    FreshnessConfig,
    IngestConfig,
    NotificationsConfig,
    QueueConfig,
    RemoteConfig,
    ReportsConfig,
    SchedulesConfig {
  /** `sqlite:PATH` or `postgres://…`. Default `sqlite:data/canvas-sync.db`. */
  readonly database: string
  /** Directory of the five log streams. Default `logs/canvas_sync`. */
  readonly log_dir: string
  /** Address to listen on. Default 127.0.0.1. */
  readonly host: string
  /** Default 5000; 0 takes a free one. */
  readonly port: number
  /** Canvas, when it is configured. */
  readonly canvas_base_url: string | null
  readonly canvas_access_token: string | null
  /** IANA name of the zone that schedules go by. Default: the system's. */
  readonly time_zone: string
  /** Of the server. Only in a configuration file; what is left out has its default. */
  readonly log_cleanup: LogCleanupConfig
  /**
   * Level, detail, size and number of backups of the log streams. Only in a configuration file; what is left out has
   * its default. Every process that writes to the same folder should have the same.
   */
  readonly log_streams: StreamOptionsByName
  /** Of the server: how long syncs may run, by type. Only in a configuration file. Default: 24 hours. */
  readonly sync_limits: SyncLimitOptions
  /** How long rows are kept. Only in a configuration file; what is left out has its default. */
  readonly retention: RetentionConfig
}

/** Values as they come from flags or a configuration file; a flag that was not given is undefined. */
export type ConfigInput = { readonly [Name in keyof Config]?: string | number | boolean | object | undefined }

/** What holds where nothing else is said. */
export const DEFAULTS: Config = {
  ...ACCESS_DEFAULTS,
  ...ALERTS_DEFAULTS,
  ...FLEET_LOGS_DEFAULTS,
  ...FRESHNESS_DEFAULTS,
  ...INGEST_DEFAULTS,
  ...NOTIFICATIONS_DEFAULTS,
  ...QUEUE_DEFAULTS,
  ...REMOTE_DEFAULTS,
  ...REPORTS_DEFAULTS,
  ...SCHEDULES_DEFAULTS,
  database: 'sqlite:data/canvas-sync.db',
  log_dir: 'logs/canvas_sync',
  host: '127.0.0.1',
  port: 5000,
  canvas_base_url: null,
  canvas_access_token: null,
  time_zone: systemZone(),
  log_cleanup: { enabled: true, at: '02:00', ...CLEANUP_DEFAULTS },
  log_streams: {},
  sync_limits: {},
  retention: retentionConfig(),
}

/** How a setting is given. */
export interface Names {
  readonly environment: string | null
  readonly flag: string | null
  /** A right value. */
  readonly example: string
}

export const NAMES: Readonly<Record<keyof Config, Names>> = {
  database: { environment: 'DATABASE_URL', flag: '--database', example: DEFAULTS.database },
  log_dir: { environment: 'CANVAS_SYNC_LOG_DIR', flag: '--log-dir', example: DEFAULTS.log_dir },
  host: { environment: 'HOST', flag: '--host', example: DEFAULTS.host },
  port: { environment: 'PORT', flag: '--port', example: String(DEFAULTS.port) },
  canvas_base_url: {
    environment: 'CANVAS_BASE_URL',
    flag: '--base-url',
    example: 'https://canvas.example.edu',
  },
  canvas_access_token: { environment: 'CANVAS_ACCESS_TOKEN', flag: null, example: '7~AbC' },
  time_zone: { environment: 'TZ', flag: null, example: 'Europe/Zurich' },
  log_cleanup: { environment: null, flag: null, example: '{ "at": "02:00", "archive_days": 7 }' },
  log_streams: { environment: null, flag: null, example: '{ "api_calls": { "level": "WARNING" } }' },
  ...ACCESS_NAMES,
  ...ALERTS_NAMES,
  ...FLEET_LOGS_NAMES,
  ...FRESHNESS_NAMES,
  ...INGEST_NAMES,
  ...NOTIFICATIONS_NAMES,
  ...QUEUE_NAMES,
  ...REMOTE_NAMES,
  ...REPORTS_NAMES,
  ...SCHEDULES_NAMES,
  sync_limits: { environment: null, flag: null, example: '{ "default": "24h", "submissions": "2h" }' },
  retention: { environment: null, flag: null, example: '{ "sync_days": 400 }' },
}

/** These may hold a password or are one: a wrong value is not repeated. */
const SECRET: ReadonlySet<keyof Config> = new Set<keyof Config>([
  'database',
  'canvas_base_url',
  'canvas_access_token',
  'server',
  'server_token',
  ...FLEET_LOGS_SECRETS,
  ...NOTIFICATIONS_SECRETS,
  ...REPORTS_SECRETS,
])

const text = z.string('must be text').trim().min(1, 'must not be empty')
const PORT_RULE = 'must be a whole number from 0 to 65535'
const PORT = z
  .union([z.number(), z.string().regex(/^\d{1,5}$/, PORT_RULE)], PORT_RULE)
  .transform(Number)
  .pipe(z.int(PORT_RULE).min(0, PORT_RULE).max(65535, PORT_RULE))
const wholeNumber = (minimum: number, maximum: number): z.ZodInt => {
  const rule = `must be a whole number from ${minimum} to ${maximum}`
  return z.int(rule).min(minimum, rule).max(maximum, rule)
}
const LOG_CLEANUP = z
  .strictObject(
    {
      enabled: z.boolean('must be true or false'),
      at: z
        .string('must be text')
        .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 02:00'),
      max_lines: wholeNumber(1, 10_000_000),
      archive_days: wholeNumber(0, 3650),
      delete_days: wholeNumber(1, 3650),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys' ? 'must have no other settings' : 'must be an object of settings',
    },
  )
  .partial()
  .transform((given) => ({ ...DEFAULTS.log_cleanup, ...given }))
/** The rules are those of the part that it is for, which names what is wrong. */
const ruledBy = <Given extends object>(check: (given: Given) => unknown): z.ZodType<Given> =>
  z
    .custom<Given>(
      (given) => typeof given === 'object' && given !== null && !Array.isArray(given),
      'must be an object of settings',
    )
    .superRefine((given, context) => {
      try {
        check(given)
      } catch (error) {
        const message = error instanceof MonitorError ? error.message : 'it is not valid'
        context.addIssue({ code: 'custom', message: `is refused: ${message.replace(/\.$/, '')}` })
      }
    })
const SCHEMA = {
  ...ACCESS_SCHEMA,
  ...ALERTS_SCHEMA,
  ...FLEET_LOGS_SCHEMA,
  ...FRESHNESS_SCHEMA,
  ...INGEST_SCHEMA,
  ...NOTIFICATIONS_SCHEMA,
  ...QUEUE_SCHEMA,
  ...REMOTE_SCHEMA,
  ...REPORTS_SCHEMA,
  ...SCHEDULES_SCHEMA,
  database: text.regex(
    /^(?:sqlite:.+|postgres(?:ql)?:\/\/.+)/,
    'must be sqlite: and the path of a file, or a postgres:// URL',
  ),
  log_dir: text,
  host: text,
  port: PORT,
  canvas_base_url: text,
  canvas_access_token: text,
  time_zone: ZONE,
  log_cleanup: LOG_CLEANUP,
  log_streams: ruledBy<StreamOptionsByName>(streamSettings),
  sync_limits: ruledBy<SyncLimitOptions>(syncLimits),
  retention: ruledBy<Partial<RetentionConfig>>(retentionConfig).transform(retentionConfig),
} satisfies Record<keyof Config, z.ZodType>

/**
 * Flags over environment over configuration file over defaults; each value is checked once, and the error names
 * where a wrong one came from. Empty environment variables count as not set; a secret one may stand in a file.
 *
 * @throws MonitorError `config_invalid`
 */
export async function loadConfig(sources: {
  readonly flags: ConfigInput
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Path of the configuration file; undefined looks for one in the working directory. */
  readonly file: string | undefined
}): Promise<Config> {
  const file = await readConfigFile(sources.file, Object.keys(NAMES))
  const config: Record<string, unknown> = {}
  const origins: Record<string, string> = {}
  for (const name of Object.keys(NAMES) as (keyof Config)[]) {
    const { environment, flag } = NAMES[name]
    const from_flag = sources.flags[name]
    const from_environment =
      from_flag !== undefined || environment === null
        ? null
        : environmentValue(sources.environment, environment)
    const [given, origin] =
      from_flag !== undefined
        ? [from_flag, flag ?? name]
        : from_environment !== null
          ? [from_environment.value, from_environment.origin]
          : [file.values[name], `"${name}" in ${file.path}`]
    config[name] = given === undefined ? DEFAULTS[name] : checked(name, given, origin)
    origins[name] = given === undefined ? 'default' : origin
  }
  return noteOrigins(Object.freeze(config) as unknown as Config, origins)
}

/** Of a longer value, what is wrong is told by its name. */
const LONGEST_SHOWN = 100

function checked(name: keyof Config, value: unknown, source: string): unknown {
  const result = SCHEMA[name].safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const problem = issue?.message ?? 'is not valid'
  const inside = issue?.path.filter((part) => typeof part === 'string').join('.') ?? ''
  const where = inside === '' ? source : `${inside} of ${source}`
  const text = JSON.stringify(value) as string | undefined
  const shown = SECRET.has(name) || (text?.length ?? 0) > LONGEST_SHOWN ? '' : `, got ${text}`
  throw new MonitorError('config_invalid', `${where} ${problem}${shown}.`, {
    next_step: `Leave it out, or give a value such as ${NAMES[name].example}.`,
  })
}
