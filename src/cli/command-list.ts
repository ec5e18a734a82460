import { MonitorError } from '../core/errors.ts'
import { nearest } from './arguments.ts'
import type { CommandEntry, CommandGroup } from './command-entry.ts'
import { INCIDENT_COMMANDS } from './incident-commands.ts'
import { QUEUE_COMMANDS } from './queue/queue-commands.ts'

export type { CommandEntry, CommandGroup } from './command-entry.ts'

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'a simulated Canvas, the server, and syncs that keep running',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  { name: 'serve', summary: 'the server', load: async () => (await import('./commands/serve.ts')).serve },
  {
    name: 'sync',
    summary: 'one monitored sync',
    load: async () => (await import('./commands/sync.ts')).sync,
  },
  {
    name: 'wrap',
    summary: 'run any command as a monitored sync',
    load: async () => (await import('./commands/wrap.ts')).wrap,
  },
  {
    name: 'simulate',
    summary: 'the Canvas simulator alone',
    load: async () => (await import('./commands/simulate.ts')).simulate,
  },
  {
    name: 'syncs',
    summary: 'list syncs, or show one',
    load: async () => (await import('./commands/syncs.ts')).syncs,
  },
  {
    name: 'syncs prune',
    summary: 'delete rows that are past their retention',
    load: async () => (await import('./commands/syncs-prune.ts')).syncsPrune,
  },
  ...QUEUE_COMMANDS,
  {
    name: 'schedules',
    summary: 'when syncs are expected: list, show one, or try one',
    load: async () => (await import('./commands/schedules.ts')).schedules,
  },
  {
    name: 'analyze',
    summary: 'what the logs say in numbers',
    load: async () => (await import('./commands/analyze.ts')).analyze,
  },
  {
    name: 'report',
    summary: 'how the syncs of the last day, week or month went',
    load: async () => (await import('./commands/report.ts')).report,
  },
  ...INCIDENT_COMMANDS,
  {
    name: 'logs search',
    summary: 'find lines of the logs by text and by what they are about',
    load: async () => (await import('./commands/logs/logs-search.ts')).logsSearch,
  },
  {
    name: 'logs tail',
    summary: 'show the last lines of the logs and follow them',
    load: async () => (await import('./commands/logs/logs-tail.ts')).logsTail,
  },
  {
    name: 'logs ship',
    summary: 'copy the log lines of this machine to where those of all machines are',
    load: async () => (await import('./commands/logs/logs-ship.ts')).logsShip,
  },
  {
    name: 'logs status',
    summary: 'the log files, their sizes and the clean-ups',
    load: async () => (await import('./commands/logs/logs-status.ts')).logsStatus,
  },
  {
    name: 'logs cleanup',
    summary: 'archive old log files and delete old archives',
    load: async () => (await import('./commands/logs/logs-cleanup.ts')).logsCleanup,
  },
  {
    name: 'token create',
    summary: 'make an access token and print it, this once',
    load: async () => (await import('./commands/token.ts')).tokenCreate,
  },
  {
    name: 'token list',
    summary: 'the access tokens',
    load: async () => (await import('./commands/token.ts')).tokenList,
  },
  {
    name: 'token revoke',
    summary: 'end an access token and its sign-ins',
    load: async () => (await import('./commands/token.ts')).tokenRevoke,
  },
  {
    name: 'spool status',
    summary: 'what waits on this machine for the server that syncs are reported to',
    load: async () => (await import('./commands/spool.ts')).spoolStatusCommand,
  },
  {
    name: 'spool send',
    summary: 'deliver what ended jobs have left for the server',
    load: async () => (await import('./commands/spool.ts')).spoolSend,
  },
  {
    name: 'notify test',
    summary: 'send a test to the channels of notifications',
    load: async () => (await import('./commands/notify.ts')).notifyTest,
  },
  {
    name: 'notify log',
    summary: 'what was told to which channel, and how it went',
    load: async () => (await import('./commands/notify.ts')).notifyLog,
  },
  {
    name: 'import',
    summary: 'take over the syncs and the logs of an earlier system',
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  {
    name: 'migrate',
    summary: 'bring the database to this version',
    load: async () => (await import('./commands/migrate.ts')).migrate,
  },
  {
    name: 'copy',
    summary: 'copy a SQLite database into PostgreSQL, with all history',
    load: async () => (await import('./commands/copy.ts')).copy,
  },
  {
    name: 'backup',
    summary: 'copy the SQLite database to a file, while it is in use',
    load: async () => (await import('./commands/backup.ts')).backup,
  },
  {
    name: 'restore',
    summary: 'put a backup in the place of the SQLite database',
    load: async () => (await import('./commands/restore.ts')).restore,
  },
  {
    name: 'privacy erase',
    summary: 'take everything of one user out of database, logs and archives',
    load: async () => (await import('./commands/privacy/privacy-erase.ts')).privacyErase,
  },
  {
    name: 'doctor',
    summary: 'check that everything is in place',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
]

const GROUPS: readonly CommandGroup[] = [
  {
    name: 'incidents',
    summary: 'what is wrong: list, look, acknowledge, mute, resolve',
    commands: COMMANDS.filter(({ name }) => name.startsWith('incidents ')),
  },
  {
    name: 'queue',
    summary: 'the syncs that workers take: add, look, cancel, schedule',
    commands: COMMANDS.filter(({ name }) => name.startsWith('queue ')),
  },
  {
    name: 'logs',
    summary: 'the five log streams: search, follow, look after',
    commands: COMMANDS.filter(({ name }) => name.startsWith('logs ')),
  },
  {
    name: 'token',
    summary: 'the access tokens of the server: make, list, revoke',
    commands: COMMANDS.filter(({ name }) => name.startsWith('token ')),
  },
  {
    name: 'spool',
    summary: 'what waits for the server that syncs are reported to: look, deliver',
    commands: COMMANDS.filter(({ name }) => name.startsWith('spool ')),
  },
  {
    name: 'notify',
    summary: 'the messages about incidents: try a channel, see what was told',
    commands: COMMANDS.filter(({ name }) => name.startsWith('notify ')),
  },
  {
    name: 'privacy',
    summary: 'what is known of one user: erase it',
    commands: COMMANDS.filter(({ name }) => name.startsWith('privacy ')),
  },
]

/** The group when the words name one and no command of it: `logs`, `logs --help`. */
export function groupAlone(words: readonly string[]): CommandGroup | null {
  const [first, second] = words
  if (second !== undefined && !second.startsWith('-')) return null
  return GROUPS.find(({ name }) => name === first) ?? null
}

/**
 * The command that the first words name, and what stands behind them.
 * @throws MonitorError `usage` with the nearest command
 */
export function findCommand(words: readonly string[]): {
  readonly entry: CommandEntry
  readonly args: readonly string[]
} {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ')
    const entry = COMMANDS.find((command) => command.name === name)
    if (entry !== undefined) return { entry, args: words.slice(length) }
  }
  throw unknownCommand(words)
}

function unknownCommand(words: readonly string[]): MonitorError {
  const [first = '', second = ''] = words
  if (first.startsWith('-')) {
    return new MonitorError('usage', `The command comes first, then options such as ${first}.`, {
      next_step: `Commands are ${COMMANDS.map(({ name }) => name).join(', ')}.`,
    })
  }
  const group = GROUPS.find(({ name }) => name === first)
  const name = group === undefined ? first : `${first} ${second}`
  const names = (group?.commands ?? COMMANDS).map((command) => command.name)
  const next_step = nextStep(meant(name, second, names), names, group)
  return new MonitorError('usage', `There is no command "${name}".`, { next_step })
}

function nextStep(near: string | null, names: readonly string[], group: CommandGroup | undefined): string {
  if (near === null) return `Commands are ${names.join(', ')}.`
  const all = group === undefined ? '--help' : `${group.name} --help`
  return `Did you mean ${near}? See ${all} for all commands.`
}

/** The command that was meant: also `search` for `logs search`, and `log search`. */
function meant(name: string, second: string, names: readonly string[]): string | null {
  const short = names.find((known) => known.endsWith(` ${name}`))
  const both = nearest(`${name} ${second}`, names)
  return (second === '' ? null : both) ?? short ?? nearest(name, names) ?? both
}
