import type { AnalysisReport, TaskProgress } from '../../../src/analysis/report.ts'
import { apiCalls, CALLS, errors, FAILED, THROTTLED } from './sample-calls.ts'
import { DAYS, durations, FIRST, group, groups, LAST, NO_DURATION, stream } from './sample-parts.ts'

/** A week with one bad night: everything that a report can hold, in figures that fit together. */
export function sampleReport(): AnalysisReport {
  const database = stream([0, 88_120, 2, 110], { db_operation: 88_232 }, durations(88_232, 14.2, 2))
  return {
    generated_at: '2026-11-22T06:00:00.000Z',
    duration_ms: 1_284,
    range: {
      since: '2026-11-14T23:00:00.000Z',
      until: null,
      first: FIRST,
      last: LAST,
      time_zone: 'Europe/Berlin',
    },
    total_lines: 1_163_690,
    lines_by_form: { json: 1_101_190, python_json: 50_000, python_text: 12_000, summary: 500 },
    operations: {
      total_lines: 32_000,
      sync_tasks: 412,
      connections_tested: 398,
      courses_processed: 12_410,
      assignments_synced: 204_118,
      total_elapsed_time: 90_204.5,
      ...stream(
        [0, 31_890, 100, 10],
        {
          course_synced: 12_410,
          assignments_synced: 12_400,
          submissions_synced: 6_378,
          sync_started: 412,
          sync_completed: 400,
        },
        durations(400, 225_511, -2),
      ),
      by_status: { completed: 391, partial: 9, failed: 7, cancelled: 2, unfinished: 3 },
      by_sync_type: { all: 301, grades: 92, courses: 19 },
      slowest_tasks: [
        group('nightly-2026-11-18', 812, 7, 4_204_118),
        group('nightly-2026-11-17', 790, 0, 904_000),
      ],
    },
    api_calls: apiCalls(),
    database: {
      total_operations: 88_232,
      by_operation: { update: 51_004, create: 30_118, fetch: 6_900, delete: 210 },
      by_entity: { submissions: 60_002, enrollments: 14_230, assignments: 9_000, courses: 5_000 },
      total_records_affected: 4_120_887,
      batch_operations: 70_011,
      ...database,
      groups: {
        ...database.groups,
        operations: groups([group('update', 51_004, 110, 15.2), group('create', 30_118, 0, 13.1)]),
        entities: groups(
          [
            group('submissions', 60_002, 110, 16.1),
            group('enrollments', 14_230, 0, 11.4),
            group('assignments', 9_000, 0, 9.2),
          ],
          1,
          5_000,
        ),
      },
    },
    errors: errors(),
    progress: {
      total_entries: 18_000,
      ...stream([0, 18_000, 0, 0], { progress: 18_000 }, NO_DURATION),
      tasks: {
        'nightly-2026-11-21': progressOf(61, 100, 812_400),
        'nightly-2026-11-20': progressOf(60, 100, 790_112),
        'nightly-2026-11-18-restarted-after-the-outage-of-the-load-balancer': progressOf(12, 41.5, 4_204_118),
        'manual-7c1f': progressOf(3, null, null),
      },
    },
    trends: {
      current: { since: '2026-11-14T23:00:00.000Z', until: '2026-11-22T06:00:00.000Z' },
      previous: { since: '2026-11-07T16:00:00.000Z', until: '2026-11-14T23:00:00.000Z' },
      figures: [
        { name: 'api_calls', current: CALLS, previous: 991_204, change_percent: 3.34 },
        { name: 'failed_calls', current: FAILED, previous: 4_102, change_percent: 416.9 },
        { name: 'throttled_calls', current: THROTTLED, previous: 0, change_percent: null },
        { name: 'mean_duration_ms', current: 182.4, previous: 214, change_percent: -14.8 },
        { name: 'p95_duration_ms', current: 565, previous: null, change_percent: null },
        { name: 'errors', current: 1_127, previous: 820, change_percent: 37.4 },
      ],
    },
    sources: [
      { name: 'operations.log', stream: 'operations', bytes: 9_412_003, lines: 32_000 },
      {
        name: 'archives/api_calls_20261118_020000.tar.gz',
        stream: 'api_calls',
        bytes: 21_004_118,
        lines: 800_000,
      },
      { name: 'api_calls.log', stream: 'api_calls', bytes: 60_120_441, lines: 224_352 },
      { name: 'database.log', stream: 'database', bytes: 20_000_118, lines: 88_232 },
      { name: 'errors.log', stream: 'errors', bytes: 400_021, lines: 1_127 },
      { name: 'progress.log.1.gz', stream: 'progress', bytes: 610_032, lines: 18_000 },
    ],
    skipped: {
      malformed_lines: 17,
      continuation_lines: 240,
      duplicate_lines: 4,
      blank_lines: 0,
      out_of_range_lines: 812,
      examples: [
        { source: 'api_calls.log', line_bytes_at: 41_200_118, reason: 'not JSON: ends in the middle' },
        { source: 'operations.log', line_bytes_at: 0, reason: 'no time' },
      ],
      unreadable_sources: [
        { source: 'archives/errors_20261101_020000.tar.gz', reason: 'the archive is damaged at byte 1,204' },
      ],
    },
  }
}

const progressOf = (
  entries: number,
  last_percent: number | null,
  elapsed_ms: number | null,
): TaskProgress => ({
  entries,
  last_percent,
  elapsed_ms,
  first_seen: FIRST,
  last_seen: `${DAYS[6] ?? ''}T02:13:32.400Z`,
})
