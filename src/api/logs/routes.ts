import { EVENT_STREAM_MEDIA_TYPE, NDJSON_MEDIA_TYPE, problemSchema } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { archiveDays, deleteDays, dryRun, maxLines } from '../http/parameters.ts'
import { get, post, type Route } from '../http/route.ts'
import { countLogLines, HISTOGRAM_PARAMETERS, logHistogramSchema } from './log-histogram.ts'
import { logSearchPieceSchema, logSearchResultSchema, tailEventSchema } from './log-search-schemas.ts'
import { SEARCH_PARAMETERS, searchLogLines } from './log-search.ts'
import { followLogLines, TAIL_PARAMETERS } from './log-tail.ts'
import {
  cleanupPlanSchema,
  cleanupStartedSchema,
  cleanupStatusSchema,
  getCleanupStatus,
  startCleanup,
} from './logs.ts'

export const LOG_ROUTES: readonly Route[] = [
  get(
    `${BASE}/logs/cleanup-status`,
    {
      summary: 'The log files, their archives and the clean-ups',
      all_users: true,
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
      all_users: true,
      parameters: SEARCH_PARAMETERS,
      answers: { 200: logSearchResultSchema, 429: problemSchema },
      streams: { [NDJSON_MEDIA_TYPE]: logSearchPieceSchema },
    },
    searchLogLines,
  ),
  get(
    `${BASE}/logs/histogram`,
    {
      summary: 'How many lines of the logs match, over time and by level',
      all_users: true,
      parameters: HISTOGRAM_PARAMETERS,
      answers: { 200: logHistogramSchema, 429: problemSchema },
    },
    countLogLines,
  ),
  get(
    `${BASE}/logs/tail`,
    {
      summary: 'The lines of the logs as they are written, as server-sent events',
      all_users: true,
      parameters: TAIL_PARAMETERS,
      answers: { 429: problemSchema },
      streams: { [EVENT_STREAM_MEDIA_TYPE]: tailEventSchema },
    },
    followLogLines,
  ),
]
