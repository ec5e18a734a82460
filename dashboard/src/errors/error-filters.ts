import { UNSETTLED_STATES, type ErrorGroupState } from '../../../src/core/error-group-state.ts'
import { ERROR_TYPE_FACTS } from '../../../src/core/error-types.ts'
import type { QueryValues } from '../data/api-client.ts'

interface Choice {
  /** As it stands in the address; empty for what is shown without it. */
  readonly value: string
  readonly words: string
}

export const ERROR_PERIODS: readonly Choice[] = [
  { value: '1', words: '24 hours' },
  { value: '', words: '7 days' },
  { value: '30', words: '30 days' },
  { value: '90', words: '90 days' },
]
const USUAL_DAYS = 7

export interface StateChoice extends Choice {
  /** Null for all. */
  readonly states: readonly ErrorGroupState[] | null
  /** What is said when there is none. */
  readonly none: string
}

const UNSETTLED: StateChoice = {
  value: '',
  words: 'To look at',
  states: UNSETTLED_STATES,
  none: 'Nothing to look at: every error is muted or resolved.',
}
export const STATE_CHOICES: readonly StateChoice[] = [
  UNSETTLED,
  { value: 'muted', words: 'Muted', states: ['muted'], none: 'No error is muted.' },
  { value: 'resolved', words: 'Resolved', states: ['resolved'], none: 'No error is resolved.' },
  { value: 'all', words: 'All', states: null, none: '' },
]

export const ERROR_SORTS: readonly Choice[] = [
  { value: '', words: 'most syncs first' },
  { value: 'newest', words: 'newest first' },
  { value: 'rising', words: 'rising first' },
]

export const ERROR_TYPES: readonly Choice[] = [
  { value: '', words: 'any type' },
  ...Object.keys(ERROR_TYPE_FACTS).map((value) => ({ value, words: value.replaceAll('_', ' ') })),
]

const among = (choices: readonly Choice[], value: string | null): string =>
  choices.some((choice) => choice.value === value) ? (value ?? '') : ''

/** What an address asks for; what is in it and no filter is left out. */
export interface ErrorFilters {
  readonly days: number
  readonly state: StateChoice
  readonly error_type: string
  readonly text: string
  readonly sort: string
}

export function errorFiltersOf(address: URLSearchParams): ErrorFilters {
  const days = among(ERROR_PERIODS, address.get('days'))
  return {
    days: days === '' ? USUAL_DAYS : Number(days),
    state: STATE_CHOICES.find(({ value }) => value === address.get('state')) ?? UNSETTLED,
    error_type: among(ERROR_TYPES, address.get('error_type')),
    text: (address.get('text') ?? '').slice(0, 500),
    sort: among(ERROR_SORTS, address.get('sort')),
  }
}

export function queryOf({ days, state, error_type, text, sort }: ErrorFilters): QueryValues {
  const given = (value: string): string | undefined => (value === '' ? undefined : value)
  return {
    days,
    state: state.states?.join(','),
    error_type: given(error_type),
    text: given(text),
    sort: given(sort),
  }
}

/** Whether anything but period, state and order is asked for. */
export const isNarrowed = ({ error_type, text }: ErrorFilters): boolean => error_type !== '' || text !== ''

export const periodWords = (days: number): string =>
  ERROR_PERIODS.find(({ value }) => value === String(days))?.words ?? `${days} days`

/** The id of the group that is opened; null when there is none. */
export function openedGroup(address: URLSearchParams): number | null {
  const text = address.get('group') ?? ''
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null
}
