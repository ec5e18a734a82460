import { MonitorError } from '../core/errors.ts'
import { nearest, parseCommandArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { commandHelp, overview } from './help.ts'
import { watchSignals } from './signals.ts'
import { tellError } from './tell-error.ts'
import { Terminal } from './terminal.ts'
import { version } from '../version.ts'

interface CommandEntry {
  readonly name: string
  readonly summary: string
  /** Loaded only when it runs: `--help` must not wait for a database. */
  readonly load: () => Promise<Command>
}

const COMMANDS: readonly CommandEntry[] = [
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
    name: 'migrate',
    summary: 'bring the database to this version',
    load: async () => (await import('./commands/migrate.ts')).migrate,
  },
  {
    name: 'doctor',
    summary: 'check that everything is in place',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
]

export interface MainOptions {
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

/** Runs one command line; resolves with its exit code. */
export async function main(options: MainOptions): Promise<number> {
  const terminal = new Terminal(options)
  const [name, ...rest] = options.args
  try {
    if (name === undefined) {
      terminal.error(overview(COMMANDS))
      return 2
    }
    if (name === '--help' || name === '-h' || name === 'help') {
      terminal.data(await helpText(rest.find((word) => !word.startsWith('-'))))
      return 0
    }
    if (name === '--version' || name === '-v' || name === '-V') {
      terminal.data(version())
      return 0
    }
    return await runCommand(findCommand(name), rest, options, terminal)
  } catch (error) {
    return tellError(terminal, error, options.args.includes('--debug'))
  }
}

async function runCommand(
  entry: CommandEntry,
  args: readonly string[],
  options: MainOptions,
  terminal: Terminal,
): Promise<number> {
  const command = await entry.load()
  const { values, positionals } = parseCommandArguments(command, args)
  terminal.quiet = values['quiet'] === true
  terminal.plain = values['no-color'] === true
  if (values['help'] === true) {
    terminal.data(commandHelp(command))
    return 0
  }
  const { loadConfig } = await import('../config.ts')
  const config = await loadConfig({
    flags: {
      database: text(values['database']),
      log_dir: text(values['log-dir']),
      host: text(values['host']),
      port: text(values['port']),
      canvas_base_url: text(values['base-url']),
    },
    environment: options.environment,
    file: text(values['config']),
  })
  using signals = watchSignals(terminal)
  const json = values['json'] === true
  const { environment } = options
  const { signal } = signals
  const code = await command.run({ terminal, config, values, positionals, json, environment, signal })
  return signals.exit_code ?? code
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function findCommand(name: string): CommandEntry {
  const entry = COMMANDS.find((command) => command.name === name)
  if (entry !== undefined) return entry
  const names = COMMANDS.map((command) => command.name)
  if (name.startsWith('-')) {
    throw new MonitorError('usage', `The command comes first, then options such as ${name}.`, {
      next_step: `Commands are ${names.join(', ')}.`,
    })
  }
  const near = nearest(name, names)
  throw new MonitorError('usage', `There is no command "${name}".`, {
    next_step:
      near === null
        ? `Commands are ${names.join(', ')}.`
        : `Did you mean ${near}? See --help for all commands.`,
  })
}

async function helpText(name: string | undefined): Promise<string> {
  return name === undefined ? overview(COMMANDS) : commandHelp(await findCommand(name).load())
}
