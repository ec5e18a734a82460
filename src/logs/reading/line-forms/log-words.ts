import type { LogLevel, LogStream } from '../../../core/log-event.ts'
import { SYNCED_ENTITIES } from '../../../core/synced-entity.ts'
import { emitUserId } from '../../../core/user-id.ts'

const LEVELS: Readonly<Record<string, LogLevel>> = {
  TRACE: 'DEBUG',
  DEBUG: 'DEBUG',
  INFO: 'INFO',
  NOTICE: 'INFO',
  WARN: 'WARNING',
  WARNING: 'WARNING',
  ERROR: 'ERROR',
  ERR: 'ERROR',
  CRITICAL: 'ERROR',
  FATAL: 'ERROR',
}

/** The level that a word of any logger means, in any case; undefined for other words. */
export function knownLevel(word: string): LogLevel | undefined {
  return Object.hasOwn(LEVELS, word)
    ? LEVELS[word]
    : word === word.toUpperCase()
      ? undefined
      : knownLevel(word.toUpperCase())
}

/** A line without a level, or with one that nobody knows: only errors are in the errors stream. */
export function levelOf(word: unknown, stream: LogStream): LogLevel {
  const known = typeof word === 'string' ? knownLevel(word) : undefined
  return known ?? (stream === 'errors' ? 'ERROR' : 'INFO')
}

/** The user of a line as our own lines have it, whether it was written as a number or a text. */
export function userIdOf(value: unknown): string | number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  return typeof value === 'string' && value !== '' ? emitUserId(value) : null
}

/** An id that our own lines have as text. */
export function idOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}

const METHODS = 'GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS'
/**
 * The method and the target of a request, as groups of an expression. The target is a path or an address:
 * `DELETE assignments` tells of a table.
 */
export const REQUEST: string = String.raw`(${METHODS}) (/\S*|https?://\S+)`

/** What the earlier system called by the name of one row, and our own lines by that of the table. */
const ENTITIES: ReadonlyMap<string, string> = new Map(
  [...SYNCED_ENTITIES, 'grades', 'users'].map((name) => [name.slice(0, -1), name]),
)

/** `Course`, `courses` → `courses`; `AssignmentGroup` → `assignment_groups`; what Canvas does not have stays as it is. */
export function entityOf(word: string): string {
  const name = snakeCase(word)
  return ENTITIES.get(name) ?? name
}

/** `AssignmentGroup`, `Assignment Group` → `assignment_group`: as our own lines have names of tables and operations. */
export function snakeCase(word: string): string {
  return word
    .trim()
    .replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, '_')
    .replaceAll(/[\s-]+/g, '_')
    .toLowerCase()
}
