import { MonitorError } from '../core/errors.ts'
import { LOG_LEVELS, LOG_STREAMS } from '../core/log-event.ts'
import { MAX_CONTEXT, MAX_LIMIT, type LineFilter, type LogQuery } from './log-query.ts'

/**
 * What types cannot tell of a query that came from outside.
 * @throws MonitorError `usage`
 */
export function checkQuery(query: LogQuery): void {
  const { since_ms, until_ms, order, limit, context, time_budget_ms } = query
  checkFilter(query)
  checkNumber('since', since_ms, -MAX_TIME_MS, MAX_TIME_MS)
  checkNumber('until', until_ms, -MAX_TIME_MS, MAX_TIME_MS)
  if (since_ms !== undefined && until_ms !== undefined && since_ms >= until_ms) {
    throw usage(
      'The time range is empty: it must end after it begins.',
      'Swap since and until, or leave one out.',
    )
  }
  checkChoice('order', order, ['newest', 'oldest'])
  checkWhole('limit', limit, 1, MAX_LIMIT)
  checkWhole('context', context, 0, MAX_CONTEXT)
  checkNumber('time_budget_ms', time_budget_ms, 1, Number.MAX_VALUE)
}

/** @throws MonitorError `usage` */
export function checkFilter(filter: LineFilter): void {
  const { streams, level, min_duration_ms: least, max_duration_ms: most } = filter
  for (const stream of streams ?? []) checkChoice('stream', stream, LOG_STREAMS)
  checkChoice('level', level, LOG_LEVELS)
  checkNumber('min_duration_ms', least, 0, Number.MAX_VALUE)
  checkNumber('max_duration_ms', most, 0, Number.MAX_VALUE)
  if (least !== undefined && most !== undefined && least > most) {
    throw usage('The shortest duration is longer than the longest.', 'Swap the two, or leave one out.')
  }
}

export function checkWhole(name: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least && value <= most)) return
  throw usage(
    `${name} must be a whole number from ${least} to ${most}.`,
    `Give such a number, or leave ${name} out.`,
  )
}

const MAX_TIME_MS = 8.64e15

function checkNumber(name: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (value >= least && value <= most)) return
  throw usage(`${name} is out of range.`, `Give another number, or leave ${name} out.`)
}

function checkChoice(name: string, value: string | undefined, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value)) return
  throw usage(`There is no such ${name}.`, `Choose one of ${choices.join(', ')}.`)
}

function usage(message: string, next_step: string): MonitorError {
  return new MonitorError('usage', message, { next_step })
}
