import { useQuery } from '@tanstack/react-query'
import type { SyncNeighbours } from '../../../src/api/syncs/neighbours.ts'
import type { QueryValues } from '../data/api-client.ts'
import { asked, type Asking } from '../data/asked.ts'
import { filtersOf } from './sync-filters.ts'

/** What stands beside a sync in the list that led to it; null at its end, and until it is known. */
export interface Neighbours {
  readonly previous: number | null
  readonly next: number | null
}

const NONE: Neighbours = { previous: null, next: null }

/** @param filters those of the list, as the address of the page has them */
export const neighboursQuery = (id: string | number, filters: URLSearchParams): Asking<SyncNeighbours> =>
  asked('neighbours', `/sync/${encodeURIComponent(String(id))}/neighbours`, filtersOf(filters))

/** The syncs before and after one in the list that led to it; see {@link neighboursQuery}. */
export function useNeighbours(id: string | number, filters: URLSearchParams): Neighbours {
  return useQuery(neighboursQuery(id, filters)).data ?? NONE
}

/** Where a sync is shown, with the filters of the list that it was found in. */
export function syncAddress(id: number, filters: URLSearchParams | QueryValues = {}): string {
  return withSearch(`/syncs/${id}`, filters)
}

/** Where the list with these filters is. */
export function listAddress(filters: URLSearchParams | QueryValues = {}): string {
  return withSearch('/syncs', filters)
}

function withSearch(path: string, filters: URLSearchParams | QueryValues): string {
  const address = filters instanceof URLSearchParams ? filters : addressOfValues(filters)
  const search = addressOfValues(filtersOf(address)).toString()
  return search === '' ? path : `${path}?${search}`
}

function addressOfValues(values: QueryValues): URLSearchParams {
  const address = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null) address.set(name, String(value))
  }
  return address
}
