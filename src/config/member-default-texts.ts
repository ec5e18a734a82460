import type { Config } from './config.ts'

/** Defaults of the settings inside of an object, in Markdown, where the default of the object does not have them. */
export const MEMBER_DEFAULT_TEXTS: { readonly [Name in keyof Config]?: Readonly<Record<string, string>> } = {
  log_streams: {
    level: '`INFO`',
    detail: '`full`',
    max_bytes: '[by stream](../logs.md#rotation)',
    backups: '[by stream](../logs.md#rotation)',
  },
  notifications: {
    channels: '`slack` and `mail`, where their settings are given',
    routes: 'every channel is told of everything',
    group_wait: '`15s`',
    group_interval: '`5m`',
    repeat: '`4h`',
    fallback_after: '`10m`',
  },
  reports: {
    daily: '`false`',
    weekly: '`Mon 09:00`',
    monthly: '`1 09:00`',
    channels: '`slack`, where there is one',
  },
  schedules: {
    time_zone: 'that of the server',
    margin: '`5m`',
    max_run: 'no rule',
    sync_type: 'the name of the schedule',
    user_id: 'any',
    owner: 'none',
    pauses: 'none',
  },
}
