import { NDJSON_MEDIA_TYPE, problemSchema } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { cursor } from '../http/cursor.ts'
import { LINK_HEADER } from '../http/page-links.ts'
import { days, limit, status, syncId, taskId, userId } from '../http/parameters.ts'
import { get, type Route } from '../http/route.ts'
import { CSV_MEDIA_TYPE, EXPORT_PARAMETERS, exportSyncs, syncExportSchema } from './export.ts'
import { getSyncPage, syncListPageSchema } from './list.ts'
import { SYNC_LIST_FILTERS } from './list-parameters.ts'
import { getNeighbours, syncNeighboursSchema } from './neighbours.ts'
import { getPerformance, performanceSchema } from './performance.ts'
import { getSeries, SERIES_PARAMETERS, seriesSchema } from './series.ts'
import { syncStepsSchema } from './steps/step-schemas.ts'
import { getSyncSteps } from './steps/sync-steps.ts'
import { getSummary, summarySchema } from './summary.ts'
import {
  courseOutcomeListSchema,
  statusChangeListSchema,
  syncListSchema,
  syncRecordSchema,
} from './sync-schemas.ts'
import {
  failedSyncListSchema,
  getCourseOutcomes,
  getFailedSyncs,
  getRecentSyncs,
  getStatusChanges,
  getSync,
  getSyncByTaskId,
} from './syncs.ts'
import { getTimeline, timelineSchema } from './timeline.ts'
import { getUserSummary, getUserSyncs, userSummarySchema, userSyncListSchema } from './users.ts'

export const SYNC_ROUTES: readonly Route[] = [
  get(
    `${BASE}/sync/task/{task_id}`,
    {
      summary: 'One sync, by the task id that its caller gave it',
      parameters: { task_id: taskId },
      answers: { 200: syncRecordSchema, 404: problemSchema },
    },
    getSyncByTaskId,
  ),
  get(
    `${BASE}/sync/{id}`,
    {
      summary: 'One sync',
      parameters: { id: syncId },
      answers: { 200: syncRecordSchema, 404: problemSchema },
    },
    getSync,
  ),
  get(
    `${BASE}/sync/{id}/courses`,
    {
      summary: 'What happened to each course of a sync',
      parameters: { id: syncId, limit: limit(1000, 5000), cursor },
      answers: { 200: courseOutcomeListSchema, 404: problemSchema },
      headers: { 200: LINK_HEADER },
    },
    getCourseOutcomes,
  ),
  get(
    `${BASE}/sync/{id}/timeline`,
    {
      summary: 'What happened in a sync, in its order: changes of status and outcomes of courses',
      strict: true,
      parameters: { id: syncId, limit: limit(200, 1000), cursor },
      answers: { 200: timelineSchema, 404: problemSchema },
      headers: { 200: LINK_HEADER },
    },
    getTimeline,
  ),
  get(
    `${BASE}/sync/{id}/neighbours`,
    {
      summary: 'The syncs before and after one in a list of syncs, by its filters and in its order',
      strict: true,
      parameters: { id: syncId, ...SYNC_LIST_FILTERS },
      answers: { 200: syncNeighboursSchema, 404: problemSchema },
    },
    getNeighbours,
  ),
  get(
    `${BASE}/sync/{id}/steps`,
    {
      summary:
        'Where the time of a sync went, from its log lines: its steps, its calls by endpoint, its pauses',
      parameters: { id: syncId },
      answers: { 200: syncStepsSchema, 404: problemSchema, 429: problemSchema },
    },
    getSyncSteps,
  ),
  get(
    `${BASE}/syncs`,
    {
      summary: 'Syncs by what they are, in pages: a page may be short and still have a next one',
      strict: true,
      parameters: { ...SYNC_LIST_FILTERS, limit: limit(50, 500), cursor },
      answers: { 200: syncListPageSchema },
      headers: { 200: LINK_HEADER },
    },
    getSyncPage,
  ),
  get(
    `${BASE}/syncs/export`,
    {
      summary: 'All syncs of a list as a file; one that cannot be finished is broken off',
      strict: true,
      parameters: EXPORT_PARAMETERS,
      answers: { 200: syncExportSchema },
      streams: { [NDJSON_MEDIA_TYPE]: syncRecordSchema },
      texts: { [CSV_MEDIA_TYPE]: 'A table of the syncs for spreadsheets, RFC 4180' },
      headers: { 200: { 'Content-Disposition': 'The name of the file' } },
    },
    exportSyncs,
  ),
  get(
    `${BASE}/sync/{id}/status-changes`,
    {
      summary: 'The statuses that a sync has had, oldest first',
      parameters: { id: syncId },
      answers: { 200: statusChangeListSchema, 404: problemSchema },
    },
    getStatusChanges,
  ),
  get(
    `${BASE}/user/{user_id}/summary`,
    {
      summary: "The figures of one user's syncs",
      parameters: { user_id: userId, days: days(7) },
      answers: { 200: userSummarySchema },
    },
    getUserSummary,
  ),
  get(
    `${BASE}/user/{user_id}/syncs`,
    {
      summary: "One user's syncs, newest first",
      parameters: { user_id: userId, limit: limit(50, 500), status },
      answers: { 200: userSyncListSchema },
    },
    getUserSyncs,
  ),
  get(
    `${BASE}/summary`,
    {
      summary: 'The figures of all syncs',
      parameters: { days: days(7) },
      answers: { 200: summarySchema },
    },
    getSummary,
  ),
  get(
    `${BASE}/recent`,
    {
      summary: 'The newest syncs',
      parameters: { limit: limit(20, 100) },
      answers: { 200: syncListSchema },
    },
    getRecentSyncs,
  ),
  get(
    `${BASE}/failed`,
    {
      summary: 'The newest syncs that failed, were lost or ran out of time',
      parameters: { limit: limit(20, 100), days: days(7) },
      answers: { 200: failedSyncListSchema },
    },
    getFailedSyncs,
  ),
  get(
    `${BASE}/performance`,
    {
      summary: 'How long and how much the completed syncs worked',
      parameters: { days: days(30) },
      answers: { 200: performanceSchema },
    },
    getPerformance,
  ),
  get(
    `${BASE}/series`,
    {
      summary: 'Figures of the syncs over time',
      parameters: SERIES_PARAMETERS,
      answers: { 200: seriesSchema },
    },
    getSeries,
  ),
]
