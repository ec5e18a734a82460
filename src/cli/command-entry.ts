import type { Command } from './command.ts'

export interface CommandEntry {
  /** One word, or two of which the first is the name of a group. */
  readonly name: string
  readonly summary: string
  /** Loaded only when it runs: `--help` must not wait for a database. */
  readonly load: () => Promise<Command>
}

/** Commands that share their first word. */
export interface CommandGroup {
  readonly name: string
  readonly summary: string
  readonly commands: readonly CommandEntry[]
}
