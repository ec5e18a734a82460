import assert from 'node:assert/strict'
import { test } from 'node:test'
import { periodOf } from '../../../../dashboard/src/overview/period.ts'
import { callLines, linesOf } from '../../../../dashboard/src/overview/series-lines.ts'

test('lines stand in the order of their forms, whatever the order of the answer', () => {
  const series = {
    starts: ['2026-11-22T10:00:00.000Z'],
    series: [
      { metric: 'grades', values: [4] },
      { metric: 'courses', values: [1] },
    ],
  } as const
  assert.deepEqual(
    linesOf(series, [
      { metric: 'courses', name: 'Courses' },
      { metric: 'submissions', name: 'Submissions' },
      { metric: 'grades', name: 'Grades' },
    ]).map(({ name, values }) => [name, ...values]),
    [
      ['Courses', 1],
      ['Submissions', null],
      ['Grades', 4],
    ],
  )
})

test('calls that failed stand on those that were answered, and both together are all calls', () => {
  const starts = ['2026-11-22T10:00:00.000Z', '2026-11-22T11:00:00.000Z']
  const lines = callLines({
    starts,
    series: [
      { metric: 'api_failures', values: [2, 0] },
      { metric: 'api_calls', values: [10, 3] },
    ],
  })
  assert.deepEqual(
    lines.map(({ name, values }) => [name, values]),
    [
      ['Answered', [8, 3]],
      ['Failed', [2, 0]],
    ],
  )
})

test('an address that names no period there is means 24 hours', () => {
  const days = (query: string): number => periodOf(new URLSearchParams(query)).days
  assert.deepEqual([days(''), days('period=7d'), days('period=30d'), days('period=1y')], [1, 7, 30, 1])
})
