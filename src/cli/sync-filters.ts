import { systemClock } from '../core/clock.ts'
import { isSyncErrorType } from '../core/error-types.ts'
import { MonitorError } from '../core/errors.ts'
import { SYNC_STATUSES, type SyncStatus } from '../core/sync-status.ts'
import { parseTimeRange } from '../core/time-range.ts'
import { SYNC_SORTS, type SyncCondition, type SyncSort } from '../store/sync-lists.ts'
import { stringValue, type Command, type CommandContext } from './command.ts'

/** The options of a command that lists syncs. */
export const SYNC_FILTERS: Command['options'] = {
  status: { type: 'string', value: 'STATUS', help: `${SYNC_STATUSES.join(', ')} (or several)` },
  type: { type: 'string', value: 'TYPE', help: 'only syncs of this type' },
  user: { type: 'string', value: 'ID', help: 'only syncs of this user' },
  course: { type: 'string', value: 'ID', help: 'only syncs of this course, or with an outcome of it' },
  'error-type': { type: 'string', value: 'TYPE', help: 'only syncs that ended with such an error' },
  host: { type: 'string', value: 'NAME', help: 'only syncs that ran on this host' },
  since: { type: 'string', value: 'TIME', help: 'started from then on: 2h, yesterday, 2026-11-22' },
  until: { type: 'string', value: 'TIME', help: 'started before then' },
  text: { type: 'string', value: 'TEXT', help: 'anywhere in the error message' },
  sort: { type: 'string', value: 'ORDER', help: `${SYNC_SORTS.join(', ')} (default newest)` },
}

/** What the options choose. Throws `usage` for a value that is none. */
export function readSyncFilters(context: CommandContext): { condition: SyncCondition; sort: SyncSort } {
  const given = (name: string): string | undefined => stringValue(context, name)
  const listed = (name: string): readonly string[] | undefined => {
    const value = given(name)
    return value === undefined ? undefined : [value]
  }
  const error_type = given('error-type')
  if (error_type !== undefined && !isSyncErrorType(error_type)) {
    throw new MonitorError('usage', `There is no error type "${error_type}".`, {
      next_step: 'See docs/concepts.md for the error types.',
    })
  }
  const zone = context.config.time_zone
  const { since_ms, until_ms } = parseTimeRange(
    { since: given('since'), until: given('until') },
    { now_ms: systemClock.now(), zone },
  )
  const condition = {
    statuses: given('status')
      ?.split(',')
      .map((word) => statusOf(word)),
    sync_types: listed('type'),
    user_ids: listed('user'),
    course_id: given('course'),
    error_types: error_type === undefined ? undefined : [error_type],
    host: given('host'),
    since: since_ms,
    until: until_ms,
    error_text: given('text'),
  }
  const members = Object.entries(condition).filter(([, value]) => value !== undefined)
  return { condition: Object.fromEntries(members), sort: sortOf(given('sort') ?? 'newest') }
}

function statusOf(word: string): SyncStatus {
  const status = SYNC_STATUSES.find((each) => each === word)
  if (status !== undefined) return status
  throw new MonitorError('usage', `There is no status "${word}".`, {
    next_step: `Use one of ${SYNC_STATUSES.join(', ')}.`,
  })
}

function sortOf(word: string): SyncSort {
  const sort = SYNC_SORTS.find((each) => each === word)
  if (sort !== undefined) return sort
  throw new MonitorError('usage', `There is no order "${word}".`, {
    next_step: `Use one of ${SYNC_SORTS.join(', ')}.`,
  })
}
