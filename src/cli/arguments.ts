import { parseArgs } from 'node:util'
import { MonitorError } from '../core/errors.ts'
import type { Command, CommandOption } from './command.ts'

/** The options that every command has. */
export const COMMON_OPTIONS: Readonly<Record<string, CommandOption>> = {
  database: {
    type: 'string',
    value: 'URL',
    help: 'sqlite:PATH or postgres://… (default sqlite:data/canvas-sync.db, or DATABASE_URL)',
  },
  'log-dir': {
    type: 'string',
    value: 'DIR',
    help: 'folder of the five log streams (default logs/canvas_sync)',
  },
  config: {
    type: 'string',
    value: 'FILE',
    help: 'configuration file (default canvas-sync-monitor.config.{ts,js,json})',
  },
  json: { type: 'boolean', help: 'print JSON on stdout' },
  quiet: { type: 'boolean', short: 'q', help: 'no messages but errors' },
  'no-color': { type: 'boolean', help: 'no colours (also NO_COLOR)' },
  debug: { type: 'boolean', help: 'show the stack of an error' },
  help: { type: 'boolean', short: 'h', help: 'show this help' },
}

export interface ParsedArguments {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>
  readonly positionals: readonly string[]
}

/** @throws MonitorError `usage` that names the wrong option and the nearest right one */
export function parseCommandArguments(command: Command, args: readonly string[]): ParsedArguments {
  const options = { ...COMMON_OPTIONS, ...command.options }
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: command.positionals !== undefined,
      strict: true,
    })
    return { values, positionals }
  } catch (error) {
    throw usageError(error, command, Object.keys(options))
  }
}

function usageError(error: unknown, command: Command, known: readonly string[]): MonitorError {
  const text = error instanceof Error ? error.message : ''
  const help = `See canvas-sync-monitor ${command.name} --help.`
  const unknown = /^Unknown option '(-[^']*)'/.exec(text)?.[1]
  if (unknown !== undefined) {
    const near = nearest(unknown.replace(/^-+/, ''), known)
    const next_step = near === null ? help : `Did you mean --${near}? ${help}`
    return new MonitorError('usage', `${command.name} has no option ${unknown}.`, { next_step })
  }
  const positional = /^Unexpected argument '([^']*)'/.exec(text)?.[1]
  if (positional !== undefined) {
    return new MonitorError('usage', `${command.name} does not take "${positional}".`, { next_step: help })
  }
  const valued = /^Option '([^']*)'/.exec(text)?.[1]?.split(' ')[0]?.replace(/,$/, '')
  const long = /--[a-z-]+/.exec(text)?.[0] ?? valued ?? 'An option'
  const message = /does not take an argument/.test(text)
    ? `${long} does not take a value.`
    : `${long} needs a value.`
  // `-n -3`: what follows looks like another option.
  const dashed = /argument is ambiguous/.test(text)
  const next_step = dashed ? `A value that begins with a dash is given as ${long}=VALUE. ${help}` : help
  return new MonitorError('usage', message, { next_step })
}

/** The one known word that begins with `word`, or the one that differs least, if it differs little. */
export function nearest(word: string, known: readonly string[]): string | null {
  const beginning = known.filter((candidate) => word.length > 1 && candidate.startsWith(word))
  if (beginning.length === 1) return beginning[0] ?? null
  let best: string | null = null
  let least = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(word, candidate)
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best
}

/** Letters to add, take away, change or swap with their neighbour to get from one word to the other. */
function editDistance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, index) => index)]
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const change = at(row - 1, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1)
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      const swap = swapped ? at(row - 2, column - 2) + 1 : Infinity
      current.push(Math.min(change, swap, at(row - 1, column) + 1, (current[column - 1] ?? 0) + 1))
    }
    rows.push(current)
  }
  return at(from.length, to.length)
}
