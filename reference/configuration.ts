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

/** docs/reference/configuration.md */
export function configurationPage(): string {
  const overview = table(
    ['setting', 'environment', 'flag', 'default'],
    SETTINGS.map((setting) => [
      `[${code(setting.name)}](#${setting.name})`,
      setting.environment === null ? '' : code(setting.environment),
      setting.flag === null ? '' : code(setting.flag),
      defaultOf(setting),
    ]),
  )
  return [...pageHead('Configuration', HEAD), ...overview, ...SETTINGS.flatMap(describeSetting)]
    .join('\n')
    .replaceAll(/\n+$/g, '\n')
}

function describeSetting(setting: SettingFacts): string[] {
  const { name, about, environment, environment_file, flag, unit, example, page, members } = setting
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
        defaultOfMember(setting.default_value, member),
      ]),
    ),
  ]
}

function defaultOf({ default_value, default_text, members }: SettingFacts): string {
  if (default_text !== undefined) return default_text
  if (default_value === null || (Array.isArray(default_value) && default_value.length === 0)) return 'none'
  if (members !== undefined) {
    return Object.keys(default_value as object).length === 0 ? 'nothing changed' : 'as below'
  }
  return code(typeof default_value === 'string' ? default_value : JSON.stringify(default_value))
}

function defaultOfMember(value: unknown, member: string): string {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return ''
  const found = (value as Record<string, unknown>)[member]
  return typeof found === 'object' ? '' : code(JSON.stringify(found))
}
