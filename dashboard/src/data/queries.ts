import type { SessionInfo } from '../../../src/api/access/sessions.ts'
import type { FreshnessList } from '../../../src/api/freshness/freshness.ts'
import type { SyncListPage } from '../../../src/api/syncs/list.ts'
import type { CourseOutcomeList } from '../../../src/api/syncs/sync-schemas.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import type { Series } from '../../../src/api/syncs/series.ts'
import type { Summary } from '../../../src/api/syncs/summary.ts'
import { addressOf, askJson, type QueryValues } from './api-client.ts'

/** What one noun of the API says. */
interface Asking<T> {
  /** Begins with the noun, by which live updates find it. */
  readonly queryKey: readonly unknown[]
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<T>
}

function asked<T>(noun: string, path: string, values: QueryValues = {}): Asking<T> {
  return {
    queryKey: [noun, path, values],
    queryFn: ({ signal }) => askJson<T>(addressOf(path, values), { signal }),
  }
}

export const sessionQuery = (): Asking<SessionInfo> => asked('session', '/session')
export const summaryQuery = (days: number): Asking<Summary> => asked('summary', '/summary', { days })
export const syncsQuery = (values: QueryValues): Asking<SyncListPage> => asked('syncs', '/syncs', values)
export const syncQuery = (id: string): Asking<SyncRecord> => asked('sync', `/sync/${encodeURIComponent(id)}`)
export const courseOutcomesQuery = (id: string): Asking<CourseOutcomeList> =>
  asked('courses', `/sync/${encodeURIComponent(id)}/courses`)

interface AskingPages<T> {
  readonly queryKey: readonly unknown[]
  readonly queryFn: (context: {
    readonly signal: AbortSignal
    readonly pageParam: string | null
  }) => Promise<T>
  readonly initialPageParam: string | null
  readonly getNextPageParam: (page: T) => string | null
}

/** The same list page after page. */
export const syncPagesQuery = (values: QueryValues): AskingPages<SyncListPage> => ({
  queryKey: ['sync-pages', values],
  queryFn: ({ signal, pageParam }) =>
    askJson<SyncListPage>(addressOf('/syncs', { ...values, cursor: pageParam }), { signal }),
  initialPageParam: null,
  getNextPageParam: ({ next_cursor }) => next_cursor,
})
export const freshnessQuery = (values: QueryValues): Asking<FreshnessList> =>
  asked('freshness', '/freshness', values)
export const seriesQuery = (values: QueryValues): Asking<Series> => asked('series', '/series', values)
