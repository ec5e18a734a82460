import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Series } from '../../../../src/api/syncs/series.ts'
import { perSync, valuesOf, wholeDays } from '../../../../dashboard/src/performance/daily-figures.ts'
import { allLogs, measured, sizeSeries } from '../../../../dashboard/src/performance/size-series.ts'

const DAY_MS = 86_400_000
const START = Date.parse('2026-11-18T00:00:00.000Z')

const series: Series = {
  bucket: 'day',
  user_id: null,
  count: 5,
  starts: [0, 1, 2, 3, 4].map((day) => new Date(START + day * DAY_MS).toISOString()),
  series: [
    { metric: 'syncs', values: [0, 4, 0, 2, 1] },
    { metric: 'db_duration_ms', values: [0, 100, 0, 60, 5] },
  ],
}

test('a figure per sync is known on days that had some', () => {
  assert.deepEqual(perSync(series, 'db_duration_ms'), [null, 25, null, 30, 5])
  assert.deepEqual(valuesOf(series, 'api_calls'), [null, null, null, null, null])
})

test('whole days begin with the first that had a sync, and today is not one', () => {
  const now = START + 4.5 * DAY_MS
  assert.deepEqual(
    wholeDays(series, 'syncs', now).map(({ value }) => value),
    [4, 0, 2],
  )
  const none = { ...series, series: [{ metric: 'syncs', values: [0, 0, 0, 0, 0] } as const] }
  assert.deepEqual(wholeDays(none, 'syncs', now), [])
})

const point = (hours: number, database_bytes: number, log_bytes: number | null): object => ({
  measured_at: new Date(START + hours * 3_600_000).toISOString(),
  database_bytes,
  sync_rows: 1,
  log_bytes,
  archive_bytes: log_bytes,
})
const capacity = (...sizes: object[]): Parameters<typeof sizeSeries>[0] =>
  ({ period_days: 30, count: sizes.length, disk_free_bytes: null, sizes }) as Parameters<typeof sizeSeries>[0]

test('sizes of a few days are shown by the hour, those of many by the day, and a gap stays one', () => {
  const few = sizeSeries(capacity(point(0, 1, 5), point(3, 4, 6)))
  assert.deepEqual([few.bucket, few.database], ['hour', [1, null, null, 4]])
  const many = sizeSeries(capacity(point(1, 1, 5), point(2, 2, 5), point(121, 9, null)))
  assert.deepEqual([many.bucket, many.database], ['day', [2, null, null, null, null, 9]])
  assert.deepEqual(many.logs, [5, null, null, null, null, null])
  assert.deepEqual(sizeSeries(capacity()).starts, [])
})

test("another server's logs are not counted", () => {
  assert.deepEqual(
    measured(capacity(point(0, 1, 5), point(3, 4, null)), allLogs).map(({ value }) => value),
    [10],
  )
})
