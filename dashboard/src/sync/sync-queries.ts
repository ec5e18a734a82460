import type { SyncListPage } from '../../../src/api/syncs/list.ts'
import type { LogSearchResult } from '../../../src/api/logs/log-search-schemas.ts'
import type { SyncSteps } from '../../../src/api/syncs/steps/step-schemas.ts'
import type { CourseOutcomeList, StatusChangeList } from '../../../src/api/syncs/sync-schemas.ts'
import type { LogLevel } from '../../../src/core/log-event.ts'
import type { SyncRecord } from '../../../src/core/sync-record.ts'
import { asked, type Asking } from '../data/asked.ts'

const once = { follows_syncs: false }

/** As many as the API gives at once: nearly every sync has fewer courses. */
const MOST_COURSES = 5000
/** Beside those of the same user and type, other targets may stand in the list. */
const LOOKED_AT = 20
const MARGIN_MS = 60_000

/** Reads the log lines of the sync: dear, so that nothing but its end asks for it again. */
export const stepsQuery = ({ id, sync_status }: SyncRecord): Asking<SyncSteps> => {
  const asking = asked<SyncSteps>('sync-steps', `/sync/${id}/steps`, {}, once)
  return { ...asking, queryKey: [...asking.queryKey, sync_status] }
}

export const outcomesQuery = (id: number): Asking<CourseOutcomeList> =>
  asked('courses', `/sync/${id}/courses`, { limit: MOST_COURSES })

export const statusChangesQuery = ({ id, sync_status }: SyncRecord): Asking<StatusChangeList> => {
  const asking = asked<StatusChangeList>('status-changes', `/sync/${id}/status-changes`, {}, once)
  return { ...asking, queryKey: [...asking.queryKey, sync_status] }
}

/** The newest syncs of the same user and type that began before. */
export const earlierSyncsQuery = ({
  user_id,
  sync_type,
  sync_start_time,
}: SyncRecord): Asking<SyncListPage> =>
  asked(
    'earlier-syncs',
    '/syncs',
    { user_id, type: sync_type, until: sync_start_time, limit: LOOKED_AT },
    once,
  )

export const syncLinesQuery = (
  { sync_task_id, sync_start_time, sync_end_time, sync_status }: SyncRecord,
  level: LogLevel | undefined,
  limit: number,
): Asking<LogSearchResult> => {
  const since = new Date(Date.parse(sync_start_time) - MARGIN_MS).toISOString()
  const until =
    sync_end_time === null ? undefined : new Date(Date.parse(sync_end_time) + MARGIN_MS).toISOString()
  const values = { task_id: sync_task_id, since, until, level, limit }
  const asking = asked<LogSearchResult>('sync-lines', '/logs/search', values, once)
  return { ...asking, queryKey: [...asking.queryKey, sync_status] }
}
