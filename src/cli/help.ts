import { COMMON_OPTIONS } from './arguments.ts'
import type { Command, CommandOption } from './command.ts'
import type { CommandGroup } from './command-list.ts'

const EXIT_CODES = [
  '    0  good',
  '    1  the thing asked about is bad (sync failed, unhealthy), or it could not be done',
  '    2  wrong call or configuration',
  '    3  partial: some courses (or log files) could not be read',
  '    4  the access token is the cause',
  '  130  interrupted with Ctrl-C (143: by SIGTERM)',
]

export function overview(commands: readonly { readonly name: string; readonly summary: string }[]): string {
  const width = Math.max(...commands.map((command) => command.name.length))
  return [
    'canvas-sync-monitor tells you that your Canvas data is fresh, complete and true, and why not when it is not.',
    '',
    'Usage: canvas-sync-monitor <command> [options]',
    '',
    'Commands:',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    'Each command explains itself: canvas-sync-monitor <command> --help',
    '',
    'Exit codes:',
    ...EXIT_CODES,
  ].join('\n')
}

/** The commands that share their first word. */
export function groupHelp(group: CommandGroup): string {
  const width = Math.max(...group.commands.map((command) => command.name.length))
  return [
    sentence(group.summary),
    '',
    `Usage: canvas-sync-monitor ${group.name} <command> [options]`,
    '',
    'Commands:',
    ...group.commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    `Each explains itself: canvas-sync-monitor ${group.name} <command> --help`,
  ].join('\n')
}

const sentence = (summary: string): string => `${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`

export function commandHelp(command: Command): string {
  const behind = command.positionals === undefined ? '' : ` ${command.positionals}`
  const own = optionLines(command.options)
  return [
    sentence(command.summary),
    '',
    `Usage: canvas-sync-monitor ${command.name}${behind}${behind.includes('[options]') ? '' : ' [options]'}`,
    ...(own.length === 0 ? [] : ['', 'Options:', ...own]),
    '',
    'Everywhere:',
    ...optionLines(COMMON_OPTIONS),
    ...(command.notes === undefined ? [] : ['', ...command.notes]),
  ].join('\n')
}

function optionLines(options: Readonly<Record<string, CommandOption>>): string[] {
  const rows = Object.entries(options).map(([name, option]) => {
    const short = option.short === undefined ? '' : `-${option.short}, `
    const value = option.value === undefined ? '' : ` ${option.value}`
    return [`${short}--${name}${value}`, option.help] as const
  })
  const width = Math.max(0, ...rows.map(([left]) => left.length))
  return rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`)
}
