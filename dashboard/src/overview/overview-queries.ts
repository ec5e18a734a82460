import type { ErrorGroupList } from '../../../src/api/errors/error-list.ts'
import type { FreshnessList } from '../../../src/api/freshness/freshness.ts'
import type { SyncListPage } from '../../../src/api/syncs/list.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { asked, type Asking } from '../data/asked.ts'
import { freshnessQuery, syncsQuery } from '../data/queries.ts'
import type { Period } from './period.ts'

/** The statuses of syncs that somebody should look at. */
export const TROUBLED = 'failed,partial,lost,timed_out'

export const runningQuery = (): Asking<SyncListPage> => syncsQuery({ status: 'in_progress', limit: 20 })
export const troubledQuery = ({ since }: Period): Asking<SyncListPage> =>
  syncsQuery({ status: TROUBLED, since, limit: 50 })
/** Those of them whose error nobody has muted or resolved. */
export const unsettledQuery = ({ since }: Period): Asking<SyncListPage> =>
  syncsQuery({ status: TROUBLED, unsettled: true, since, limit: 50 })
/** The newest sync of all, to know whether there is one. */
export const newestQuery = (): Asking<SyncListPage> => syncsQuery({ limit: 1 })
export const stalestQuery = (): Asking<FreshnessList> => freshnessQuery({ final: false, limit: 200 })
export const newErrorsQuery = ({ days }: Period): Asking<ErrorGroupList> =>
  asked('new-errors', '/errors', { days, state: 'new,came_back', limit: 20 })

/** The last syncs of the same kind that went well, to learn from how long they took. */
export const earlierQuery = ({ sync_type, user_id }: SyncRecord): Asking<SyncListPage> =>
  asked(
    'earlier-syncs',
    '/syncs',
    { status: 'completed', type: sync_type, user_id, limit: 10 },
    { follows_syncs: false },
  )
