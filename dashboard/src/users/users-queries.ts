import type { FreshnessList } from '../../../src/api/freshness/freshness.ts'
import type { ErrorGroupList } from '../../../src/api/errors/error-list.ts'
import type { UserSummary } from '../../../src/api/syncs/users.ts'
import type { Calendar } from '../../../src/api/users/calendar.ts'
import type { UserList } from '../../../src/api/users/user-list.ts'
import type { QueryValues } from '../data/api-client.ts'
import { asked, askedPages, type Asking, type AskingPages } from '../data/asked.ts'

export const userPagesQuery = (values: QueryValues): AskingPages<UserList> =>
  askedPages('user-pages', '/users', values)
export const userSummaryQuery = (user_id: string, days: number): Asking<UserSummary> =>
  asked('user-summary', `/user/${encodeURIComponent(user_id)}/summary`, { days })
export const userFreshnessQuery = (user_id: string): Asking<FreshnessList> =>
  asked('user-freshness', '/freshness', { user_id, limit: 100 })
export const userErrorsQuery = (user_id: string, days: number): Asking<ErrorGroupList> =>
  asked('user-errors', '/errors', { user_id, days, limit: 10 })
/** A year of days changes slowly: it is asked for again by time, not at each sync. */
export const calendarQuery = (zone: string, user_id: string | undefined): Asking<Calendar> =>
  asked('calendar', '/calendar', { zone, weeks: 52, user_id }, { follows_syncs: false })
