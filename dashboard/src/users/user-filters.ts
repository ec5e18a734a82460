import type { QueryValues } from '../data/api-client.ts'

interface Choice {
  /** As it stands in the address; empty for what is shown without it. */
  readonly value: string
  readonly words: string
}

export const USER_ORDERS: readonly Choice[] = [
  { value: '', words: 'trouble first' },
  { value: 'newest', words: 'newest sync first' },
  { value: 'oldest', words: 'oldest sync first' },
  { value: 'id', words: 'by id' },
]

export const USER_PERIODS: readonly Choice[] = [
  { value: '1', words: 'success today (UTC)' },
  { value: '', words: 'success in 7 days' },
  { value: '30', words: 'success in 30 days' },
]

const USUAL_DAYS = 7

/** What an address asks for; what is in it and means nothing is left out. */
export interface UserFilters {
  readonly sort: string
  readonly search: string
  readonly failing: boolean
  readonly days: string
}

const among = (choices: readonly Choice[], value: string | null): string =>
  choices.some((choice) => choice.value === value) ? (value ?? '') : ''

export const userFiltersOf = (address: URLSearchParams): UserFilters => ({
  sort: among(USER_ORDERS, address.get('sort')),
  search: address.get('search') ?? '',
  failing: address.get('failing') === 'true',
  days: among(USER_PERIODS, address.get('days')),
})

export const userValuesOf = ({ sort, search, failing, days }: UserFilters): QueryValues => ({
  sort: sort === '' ? undefined : sort,
  search: search === '' ? undefined : search,
  failing: failing ? true : undefined,
  days: days === '' ? USUAL_DAYS : days,
})

/** The same address with another value; without it when the value is empty. */
export function withUserFilter(address: URLSearchParams, name: string, value: string): URLSearchParams {
  const changed = new URLSearchParams(address)
  if (value === '') changed.delete(name)
  else changed.set(name, value)
  return changed
}
