import type { Config } from './config.ts'

/** What a setting does, for people: a part of the reference, and of nothing that runs. */
export interface SettingText {
  /** A sentence or two, in Markdown. */
  readonly about: string
  /** Of the number or the text, where it has one. */
  readonly unit?: string
  /** The default in words, where the value alone does not say it. */
  readonly default_text?: string
  /** The page that tells more, below `docs`. */
  readonly page?: string
  /** The settings inside of an object. */
  readonly members?: Readonly<Record<string, string>>
}

const TIME_OF_DAY = 'time of day, `HH:MM`'
const DURATION = 'duration: `90s`, `15m`, `2h`, `1d`'

export const SETTING_TEXTS: Readonly<Record<keyof Config, SettingText>> = {
  database: {
    about:
      'Where the rows are: `sqlite:` and the path of a file, or a `postgres://` URL. As a flag, its password can be ' +
      'read by other users of the machine: take the variable.',
    page: 'operations.md#postgresql',
  },
  log_dir: { about: 'The folder of the five log streams. Each machine has its own.', page: 'logs.md' },
  host: {
    about: 'The address that the server listens on. One beyond this machine needs an access token first.',
    page: 'security.md#on-a-network',
  },
  port: { about: 'The port of the server. 0 takes a free one.' },
  canvas_base_url: {
    about: 'The Canvas to read: its origin, without a path. `https`, or `http` on this machine.',
  },
  canvas_access_token: {
    about:
      'The access token of Canvas itself. There is no flag with the token: a command line can be read by others. ' +
      '`--token-file` names a file that holds it.',
    page: 'canvas-tokens.md',
  },
  time_zone: {
    about:
      'Of times that are shown, of times that are given without an offset, and of everything that runs at a time of day.',
    unit: 'IANA name',
    default_text: 'that of the system',
  },
  log_cleanup: {
    about: 'The nightly clean-up of the logs by a server.',
    page: 'logs.md#archives-and-clean-up',
    members: {
      enabled: 'whether a server cleans up by itself',
      at: TIME_OF_DAY,
      max_lines: 'lines of each stream that stay in its live files',
      archive_days: 'days after which a rotated file goes into an archive',
      delete_days: 'days after which an archive is deleted',
    },
  },
  log_streams: {
    about:
      'By the name of a stream (`operations`, `api_calls`, `database`, `errors`, `progress`): how it is kept. Every ' +
      'process that writes to the same folder should have the same.',
    page: 'logs.md',
    members: {
      level: 'lowest level that is written: `DEBUG`, `INFO`, `WARNING`, `ERROR`',
      detail: '`full`, or `errors_only`',
      max_bytes: 'bytes at which the live file is rotated, 4096 or more',
      backups: 'rotated files that are kept',
    },
    default_text: 'as below',
  },
  sync_limits: {
    about: 'How long a sync may run before it is `timed_out`, by its type; `default` is for all others.',
    unit: `${DURATION}, or \`none\``,
    default_text: '`{ "default": "24h" }`',
    page: 'operations.md#time-limits',
  },
  retention: {
    about:
      'How long rows are kept, and when a server deletes older ones. Log files: [`log_cleanup`](#log_cleanup); shipped lines: ' +
      '[`shipped_log_days`](#shipped_log_days).',
    page: 'operations.md#how-long-data-is-kept',
    members: {
      enabled: 'whether a server deletes by itself',
      at: TIME_OF_DAY,
      sync_days: 'days: ended syncs with what hangs on them, resolved incidents, sent reports',
      change_days: 'days: changes that live updates are made of',
      audit_days: 'days: the audit log',
      event_id_days: 'days: ids of reported events, after the end of their sync',
    },
  },
  require_token: {
    about: 'Whether programs of this machine need a token, too. On any other address everybody does.',
    page: 'security.md',
  },
  public_url: {
    about:
      'Where browsers find the server behind a proxy. Links in messages are made of it, and tokens are asked for.',
    page: 'security.md#behind-a-proxy',
  },
  base_path: {
    about:
      'Below which path browsers find everything: `/monitor`. Default: the path of `public_url`, or the root.',
    page: 'mounting.md#behind-a-proxy',
  },
  allowed_hosts: {
    about: 'More host names by which clients may call the server; in the environment with commas.',
    page: 'security.md',
  },
  trusted_proxies: {
    about:
      'Addresses and networks of proxies whose `X-Forwarded-For` is believed; in the environment with commas.',
    page: 'security.md#behind-a-proxy',
  },
  rate_limits: {
    about: 'What may come in a minute.',
    page: 'security.md#limits',
    members: {
      address_per_minute: 'requests of one address',
      token_per_minute: 'requests with one token, or its sessions, apart from ingest',
      ingest_per_minute: 'reports of syncs with one token',
      ingest_mib_per_minute: 'MiB of reports with one token, inflated',
      failed_per_minute: 'wrong tokens from one address',
      sign_in_per_minute: 'sign-ins from one address',
      loopback: 'whether the limit of addresses holds for this machine, too',
    },
  },
  alerts: {
    about: 'What opens incidents, and when people want to hear of them.',
    default_text: 'every rule as built in, no quiet hours, no terms',
    page: 'alerts.md#other-thresholds',
    members: {
      rules: 'by the name of a rule: its thresholds, or `false` for none',
      by_type: 'the same for syncs of one type',
      outside_terms: 'the same for the time outside of `terms`',
      terms: 'list of `name`, `starts`, `ends` (days)',
      quiet_hours:
        'list of `from`, `until` (times of day), `days`, `time_zone`: only what is critical is told',
      forget_after: `${DURATION}; an hour or more: an incident of which nothing was heard for so long is over`,
      tokens: 'by user id: the day on which the Canvas token expires',
    },
  },
  freshness_target: {
    about: 'Data whose last whole read is older counts as stale.',
    unit: `${DURATION}; a minute or longer`,
    page: 'http-api.md#how-fresh-is-a-grade',
  },
  keep_error_messages: {
    about:
      'Whether the server keeps the messages of errors that reported jobs met and did not write themselves. They may ' +
      'hold a student’s name.',
    page: 'ingest.md#privacy',
  },
  ship_logs: {
    about:
      'Whether `serve` and `worker` copy the log lines of this machine to the PostgreSQL database, where those of all ' +
      'machines are searched.',
    page: 'fleet-logs.md',
  },
  shipped_log_days: {
    about: 'How long shipped lines are kept. Older days are dropped, whichever machine looks first.',
    unit: 'days',
    page: 'fleet-logs.md#how-long-they-are-kept',
  },
  machine_name: {
    about: 'The name of this machine in shipped lines.',
    default_text: 'its host name',
    page: 'fleet-logs.md',
  },
  otlp_logs: {
    about: 'The address of an OpenTelemetry collector that takes logs over HTTP, as JSON.',
    page: 'fleet-logs.md#to-an-opentelemetry-collector',
  },
  otlp_logs_headers: {
    about: 'Headers of requests to the collector, as `name=value,name=value` with percent-encoded values.',
    page: 'fleet-logs.md#to-an-opentelemetry-collector',
  },
  server: { about: 'A server that `sync`, `wrap` and `spool` tell of syncs.', page: 'remote.md' },
  server_token: {
    about:
      'The access token of that server, with the scope `ingest`. `--server-token-file` names a file that holds it.',
    page: 'remote.md',
  },
  spool_dir: {
    about: 'The folder of reports that the server has not got yet.',
    default_text: '`spool` in the folder of the logs',
    page: 'remote.md#the-spool',
  },
  slack_bot_token: {
    about: 'Of a Slack bot with the scope `chat:write` that is invited to the channel.',
    page: 'notifications.md',
  },
  slack_webhook_url: { about: 'An incoming webhook of Slack, instead of a bot.', page: 'notifications.md' },
  slack_channel: { about: 'The channel that the bot writes to.', page: 'notifications.md' },
  smtp_url: {
    about: 'The mail server. Special characters of the password are percent-encoded.',
    page: 'notifications.md',
  },
  alert_recipients: {
    about: 'Who gets e-mail about incidents; in the environment with commas.',
    page: 'notifications.md',
  },
  report_from: {
    about: 'The sender of e-mails.',
    default_text: 'made of the name of the mail server',
    page: 'notifications.md',
  },
  notifications: {
    about: 'More channels, who hears what, and when.',
    page: 'notifications.md#set-it-up',
    default_text: 'as below',
    members: {
      channels:
        'by name: `kind` (`slack`, `mail`, `webhook`, `stdout`) and [what belongs to it](../notifications.md#set-it-up)',
      routes: 'list of `match`, `channels`, `repeat`, `stop`: who hears what',
      group_wait: `${DURATION}; how long the first message waits for others that belong to it`,
      group_interval: `${DURATION}; how long what comes of the same rule afterwards waits`,
      repeat: `${DURATION}, or \`0s\` for never; after which what is open and not acknowledged is told again`,
      fallback_after: `${DURATION}; after which a channel that fails leaves what waits to its \`fallback\``,
    },
  },
  report_recipients: {
    about: 'Who gets reports by e-mail; in the environment with commas.',
    page: 'reports.md',
  },
  reports: {
    about: 'When reports are sent, and to which channels besides e-mail.',
    page: 'reports.md#set-it-up',
    default_text: 'as below',
    members: {
      daily: `${TIME_OF_DAY}, or \`false\``,
      weekly: 'day of the week and time of day, or `false`',
      monthly: 'day of the month and time of day, or `false`',
      channels: 'names of channels',
    },
  },
  sources: {
    about:
      'What the workers of this machine may sync, by name: one Canvas host and one token each. The queue holds names alone. ' +
      'Either `token_file` or `token_env`.',
    page: 'workers.md#sources-and-tokens',
    members: {
      base_url: '`https://` and the host of Canvas',
      token_file: 'a file that holds the access token alone',
      token_env: 'the environment variable that holds it',
    },
    default_text: 'none',
  },
  queue_lease: {
    about:
      'How long a worker may be silent before its syncs are given to others. All machines should have the same.',
    unit: DURATION,
    page: 'workers.md#when-a-worker-dies',
  },
  schedules: {
    about: 'By name: when syncs are expected.',
    page: 'schedules.md#declaring-one',
    default_text: 'none',
    members: {
      cron: 'five fields, or `@daily` and the like',
      every: `instead of it: ${DURATION}`,
      time_zone: 'IANA name',
      margin: `${DURATION}; how late a sync may start`,
      max_run: `${DURATION}; how long a run may take before it is an incident`,
      sync_type: 'the type of the syncs that are expected',
      user_id: 'the user for whom they run',
      owner: 'the route of notifications whose people are told',
      pauses: 'list of `from`, `until`, `reason`: days on which nothing is expected',
    },
  },
}
