import type { ParseArgsOptionDescriptor } from 'node:util'
import type { Config } from '../config/config.ts'
import type { Terminal } from './terminal.ts'

export interface CommandOption extends ParseArgsOptionDescriptor {
  /** One line for `--help`. */
  readonly help: string
  /** What stands for the value in `--help`: `URL`. */
  readonly value?: string
}

/** What a command gets to work with. */
export interface CommandContext {
  readonly terminal: Terminal
  readonly config: Config
  /** The values of the command's own options. */
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>
  /** What stands behind the command without a dash. */
  readonly positionals: readonly string[]
  readonly json: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Aborts at the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal
}

export interface Command {
  readonly name: string
  /** One line for the overview. */
  readonly summary: string
  /** Lines for `COMMAND --help`, behind the options. */
  readonly notes?: readonly string[]
  /** What may stand behind it, for its usage line: `list | show ID`. */
  readonly positionals?: string
  /** It deals with signals itself: they are another program's. Then `signal` never aborts. */
  readonly passes_signals_on?: true
  readonly options: Readonly<Record<string, CommandOption>>
  /** Resolves with the exit code. */
  readonly run: (context: CommandContext) => Promise<number>
}

/** A string option; undefined when it was not given. */
export function stringValue({ values }: CommandContext, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

/** A string option that may be given several times. */
export function stringValues({ values }: CommandContext, name: string): string[] {
  const value = values[name]
  return Array.isArray(value) ? value.map(String) : []
}

export function flagValue({ values }: CommandContext, name: string): boolean {
  return values[name] === true
}
