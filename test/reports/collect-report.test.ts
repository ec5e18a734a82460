import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import * as fc from '../support/fast-check.ts'
import type { ReportFreshness } from '../../src/core/report.ts'
import { lastSpan, REPORT_PERIODS, spanBefore } from '../../src/core/report-period.ts'
import { noCounters } from '../../src/core/sync-record.ts'
import { capacityOf } from '../../src/reports/capacity.ts'
import { collectReport } from '../../src/reports/collect-report.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const directory = temporaryDirectory()
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const NOW = Date.parse('2026-11-02T12:00:00.000Z')
const STATUSES = ['completed', 'partial', 'failed', 'cancelled'] as const
let files = 0

async function freshStore(t: TestContext): Promise<Store> {
  const store = await openStore(`sqlite:${join(directory, `${++files}.db`)}`)
  t.after(() => store.close())
  return store
}

interface Ended {
  readonly start: number
  readonly status: (typeof STATUSES)[number]
  readonly seconds: number
  readonly calls: number
}

async function record(store: Store, syncs: readonly Ended[]): Promise<void> {
  await Promise.all(
    syncs.map(async ({ start, status, seconds, calls }, index) => {
      const id = await store.syncs.startSync(syncStart(`${start}-${index}`, { started_at: start }))
      const counters = { ...noCounters(), api_calls_made: calls, submissions_processed: 10 * calls }
      const finished_at = start + seconds * 1000
      await store.syncs.finishSync(
        id,
        syncFinish({ status, duration_ms: seconds * 1000, finished_at, counters }),
      )
    }),
  )
}

describe('a report', () => {
  it('says of its period and the one before what counting one by one says, to the millisecond', async () => {
    const ended = fc.record({
      // Around the borders of days most of all: there a wrong zone or a wrong sign shows.
      start: fc
        .tuple(fc.integer({ min: -70, max: 0 }), fc.integer({ min: -2, max: 2 }))
        .map(([day, hours]) => Date.UTC(2026, 10, 2 + day) + hours * HOUR_MS - (hours === 0 ? 1 : 0)),
      status: fc.constantFrom(...STATUSES),
      seconds: fc.integer({ min: 1, max: 4000 }),
      calls: fc.nat(50),
    })
    const zone = fc.constantFrom('UTC', 'Europe/Zurich', 'America/New_York', 'Asia/Kathmandu')
    await fc.assert(
      fc.asyncProperty(
        fc.array(ended, { minLength: 5, maxLength: 60 }),
        fc.constantFrom(...REPORT_PERIODS),
        zone,
        async (syncs, period, time_zone) => {
          await using store = await openStore(`sqlite:${join(directory, `${++files}.db`)}`)
          await record(store, syncs)
          const span = lastSpan(period, NOW, time_zone)
          const report = await collectReport({
            store,
            period,
            span,
            time_zone,
            freshness_target_ms: DAY_MS,
            now: NOW,
          })
          for (const [figures, { since, until }] of [
            [report.figures, span],
            [report.before, spanBefore(period, span, time_zone)],
          ] as const) {
            const own = syncs.filter(({ start }) => start >= since && start < until)
            const having = (status: string): Ended[] => own.filter((each) => each.status === status)
            const completed = having('completed')
            const sum = (of: readonly Ended[], value: (sync: Ended) => number): number =>
              of.reduce((total, sync) => total + value(sync), 0)
            assert.deepEqual(
              [figures.syncs, figures.completed, figures.partial, figures.failed, figures.cancelled],
              [
                own.length,
                completed.length,
                ...['partial', 'failed', 'cancelled'].map((each) => having(each).length),
              ],
            )
            assert.equal(
              figures.api_calls,
              sum(own, ({ calls }) => calls),
            )
            assert.equal(
              figures.submissions,
              sum(own, ({ calls }) => 10 * calls),
            )
            const average =
              completed.length === 0 ? null : sum(completed, ({ seconds }) => seconds) / completed.length
            assert.equal(figures.duration_avg_seconds, average)
            const sorted = completed.map(({ seconds }) => seconds).sort((a, b) => a - b)
            assert.equal(
              figures.duration_p50_seconds,
              sorted[Math.max(0, Math.ceil(sorted.length / 2) - 1)] ?? null,
            )
          }
          const steps = report.steps.reduce(
            (all, { completed, partial, failed }) => all + completed + partial + failed,
            0,
          )
          assert.equal(steps, report.figures.finished - report.figures.cancelled)
        },
      ),
      { numRuns: 12 },
    )
  })

  it('knows nothing of freshness where no list was ever read, and knows it of a single fresh one', async (t) => {
    const store = await freshStore(t)
    assert.equal((await freshnessOf(store)).known, false)
    const source = await store.data.openSource('https://canvas.test', '7', NOW)
    const scope = { source_id: source.id, listed_by: '12', entity: 'submissions' } as const
    const listing = await store.data.beginListing(scope, NOW)
    await store.data.completeListing(listing, { read_through_at: NOW, deletions: 'brake' })
    const { known, stale, never } = await freshnessOf(store)
    assert.deepEqual({ known, stale, never }, { known: true, stale: 0, never: 0 })
  })

  it('counts the lists that are older than their target, and names the stalest', async (t) => {
    const store = await freshStore(t)
    const source = await store.data.openSource('https://canvas.test:8443/canvas', '7', NOW)
    for (const [entity, age_ms] of [
      ['submissions', 25 * HOUR_MS],
      ['assignments', 23 * HOUR_MS],
      ['sections', 90 * HOUR_MS],
    ] as const) {
      const at = NOW - age_ms
      const listing = await store.data.beginListing({ source_id: source.id, listed_by: '12', entity }, at)
      await store.data.completeListing(listing, { read_through_at: at, deletions: 'brake' })
    }
    const freshness = await freshnessOf(store)
    assert.equal(freshness.known, true)
    assert.deepEqual([freshness.stale, freshness.never, freshness.more], [2, 0, false])
    assert.deepEqual(freshness.lists[0], {
      host: 'canvas.test:8443',
      canvas_user_id: '7',
      entity: 'sections',
      listed_by: '12',
      last_complete_at: new Date(NOW - 90 * HOUR_MS).toISOString(),
    })
  })
})

async function freshnessOf(store: Store): Promise<ReportFreshness> {
  const { freshness } = await collectReport({
    store,
    period: 'daily',
    span: lastSpan('daily', NOW, 'UTC'),
    time_zone: 'UTC',
    freshness_target_ms: DAY_MS,
    now: NOW,
  })
  return freshness
}

describe('room', () => {
  const sample = (host: string, hours: number, database: number, logs: number) => ({
    host,
    measured_at: NOW + hours * HOUR_MS,
    database_bytes: database,
    sync_rows: 1,
    log_bytes: logs,
    archive_bytes: 0,
  })

  it('is what the newest samples say, the logs of all hosts and the database once', () => {
    const samples = [
      sample('a', 0, 100, 10),
      sample('b', 0, 100, 20),
      sample('a', 24, 190, 15),
      sample('b', 24, 190, 25),
    ]
    assert.deepEqual(capacityOf(samples, 5), {
      database_bytes: 190,
      log_bytes: 40,
      archive_bytes: 0,
      growth_bytes: 100,
      in_90_days_bytes: 190 + 40 + 90 * 100,
    })
  })

  it('grows by nothing that is known when it was measured once, or twice in a short time', () => {
    for (const samples of [
      [],
      [sample('a', 0, 100, 10)],
      [sample('a', 0, 100, 10), sample('a', 2, 300, 10)],
    ]) {
      assert.equal(capacityOf(samples, 5).growth_bytes, null)
    }
    assert.equal(capacityOf([], 5).database_bytes, 5)
  })

  it('never shrinks to less than nothing', () => {
    const samples = [sample('a', 0, 1000, 0), sample('a', 24, 10, 0)]
    assert.deepEqual(
      [capacityOf(samples, 5).growth_bytes, capacityOf(samples, 5).in_90_days_bytes],
      [-990, 0],
    )
  })
})
