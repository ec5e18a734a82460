import { LOG_STREAMS } from '../../../src/core/log-event.ts'
import { parseTime, type Bound, type TimeContext } from '../../../src/core/time-range.ts'
import type { QueryValues } from '../data/api-client.ts'

interface Choice {
  readonly value: string
  readonly words: string
}

/** A filter of lines; its name is that of the API's parameter, and stands in the address of the page. */
export interface LogFilter {
  readonly name: string
  readonly words: string
  /** What can be chosen; without them any text. */
  readonly choices?: readonly Choice[]
  /** For example. */
  readonly hint?: string
}

/** Always in sight. */
export const MAIN_FILTERS: readonly LogFilter[] = [
  {
    name: 'level',
    words: 'Level',
    choices: [
      { value: 'INFO', words: 'info or worse' },
      { value: 'WARNING', words: 'warning or worse' },
      { value: 'ERROR', words: 'error' },
    ],
  },
  {
    name: 'since',
    words: 'From',
    choices: [
      { value: '15m', words: 'the last 15 minutes' },
      { value: '1h', words: 'the last hour' },
      { value: '24h', words: 'the last 24 hours' },
      { value: '7d', words: 'the last 7 days' },
    ],
  },
]

/** Opened when they are wanted. */
export const MORE_FILTERS: readonly LogFilter[] = [
  { name: 'task_id', words: 'Task', hint: 'nightly-42' },
  { name: 'user_id', words: 'User', hint: '42' },
  { name: 'course_id', words: 'Course', hint: '101' },
  { name: 'event', words: 'Event', hint: 'sync_failed' },
  { name: 'status', words: 'Status', hint: '4xx, >=500' },
  {
    name: 'min_duration_ms',
    words: 'Took',
    choices: [
      { value: '100', words: '100 ms or longer' },
      { value: '1000', words: 'a second or longer' },
      { value: '10000', words: '10 seconds or longer' },
      { value: '60000', words: 'a minute or longer' },
    ],
  },
  { name: 'until', words: 'Until', hint: '2h, yesterday' },
]

/** The same filter as one of {@link MAIN_FILTERS}, for any time. */
export const SINCE_TEXT: LogFilter = { name: 'since', words: 'From the time', hint: '2026-11-22T10:15' }

/** Set from a line that tells its machine: a server that knows only its own files refuses it. */
const MACHINE_FILTER: LogFilter = { name: 'machine', words: 'Machine' }
export const STREAM_FILTER: LogFilter = { name: 'stream', words: 'Streams' }
const TEXT_FILTERS: readonly LogFilter[] = [
  { name: 'text', words: 'Text' },
  { name: 'regex', words: 'Expression' },
]

/** Those that can be in use, in the order in which they are told. */
export const LOG_FILTERS: readonly LogFilter[] = [
  ...TEXT_FILTERS,
  STREAM_FILTER,
  ...MAIN_FILTERS,
  ...MORE_FILTERS,
  MACHINE_FILTER,
]

/** What an address asks for, under the names of the API. Times are as they were given. */
export function filtersOf(address: URLSearchParams): QueryValues {
  const names = [...LOG_FILTERS.map(({ name }) => name), 'ignore_case']
  const given = names.map((name) => [name, address.get(name)] as const)
  return Object.fromEntries(given.filter(([, value]) => value !== null && value !== ''))
}

/**
 * The same with the times as moments, so that all pages of a search mean the same range. What is no time is left as it
 * is: the server says why it cannot be used.
 */
export function withMoments(filters: QueryValues, context: TimeContext): QueryValues {
  const moment = (bound: Bound): QueryValues => {
    const given = filters[bound]
    const at_ms = typeof given === 'string' ? parseTime(given, bound, context) : null
    return at_ms === null ? {} : { [bound]: new Date(at_ms).toISOString() }
  }
  return { ...filters, ...moment('since'), ...moment('until') }
}

/** The streams that are asked for: all when none is named. */
export function streamsOf(address: URLSearchParams): readonly string[] {
  const named = (address.get('stream') ?? '').split(',').filter((name) => name !== '')
  return named.length === 0 ? LOG_STREAMS : named
}

/** With one stream more or less; never with none. */
export function toggledStream(streams: readonly string[], name: string): string {
  const changed = LOG_STREAMS.filter((each) => (each === name) !== streams.includes(each))
  return changed.length === 0 || changed.length === LOG_STREAMS.length ? '' : changed.join(',')
}

/** The same address with other values of some parameters; without those that are empty. */
export function withValues(
  address: URLSearchParams,
  values: Readonly<Record<string, string>>,
): URLSearchParams {
  const changed = new URLSearchParams(address)
  for (const [name, value] of Object.entries(values)) {
    if (value === '') changed.delete(name)
    else changed.set(name, value)
  }
  return changed
}

/** How a filter is called where it is in use: `Level: error`. */
export function filterWords({ words, choices }: LogFilter, value: string): string {
  return `${words}: ${choices?.find((choice) => choice.value === value)?.words ?? value.replaceAll(',', ', ')}`
}
