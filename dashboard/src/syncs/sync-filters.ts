import { ERROR_TYPE_FACTS } from '../../../src/core/error-types.ts'
import { SYNC_STATUSES } from '../../../src/core/sync-status.ts'
import type { QueryValues } from '../data/api-client.ts'

interface Choice {
  readonly value: string
  readonly words: string
}

/** A filter of the list; its name is that of the API's parameter, and stands in the address of the page. */
export interface SyncFilter {
  readonly name: string
  readonly words: string
  /** What can be chosen; without them any text. */
  readonly choices?: readonly Choice[]
  /** For example. */
  readonly hint?: string
}

const plain = (values: readonly string[]): Choice[] =>
  values.map((value) => ({ value, words: value.replaceAll('_', ' ') }))

export const SYNC_FILTERS: readonly SyncFilter[] = [
  {
    name: 'status',
    words: 'Status',
    choices: [
      { value: 'failed,partial,lost,timed_out', words: 'went wrong' },
      ...plain(SYNC_STATUSES.map((status) => status)),
    ],
  },
  {
    name: 'since',
    words: 'Started',
    choices: [
      { value: '1h', words: 'in the last hour' },
      { value: '24h', words: 'in the last 24 hours' },
      { value: '7d', words: 'in the last 7 days' },
      { value: '30d', words: 'in the last 30 days' },
    ],
  },
  { name: 'error_type', words: 'Error', choices: plain(Object.keys(ERROR_TYPE_FACTS)) },
  {
    name: 'min_duration',
    words: 'Took',
    choices: [
      { value: '1m', words: 'a minute or longer' },
      { value: '10m', words: '10 minutes or longer' },
      { value: '1h', words: 'an hour or longer' },
    ],
  },
  {
    name: 'sort',
    words: 'Order',
    choices: [
      { value: 'oldest', words: 'oldest first' },
      { value: 'longest', words: 'longest first' },
      { value: 'shortest', words: 'shortest first' },
    ],
  },
  { name: 'type', words: 'Type', hint: 'grades' },
  { name: 'user_id', words: 'User', hint: '42' },
  { name: 'course_id', words: 'Course', hint: '101' },
  { name: 'host', words: 'Host', hint: 'worker-1' },
  { name: 'trigger', words: 'Trigger', hint: 'schedule' },
  { name: 'text', words: 'In the error', hint: 'timeout' },
]

/** What an address asks for; parameters that are no filters are left out. */
export function filtersOf(address: URLSearchParams): QueryValues {
  const given = SYNC_FILTERS.map(({ name }) => [name, address.get(name)] as const)
  return Object.fromEntries(given.filter(([, value]) => value !== null && value !== ''))
}

/** The same address with another value of one filter; without it when the value is empty. */
export function withFilter(address: URLSearchParams, name: string, value: string): URLSearchParams {
  const changed = new URLSearchParams(address)
  if (value === '') changed.delete(name)
  else changed.set(name, value)
  return changed
}

/** How a filter is called where it is in use: `Status: failed`. */
export function filterWords({ words, choices }: SyncFilter, value: string): string {
  return `${words}: ${choices?.find((choice) => choice.value === value)?.words ?? value}`
}
