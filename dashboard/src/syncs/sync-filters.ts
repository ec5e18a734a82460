import { CANVAS_ERROR_TYPES } from '../../../src/core/error-types.ts'
import { SYNC_STATUSES } from '../../../src/core/sync-status.ts'
import type { QueryValues } from '../data/api-client.ts'
import { dateText } from '../parts/date-text.ts'

export interface Choice {
  readonly value: string
  readonly words: string
}

/** How a filter is set: several of its choices, one of them, one or another text, a moment, or any text. */
export type FilterKind = 'several' | 'one' | 'choice' | 'moment' | 'text'

/** A filter of the list; its name is that of the API's parameter, and stands in the address of the page. */
export interface SyncFilter {
  readonly name: string
  readonly words: string
  /** How it is written in the search: `user:42`. */
  readonly token: string
  readonly kind: FilterKind
  /** What can be chosen, or is suggested. */
  readonly choices: readonly Choice[]
  /** For example. */
  readonly hint: string
}

const plain = (values: readonly string[]): Choice[] =>
  values.map((value) => ({ value, words: value.replaceAll('_', ' ') }))

const statusWords = (status: string): string =>
  status === 'in_progress' ? 'running' : status.replaceAll('_', ' ')

export const TROUBLE = 'failed,partial,lost,timed_out'

const DURATIONS: readonly Choice[] = [
  { value: '1m', words: 'a minute' },
  { value: '10m', words: '10 minutes' },
  { value: '1h', words: 'an hour' },
]

const PERIODS: readonly Choice[] = [
  { value: '1h', words: 'the last hour' },
  { value: '24h', words: 'the last 24 hours' },
  { value: '7d', words: 'the last 7 days' },
  { value: '30d', words: 'the last 30 days' },
]

const any = (name: string, token: string, words: string, hint: string): SyncFilter => ({
  name,
  token,
  words,
  kind: 'text',
  choices: [],
  hint,
})

export const SYNC_FILTERS: readonly SyncFilter[] = [
  {
    name: 'status',
    token: 'status',
    words: 'Status',
    kind: 'several',
    choices: SYNC_STATUSES.map((value) => ({ value, words: statusWords(value) })),
    hint: 'failed',
  },
  { name: 'since', token: 'since', words: 'Since', kind: 'moment', choices: PERIODS, hint: '24h' },
  { name: 'until', token: 'until', words: 'Until', kind: 'moment', choices: [], hint: 'yesterday' },
  any('user_id', 'user', 'User', '42'),
  any('type', 'type', 'Type', 'grades'),
  any('course_id', 'course', 'Course', '101'),
  {
    name: 'error_type',
    token: 'error',
    words: 'Error',
    kind: 'one',
    choices: plain([...CANVAS_ERROR_TYPES, 'job_error', 'storage', 'lost', 'timed_out']),
    hint: 'timeout',
  },
  any('error_group', 'group', 'Error group', '3'),
  {
    name: 'unsettled',
    token: 'unsettled',
    words: 'Errors muted or resolved',
    kind: 'one',
    choices: [{ value: 'true', words: 'left out' }],
    hint: 'true',
  },
  any('host', 'host', 'Host', 'worker-1'),
  any('trigger', 'trigger', 'Trigger', 'schedule'),
  any('source_id', 'source', 'Source', '1'),
  {
    name: 'min_duration',
    token: 'longer',
    words: 'Took at least',
    kind: 'choice',
    choices: DURATIONS,
    hint: '90s',
  },
  {
    name: 'max_duration',
    token: 'shorter',
    words: 'Took at most',
    kind: 'choice',
    choices: DURATIONS,
    hint: '10s',
  },
  any('text', 'text', 'In the error', 'timeout'),
]

/** The order stands beside the list, not among the filters. */
export const SORTS: readonly Choice[] = [
  { value: '', words: 'Newest first' },
  { value: 'oldest', words: 'Oldest first' },
  { value: 'longest', words: 'Longest first' },
  { value: 'shortest', words: 'Shortest first' },
]

const NAMES: readonly string[] = [...SYNC_FILTERS.map(({ name }) => name), 'sort']

/** What an address asks for; parameters that are no filters are left out. */
export function filtersOf(address: URLSearchParams): QueryValues {
  const given = NAMES.map((name) => [name, address.get(name)] as const)
  return Object.fromEntries(given.filter(([, value]) => value !== null && value !== ''))
}

/** The same address with another value of one filter; without it when the value is empty. */
export function withFilter(address: URLSearchParams, name: string, value: string): URLSearchParams {
  const changed = new URLSearchParams(address)
  if (value === '') changed.delete(name)
  else changed.set(name, value)
  return changed
}

/** Without any filter; the order stays. */
export function withoutFilters(address: URLSearchParams): URLSearchParams {
  return SYNC_FILTERS.reduce((changed, { name }) => withFilter(changed, name, ''), address)
}

/** The filters that are in use, in their order. */
export function usedFilters(
  address: URLSearchParams,
): readonly { readonly filter: SyncFilter; readonly value: string }[] {
  return SYNC_FILTERS.flatMap((filter) => {
    const value = address.get(filter.name) ?? ''
    return value === '' ? [] : [{ filter, value }]
  })
}

/** How a filter is called where it is in use: `Status: failed, lost`. @param zone for moments */
export function filterWords(filter: SyncFilter, value: string, zone: string): string {
  return `${filter.words}: ${valueWords(filter, value, zone)}`
}

function valueWords({ name, kind, choices }: SyncFilter, value: string, zone: string): string {
  if (kind === 'several') {
    if (value === TROUBLE) return 'went wrong'
    return value.split(',').map(statusWords).join(', ')
  }
  const chosen = choices.find((choice) => choice.value === value)
  if (chosen !== undefined) return chosen.words
  if (kind === 'moment' && /^\d{4}-\d\d-\d\dT.*Z$/.test(value) && !Number.isNaN(Date.parse(value))) {
    return dateText(Date.parse(value), zone, 'second')
  }
  return name === 'error_group' ? `#${value}` : value
}

/** Sets that many look for, to be had with one press. */
export const QUICK_FILTERS: readonly {
  readonly name: string
  readonly value: string
  readonly words: string
}[] = [
  { name: 'status', value: TROUBLE, words: 'Went wrong' },
  { name: 'status', value: 'in_progress', words: 'Running' },
  { name: 'since', value: '24h', words: 'Last 24 hours' },
  { name: 'min_duration', value: '10m', words: '10 minutes or longer' },
]
