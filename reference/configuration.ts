import type { Config } from '../src/config/config.ts'
import { MEMBER_DEFAULT_TEXTS } from '../src/config/member-default-texts.ts'
import { SETTINGS, type SettingFacts } from '../src/config/setting-list.ts'
import { code, pageHead, table } from './markdown.ts'

const HEAD = [
  'Every setting. Flags count for more than the environment, that for more than the configuration file, and that for more',
  'than the defaults. The file is `canvas-sync-monitor.config.ts`, `.js` or `.json` in the working directory, or what',
  '`--config` names; it holds an object with the names of the first column. A variable that is empty counts as not set. A',
  'value that is wrong is named with where it came from, and the exit code is 2.',
  '',
  'A variable with `_FILE` at its end names a file that holds the value, for secrets that are handed over as files.',
]

/** Every setting once, in the order of the page. */
export const SETTING_GROUPS: Readonly<Record<string, readonly (keyof Config)[]>> = {
  'Database and logs': ['database', 'log_dir', 'time_zone', 'log_streams'],
  'How long it is kept': ['retention', 'log_cleanup', 'shipped_log_days'],
  'The server and who may use it': [
    'host',
    'port',
    'base_path',
    'public_url',
    'trusted_proxies',
    'allowed_hosts',
    'require_token',
    'rate_limits',
    'keep_error_messages',
  ],
  'Canvas and workers': ['canvas_base_url', 'canvas_access_token', 'sources', 'queue_lease'],
  'What is expected, and what is wrong': ['schedules', 'sync_limits', 'freshness_target', 'alerts'],
  'Messages and reports': [
    'notifications',
    'slack_bot_token',
    'slack_channel',
    'slack_webhook_url',
    'smtp_url',
    'alert_recipients',
    'report_from',
    'reports',
    'report_recipients',
  ],
  'The logs of all machines': ['ship_logs', 'machine_name', 'otlp_logs', 'otlp_logs_headers'],
  'Reporting to a server': ['server', 'server_token', 'spool_dir'],
}

/**
 * docs/reference/configuration.md
 *
 * @throws Error when a setting is in no group, or in two
 */
export function configurationPage(): string {
  const grouped = Object.values(SETTING_GROUPS).flat()
  const wrong = SETTINGS.filter(({ name }) => grouped.filter((one) => one === name).length !== 1)
  if (wrong.length > 0) throw new Error(`Not in one group: ${wrong.map(({ name }) => name).join(', ')}.`)
  const settings = grouped.flatMap((name) => SETTINGS.filter((setting) => setting.name === name))
  const overview = Object.entries(SETTING_GROUPS).flatMap(([title, names]) => [
    `**${title}**`,
    '',
    ...overviewOf(settings.filter(({ name }) => names.includes(name))),
  ])
  return [...pageHead('Configuration', HEAD), ...overview, ...settings.flatMap(describeSetting)]
    .join('\n')
    .replaceAll(/\n+$/g, '\n')
}

function overviewOf(settings: readonly SettingFacts[]): string[] {
  return table(
    ['setting', 'environment', 'flag', 'default'],
    settings.map((setting) => [
      `[${code(setting.name)}](#${setting.name})`,
      setting.environment === null ? '' : code(setting.environment),
      setting.flag === null ? '' : code(setting.flag),
      defaultOf(setting),
    ]),
  )
}

function describeSetting(setting: SettingFacts): string[] {
  const { name, about, environment, environment_file, flag, unit, example, page, members } = setting
  const default_texts = MEMBER_DEFAULT_TEXTS[name] ?? {}
  const ways = [
    ...(flag === null ? [] : [code(flag)]),
    ...(environment === null ? [] : [code(environment)]),
    ...(environment_file === null ? [] : [code(environment_file)]),
  ]
  return [
    `## ${name}`,
    '',
    about,
    '',
    `- given by: ${ways.length === 0 ? 'the configuration file alone' : `${ways.join(', ')}, or in the file`}`,
    ...(unit === undefined ? [] : [`- form: ${unit}`]),
    `- default: ${defaultOf(setting)}`,
    `- example: ${code(example)}`,
    ...(page === undefined
      ? []
      : [`- more: [${page.replace(/\.md.*/, '').replaceAll('-', ' ')}](../${page})`]),
    '',
    ...table(
      ['inside', 'is', 'default'],
      Object.entries(members ?? {}).map(([member, text]) => [
        code(member),
        text,
        default_texts[member] ?? defaultOfMember(setting.default_value, member),
      ]),
    ),
  ]
}

function defaultOf({ default_value, default_text, members }: SettingFacts): string {
  if (default_text !== undefined) return default_text
  if (default_value === null || (Array.isArray(default_value) && default_value.length === 0)) return 'none'
  if (members !== undefined) return 'as below'
  return code(typeof default_value === 'string' ? default_value : JSON.stringify(default_value))
}

function defaultOfMember(value: unknown, member: string): string {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return ''
  const found = (value as Record<string, unknown>)[member]
  return typeof found === 'object' ? '' : code(JSON.stringify(found))
}
