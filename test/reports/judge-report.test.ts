import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Report, ReportVerdict } from '../../src/core/report.ts'
import { figures, report } from './support/report-factory.ts'

const fresh = { target_seconds: 86_400, known: true, stale: 0, never: 0, more: false, lists: [] }
const incident = {
  id: 1,
  severity: 'critical' as const,
  title: 'Canvas is away',
  began_at: '2026-11-20T10:00:00.000Z',
  resolved_at: null,
}

const TABLE: readonly (readonly [Partial<Report>, ReportVerdict, string])[] = [
  [{}, 'good', 'All is well. All 700 syncs completed, and every list was read whole within 24 h.'],
  [{ freshness: { ...fresh, known: false } }, 'good', 'All is well. All 700 syncs completed.'],
  [
    { figures: figures(1) },
    'good',
    'All is well. The one sync completed, and every list was read whole within 24 h.',
  ],
  [{ figures: figures(0) }, 'bad', 'No sync ran in that week: the data is as old as before.'],
  [{ figures: figures(0), period: 'daily' }, 'bad', 'No sync ran on that day: the data is as old as before.'],
  [
    { figures: { ...figures(3), finished: 0, completed: 0, success_rate: null } },
    'bad',
    'None of the 3 syncs that started in that week has ended.',
  ],
  [{ figures: figures(700, { partial: 1 }) }, 'attention', '1 sync of 700 did not complete.'],
  [
    { figures: figures(700, { partial: 1, failed: 2, lost: 3, timed_out: 4 }) },
    'attention',
    '10 syncs of 700 did not complete.',
  ],
  [{ figures: figures(700, { failed: 71 }) }, 'bad', '71 syncs of 700 did not complete.'],
  [
    { figures: figures(700, { cancelled: 5 }) },
    'good',
    'All is well. 695 of 700 syncs completed, 5 were cancelled, and every list was read whole within 24 h.',
  ],
  [{ freshness: { ...fresh, stale: 1 } }, 'attention', '1 list is older than 24 h.'],
  [{ freshness: { ...fresh, never: 2 } }, 'attention', '2 lists were never read whole.'],
  [
    { freshness: { ...fresh, stale: 200, more: true } },
    'attention',
    '200 lists or more are older than 24 h.',
  ],
  [
    { freshness: { ...fresh, target_seconds: 5400, stale: 3, never: 1 } },
    'attention',
    '3 lists are older than 90 min and 1 list was never read whole.',
  ],
  [
    { schedules: { expected: 70, missed: 1, late: 4, unknown: 9, listed: [] } },
    'bad',
    '1 scheduled sync never started.',
  ],
  [{ incidents: { opened: 1, resolved: 0, open: 1, listed: [incident] } }, 'bad', '1 incident is open.'],
  [
    {
      incidents: { opened: 2, resolved: 0, open: 2, listed: [{ ...incident, severity: 'warning' }] },
      figures: figures(700, { failed: 2 }),
    },
    'attention',
    '2 syncs of 700 did not complete; 2 incidents are open.',
  ],
  [
    {
      incidents: {
        opened: 1,
        resolved: 1,
        open: 0,
        listed: [{ ...incident, resolved_at: incident.began_at }],
      },
    },
    'good',
    'All is well. All 700 syncs completed, and every list was read whole within 24 h.',
  ],
  [
    { delivery: { sent: 4, failed: 2, failing_channels: ['slack', 'mail'] } },
    'bad',
    'Messages do not arrive at slack, mail.',
  ],
]

for (const [given, verdict, headline] of TABLE) {
  test(`a report is ${verdict}: ${headline}`, () => {
    const judged = report(given)
    assert.deepEqual([judged.verdict, judged.headline], [verdict, headline])
  })
}
