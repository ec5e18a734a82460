import type { SessionInfo } from '../../../src/api/access/sessions.ts'
import type { FreshnessList } from '../../../src/api/freshness/freshness.ts'
import type { IncidentListRecord } from '../../../src/api/incidents/incident-list.ts'
import type { SyncListPage } from '../../../src/api/syncs/list.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import type { Series } from '../../../src/api/syncs/series.ts'
import type { Summary } from '../../../src/api/syncs/summary.ts'
import type { QueryValues } from './api-client.ts'
import { asked, askedPages, type Asking, type AskingPages } from './asked.ts'

// What several pages ask for. What only one noun asks for stands in its own folder.

const once = { follows_syncs: false }

export const sessionQuery = (): Asking<SessionInfo> => asked('session', '/session', {}, once)
export const summaryQuery = (days: number): Asking<Summary> => asked('summary', '/summary', { days })
export const syncsQuery = (values: QueryValues): Asking<SyncListPage> => asked('syncs', '/syncs', values)
export const syncPagesQuery = (values: QueryValues): AskingPages<SyncListPage> =>
  askedPages('sync-pages', '/syncs', values)
/** Live updates bring its changes themselves. */
export const syncQuery = (id: string): Asking<SyncRecord> =>
  asked('sync', `/sync/${encodeURIComponent(id)}`, {}, once)
/** Rules look every few seconds, and no event tells of what they find. */
export const INCIDENTS_EVERY_MS = 5000
/** What nobody looks after yet, the newest first, and how many there are. */
export const openIncidentsQuery = (): Asking<IncidentListRecord> & { readonly refetchInterval: number } => ({
  ...asked('open-incidents', '/incidents', { state: 'open', limit: 50 }),
  refetchInterval: INCIDENTS_EVERY_MS,
})
export const freshnessQuery = (values: QueryValues): Asking<FreshnessList> =>
  asked('freshness', '/freshness', values)
export const seriesQuery = (values: QueryValues): Asking<Series> => asked('series', '/series', values)
