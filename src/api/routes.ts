import { z } from 'zod'
import { EVENT_STREAM_MEDIA_TYPE, NDJSON_MEDIA_TYPE, ok, problemSchema } from './answer.ts'
import { getHealth, getLiveness, getReadiness, healthSchema, probeSchema } from './health.ts'
import {
  cleanupPlanSchema,
  cleanupStartedSchema,
  cleanupStatusSchema,
  getCleanupStatus,
  startCleanup,
} from './logs.ts'
import { logSearchPieceSchema, logSearchResultSchema, tailEventSchema } from './log-search-schemas.ts'
import { SEARCH_PARAMETERS, searchLogLines } from './log-search.ts'
import { followLogLines, TAIL_PARAMETERS } from './log-tail.ts'
import { openApiDocument } from './openapi.ts'
import {
  archiveDays,
  days,
  deleteDays,
  dryRun,
  limit,
  maxLines,
  status,
  syncId,
  taskId,
  userId,
} from './parameters.ts'
import { getPerformance, performanceSchema } from './performance.ts'
import { get, post, type Route } from './route.ts'
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
import { getUserSummary, getUserSyncs, userSummarySchema, userSyncListSchema } from './users.ts'

const BASE = '/api/canvas/metrics'

/** The whole API. Of two paths that match one address, the one that stands first answers. */
export const ROUTES: readonly Route[] = [
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
      parameters: { id: syncId },
      answers: { 200: courseOutcomeListSchema, 404: problemSchema },
    },
    getCourseOutcomes,
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
    `${BASE}/logs/cleanup-status`,
    {
      summary: 'The log files, their archives and the clean-ups',
      parameters: {},
      answers: { 200: cleanupStatusSchema },
    },
    getCleanupStatus,
  ),
  post(
    `${BASE}/logs/cleanup`,
    {
      summary: 'Start a log clean-up, or with dry_run tell what it would do',
      parameters: {
        max_lines: maxLines,
        archive_days: archiveDays,
        delete_days: deleteDays,
        dry_run: dryRun,
      },
      answers: { 200: cleanupPlanSchema, 202: cleanupStartedSchema, 409: problemSchema },
    },
    startCleanup,
  ),
  get(
    `${BASE}/logs/search`,
    {
      summary: 'The lines of the logs that match, newest first',
      parameters: SEARCH_PARAMETERS,
      answers: { 200: logSearchResultSchema, 429: problemSchema },
      streams: { [NDJSON_MEDIA_TYPE]: logSearchPieceSchema },
    },
    searchLogLines,
  ),
  get(
    `${BASE}/logs/tail`,
    {
      summary: 'The lines of the logs as they are written, as server-sent events',
      parameters: TAIL_PARAMETERS,
      answers: { 429: problemSchema },
      streams: { [EVENT_STREAM_MEDIA_TYPE]: tailEventSchema },
    },
    followLogLines,
  ),
  get(
    `${BASE}/health`,
    {
      summary: 'Whether the database and the log folder are well',
      parameters: {},
      answers: { 200: healthSchema, 503: healthSchema },
    },
    getHealth,
  ),
  get(
    '/livez',
    { summary: 'Whether the process answers', parameters: {}, answers: { 200: probeSchema } },
    getLiveness,
  ),
  get(
    '/readyz',
    {
      summary: 'Whether requests can be served',
      parameters: {},
      answers: { 200: probeSchema, 503: probeSchema },
    },
    getReadiness,
  ),
  get(
    '/openapi.json',
    {
      summary: 'This description of the API',
      parameters: {},
      answers: { 200: z.record(z.string(), z.unknown()).meta({ title: 'OpenApi' }) },
    },
    (_input, { version }) => Promise.resolve(ok(openApiDocument(ROUTES, version))),
  ),
]
