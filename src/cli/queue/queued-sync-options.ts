import { MOST_ATTEMPTS_DEFAULT, type QueuedSync } from '../../core/queued-sync.ts'
import { MonitorError } from '../../core/errors.ts'
import { parseDuration } from '../../core/duration-text.ts'
import { ENTITIES_OF_SYNC_TYPE } from '../../engine/entity-lists.ts'
import { checkCanvasId } from '../canvas-id-option.ts'
import { flagValue, stringValue, stringValues, type Command, type CommandContext } from '../command.ts'
import { wholeNumberOption } from '../numbers.ts'
import { checkOwnWord } from '../own-word.ts'
import { SYNC_SCOPE_OPTIONS } from '../sync-scope-options.ts'
import { DEFAULT_SOURCE } from './queue-sources.ts'

export const QUEUED_SYNC_OPTIONS: Command['options'] = {
  source: { type: 'string', value: 'NAME', help: 'one of "sources" of the workers (default "default")' },
  ...SYNC_SCOPE_OPTIONS,
  priority: { type: 'string', value: 'N', help: 'from -100 to 100, the highest goes first (default 0)' },
  attempts: { type: 'string', value: 'N', help: `try at most so often (default ${MOST_ATTEMPTS_DEFAULT})` },
}

/** What these options ask for. @throws MonitorError `usage` */
export function queuedSyncOf(context: CommandContext, trigger: string): QueuedSync {
  const sync_type = stringValue(context, 'type') ?? 'all'
  if (!Object.hasOwn(ENTITIES_OF_SYNC_TYPE, sync_type)) {
    throw new MonitorError('usage', `There is no sync type "${sync_type}".`, {
      next_step: `Use one of ${Object.keys(ENTITIES_OF_SYNC_TYPE).join(', ')}.`,
    })
  }
  const courses = stringValues(context, 'course')
  const account = stringValue(context, 'account') ?? null
  if (courses.length > 0 && account !== null) {
    throw new MonitorError('usage', '--course and --account cannot be given together.', {
      next_step: 'Leave --account out: a course is read by its id, whatever account it is in.',
    })
  }
  for (const id of account === null ? courses : [account]) checkCanvasId(id)
  for (const name of ['task-id', 'user-id']) checkOwnWord(name, stringValue(context, name))
  const source = stringValue(context, 'source') ?? DEFAULT_SOURCE
  if (!/^[a-z0-9][a-z0-9_.-]{0,99}$/.test(source)) {
    throw new MonitorError('usage', `"${source}" is no name of a source.`, {
      next_step: 'Such a name has 1 to 100 small letters, digits, dots, _ and -.',
    })
  }
  return {
    source,
    sync_type,
    user_id: stringValue(context, 'user-id') ?? null,
    courses,
    account,
    full: flagValue(context, 'full'),
    accept_deletions: flagValue(context, 'accept-deletions'),
    trigger,
    task_id: stringValue(context, 'task-id') ?? null,
    most_attempts: wholeNumberOption(stringValue(context, 'attempts'), '--attempts', {
      minimum: 1,
      maximum: 100,
      missing: MOST_ATTEMPTS_DEFAULT,
    }),
    schedule: null,
  }
}

/** @throws MonitorError `usage` */
export function priorityOption(context: CommandContext): number {
  const given = stringValue(context, 'priority') ?? '0'
  const number = /^-?\d{1,3}$/.test(given) ? Number(given) : Number.NaN
  if (number >= -100 && number <= 100) return number
  throw new MonitorError('usage', `--priority must be a whole number from -100 to 100, got "${given}".`, {
    next_step: 'For example --priority 10.',
  })
}

/** Milliseconds; @throws MonitorError `usage` */
export function durationOption(context: CommandContext, name: string, missing_ms: number): number {
  const given = stringValue(context, name)
  if (given === undefined) return missing_ms
  const duration_ms = parseDuration(given)
  if (duration_ms !== null && duration_ms >= 0) return duration_ms
  throw new MonitorError('usage', `--${name} must be a duration, got "${given}".`, {
    next_step: `For example --${name} 30s, 10m or 2h.`,
  })
}
