import { COMMANDS, findCommand, groupAlone, type CommandEntry, type CommandGroup } from './command-list.ts'
import { parseCommandArguments } from './arguments.ts'
import { commandHelp, groupHelp, overview } from './help.ts'
import { watchSignals } from './signals.ts'
import { tellError } from './tell-error.ts'
import { Terminal } from './terminal.ts'
import { version } from '../version.ts'

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
      terminal.data(await helpText(rest.filter((word) => !word.startsWith('-'))))
      return 0
    }
    if (name === '--version' || name === '-v' || name === '-V') {
      terminal.data(version())
      return 0
    }
    const group = groupAlone(options.args)
    if (group !== null) return showGroup(group, rest, terminal)
    const { entry, args } = findCommand(options.args)
    return await runCommand(entry, args, options, terminal)
  } catch (error) {
    return tellError(terminal, error, options.args.includes('--debug'))
  }
}

/** The commands of a group, for who gives no second word: asked for it is data, else it is why nothing is done. */
function showGroup(group: CommandGroup, rest: readonly string[], terminal: Terminal): number {
  const asked = rest.includes('--help') || rest.includes('-h')
  if (asked) terminal.data(groupHelp(group))
  else terminal.error(groupHelp(group))
  return asked ? 0 : 2
}

async function helpText(words: readonly string[]): Promise<string> {
  if (words.length === 0) return overview(COMMANDS)
  const group = groupAlone(words)
  return group === null ? commandHelp(await findCommand(words).entry.load()) : groupHelp(group)
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
  const { loadConfig } = await import('../config/config.ts')
  const config = await loadConfig({
    flags: {
      database: text(values['database']),
      log_dir: text(values['log-dir']),
      host: text(values['host']),
      port: text(values['port']),
      base_path: text(values['base-path']),
      canvas_base_url: text(values['base-url']),
      server: text(values['server']),
      spool_dir: text(values['spool-dir']),
    },
    environment: options.environment,
    file: text(values['config']),
  })
  using signals = command.passes_signals_on === true ? null : watchSignals(terminal)
  const json = values['json'] === true
  const { environment } = options
  const signal = signals?.signal ?? new AbortController().signal
  const code = await command.run({ terminal, config, values, positionals, json, environment, signal })
  return signals?.exit_code ?? code
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
