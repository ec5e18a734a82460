import type { Config } from '../../../src/config/config.ts'

const one =
  (values: Readonly<Record<string, unknown>>) =>
  (member: string): object => ({ [member]: values[member] ?? 'no value' })

/** A right value with a member in it, of each setting that has members. */
export const RULES_OF_MEMBERS: { readonly [Name in keyof Config]?: (member: string) => object } = {
  log_cleanup: one({ enabled: true, at: '02:00', max_lines: 1, archive_days: 1, delete_days: 1 }),
  log_streams: (member) => ({
    errors: one({ level: 'INFO', detail: 'full', max_bytes: 4096, backups: 1 })(member),
  }),
  retention: one({
    enabled: true,
    at: '03:00',
    sync_days: 1,
    change_days: 1,
    audit_days: 1,
    event_id_days: 1,
    log_days: 1,
  }),
  rate_limits: one({
    address_per_minute: 1,
    token_per_minute: 1,
    ingest_per_minute: 1,
    ingest_mib_per_minute: 1,
    failed_per_minute: 1,
    sign_in_per_minute: 1,
    loopback: true,
  }),
  alerts: one({
    rules: {},
    by_type: {},
    outside_terms: {},
    terms: [],
    quiet_hours: [],
    forget_after: '14d',
    tokens: {},
  }),
  notifications: one({
    channels: {},
    routes: [],
    group_wait: '15s',
    group_interval: '5m',
    repeat: '4h',
    fallback_after: '10m',
  }),
  reports: one({ daily: false, weekly: 'Mon 09:00', monthly: '1 09:00', channels: [] }),
  sources: (member) => ({
    science: {
      base_url: 'https://canvas.example.edu',
      ...(member.startsWith('token_') ? {} : { token_env: 'TOKEN_OF_SCIENCE' }),
      ...one({
        base_url: 'https://canvas.example.edu',
        token_file: 'science.token',
        token_env: 'TOKEN_OF_SCIENCE',
      })(member),
    },
  }),
  schedules: (member) => ({
    nightly: {
      ...(member === 'every' ? {} : { cron: '0 2 * * *' }),
      ...one({
        cron: '0 2 * * *',
        every: '1d',
        time_zone: 'UTC',
        margin: '5m',
        max_run: '2h',
        sync_type: 'all',
        user_id: 42,
        owner: 'ops',
        pauses: [],
      })(member),
    },
  }),
}
