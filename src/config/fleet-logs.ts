import { z } from 'zod'
import { otlpLogsAddress } from '../fleet-logs/otlp/otlp-address.ts'
import { DEFAULT_KEEP_DAYS } from '../fleet-logs/tables/log-days.ts'
import { FLAG } from './access.ts'

/** Where the log lines of this machine are brought, besides its own files. */
export interface FleetLogsConfig {
  /** To the PostgreSQL database, where those of all machines are searched. Default false. */
  readonly ship_logs: boolean
  /** How many days of shipped lines are kept. Default 30. */
  readonly shipped_log_days: number
  /** The name of this machine in the lines. Default: its host name. */
  readonly machine_name: string | null
  /** Address of an OpenTelemetry collector that takes logs over HTTP: `http://127.0.0.1:4318/v1/logs`. Default: none. */
  readonly otlp_logs: string | null
  /** Headers of requests to it, as `name=value,name=value`. */
  readonly otlp_logs_headers: string | null
}

export const FLEET_LOGS_DEFAULTS: FleetLogsConfig = {
  ship_logs: false,
  shipped_log_days: DEFAULT_KEEP_DAYS,
  machine_name: null,
  otlp_logs: null,
  otlp_logs_headers: null,
}

interface Names {
  readonly environment: string | null
  readonly flag: string | null
  readonly example: string
}

export const FLEET_LOGS_NAMES: Readonly<Record<keyof FleetLogsConfig, Names>> = {
  ship_logs: { environment: 'SHIP_LOGS', flag: null, example: 'true' },
  shipped_log_days: { environment: 'SHIPPED_LOG_DAYS', flag: null, example: '30' },
  machine_name: { environment: 'MACHINE_NAME', flag: null, example: 'worker-1' },
  otlp_logs: {
    environment: 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
    flag: null,
    example: 'http://127.0.0.1:4318/v1/logs',
  },
  otlp_logs_headers: {
    environment: 'OTEL_EXPORTER_OTLP_LOGS_HEADERS',
    flag: null,
    example: 'authorization=Bearer%20…',
  },
}

/** Of an address a password may be part, and headers hold tokens. */
export const FLEET_LOGS_SECRETS: readonly (keyof FleetLogsConfig)[] = ['otlp_logs', 'otlp_logs_headers']

const DAYS_RULE = 'must be a whole number of days from 1 to 3650'

export const FLEET_LOGS_SCHEMA: Readonly<Record<keyof FleetLogsConfig, z.ZodType>> = {
  ship_logs: FLAG,
  shipped_log_days: z
    .union([z.number(), z.string().regex(/^\d{1,4}$/, DAYS_RULE)], DAYS_RULE)
    .transform(Number)
    .pipe(z.int(DAYS_RULE).min(1, DAYS_RULE).max(3650, DAYS_RULE)),
  machine_name: z
    .string('must be text')
    .trim()
    .regex(/^[\w.-]{1,255}$/, 'must be letters, digits, ".", "_" or "-"'),
  otlp_logs: z
    .string('must be text')
    .trim()
    .refine((text) => otlpLogsAddress(text) !== null, 'must be an http: or https: address'),
  otlp_logs_headers: z
    .string('must be text')
    .trim()
    .regex(/^[!-~]+=[^\r\n]*$/, 'must be name=value pairs with commas between them'),
}
