import { MonitorError } from '../../core/errors.ts'
import {
  LOG_LEVELS,
  LOG_STREAMS,
  type LogEvent,
  type LogLevel,
  type LogStream,
} from '../../core/log-event.ts'

/** `full`: every event of the level; `errors_only`: of these only WARNING, ERROR and what has an `error_type`. */
export const LOG_DETAILS = ['full', 'errors_only'] as const
export type LogDetail = (typeof LOG_DETAILS)[number]

/** How one stream is kept. What is left out has the default of that stream. */
export interface StreamOptions {
  /** Lowest level that is written. Default `INFO`, for every stream. */
  readonly level?: LogLevel
  /** Default `full`. */
  readonly detail?: LogDetail
  /** Bytes at which the live file becomes a backup, at least 4,096. Default: see {@link STREAM_DEFAULTS}. */
  readonly max_bytes?: number
  /** Backups kept besides the live file; 0 keeps none. Default: see {@link STREAM_DEFAULTS}. */
  readonly backups?: number
}
export type StreamSettings = Required<StreamOptions>

const MEBIBYTE = 1_048_576

export const STREAM_DEFAULTS: Readonly<Record<LogStream, StreamSettings>> = {
  operations: { level: 'INFO', detail: 'full', max_bytes: 50 * MEBIBYTE, backups: 10 },
  api_calls: { level: 'INFO', detail: 'full', max_bytes: 30 * MEBIBYTE, backups: 8 },
  database: { level: 'INFO', detail: 'full', max_bytes: 30 * MEBIBYTE, backups: 8 },
  errors: { level: 'INFO', detail: 'full', max_bytes: 20 * MEBIBYTE, backups: 10 },
  progress: { level: 'INFO', detail: 'full', max_bytes: 25 * MEBIBYTE, backups: 7 },
}

export type StreamOptionsByName = Partial<Record<LogStream, StreamOptions>>

/** @throws MonitorError `config_invalid` that names the stream, the option and the value received */
export function streamSettings(options: StreamOptionsByName = {}): Record<LogStream, StreamSettings> {
  for (const name of Object.keys(options)) oneOf('log stream', name, LOG_STREAMS)
  const entries = LOG_STREAMS.map((stream): [LogStream, StreamSettings] => {
    const given = Object.entries(options[stream] ?? {}).filter(([, value]) => value !== undefined)
    for (const [name] of given) oneOf(`option of ${stream}`, name, Object.keys(STREAM_DEFAULTS[stream]))
    const settings = { ...STREAM_DEFAULTS[stream], ...(Object.fromEntries(given) as StreamOptions) }
    oneOf(`${stream}.level`, settings.level, LOG_LEVELS)
    oneOf(`${stream}.detail`, settings.detail, LOG_DETAILS)
    atLeast(`${stream}.max_bytes`, settings.max_bytes, 4096)
    atLeast(`${stream}.backups`, settings.backups, 0)
    return [stream, settings]
  })
  return Object.fromEntries(entries) as Record<LogStream, StreamSettings>
}

const RANKS: ReadonlyMap<LogLevel, number> = new Map(LOG_LEVELS.map((level, rank) => [level, rank]))
const rankOf = (level: LogLevel): number => RANKS.get(level) ?? -1
const WARNING = rankOf('WARNING')

/** Whether a stream with these settings keeps the event. */
export function keepsEvent(settings: StreamSettings, event: LogEvent): boolean {
  const rank = rankOf(event.level)
  if (rank < rankOf(settings.level)) return false
  if (settings.detail === 'full' || rank >= WARNING) return true
  return event.fields['error_type'] !== undefined && event.fields['error_type'] !== null
}

function oneOf(name: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return
  throw new MonitorError('config_invalid', `${name} must be one of ${allowed.join(', ')}; got ${value}.`)
}

function atLeast(name: string, value: number, minimum: number): void {
  if (Number.isSafeInteger(value) && value >= minimum) return
  throw new MonitorError(
    'config_invalid',
    `${name} must be a whole number of at least ${minimum}; got ${value}.`,
  )
}
