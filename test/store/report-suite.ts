import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import type { Report } from '../../src/core/report.ts'
import type { IncidentSeverity, IncidentSubject } from '../../src/core/incident.ts'
import type { ScheduleTerms } from '../../src/core/schedule.ts'
import type { FoundIncident, JudgedMember } from '../../src/store/incidents.ts'
import type { ReportListQuery } from '../../src/store/reports.ts'
import type { Store } from '../../src/store/store.ts'
import { START, syncFinish, syncStart } from '../support/sync-factory.ts'
import { plain, sharedStore, type OpenStore } from './opened-store.ts'

const DAY_MS = 86_400_000
let made = 0

const MESSAGES = ['Canvas answered 502.', 'The token was refused.', 'A job failed.']

async function failed(store: Store, started_at: number, message: string): Promise<number> {
  const id = await store.syncs.startSync(syncStart(`reported-${++made}`, { started_at }))
  await store.syncs.finishSync(
    id,
    syncFinish({
      status: 'failed',
      error_type: 'canvas_error',
      error_message: message,
      finished_at: started_at + 1000,
    }),
  )
  return id
}

/** The store keeps what it is given: only the columns of its own matter here. */
const report = (period: Report['period'], until: number, headline: string): Report =>
  ({
    period,
    since: new Date(until - 7 * DAY_MS).toISOString(),
    until: new Date(until).toISOString(),
    made_at: new Date(until + 1000).toISOString(),
    verdict: 'good',
    headline,
  }) as Report

const NOBODY: IncidentSubject = {
  host: null,
  source_id: null,
  sync_type: null,
  user_id: null,
  schedule: null,
  channel: null,
  error_type: null,
}

const judged = (key: string): JudgedMember => ({ rule: 'duration', member: key })
const found = (key: string, severity: IncidentSeverity, at: number): FoundIncident => ({
  ...judged(key),
  key,
  severity,
  subject: NOBODY,
  facts: {},
  began_at: at,
  last_good_at: null,
  count: 1,
  added: 1,
  last_sync_id: null,
  parent_key: null,
})

const termsOf = (slug: string): ScheduleTerms => ({
  slug,
  sync_type: 'all',
  user_id: null,
  times: { kind: 'interval', interval_ms: DAY_MS, time_zone: 'UTC' },
  pauses: [],
  margin_ms: 1000,
  max_run_ms: null,
  owner: null,
})

export function exerciseReports(open: OpenStore): void {
  describe('reports', () => {
    const opened = sharedStore(open)

    it('count the failures of a period and of the one before as counting one by one does', async () => {
      const { store } = opened()
      const place = fc.integer({ min: -70 * DAY_MS, max: 0 })
      const seen: { start: number; message: string }[] = []
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ ago: place, message: fc.constantFrom(...MESSAGES) }), { maxLength: 8 }),
          fc.tuple(place, place, place),
          async (more, borders) => {
            for (const { ago, message } of more) {
              await failed(store, START + ago, message)
              seen.push({ start: START + ago, message })
            }
            const [before = 0, since = 0, until = 0] = borders
              .map((border) => START + border)
              .sort((a, b) => a - b)
            const { failures } = await store.reports.failures({ before, since, until, limit: 10 })
            const of = (message: string, from: number, to: number): number =>
              seen.filter((each) => each.message === message && each.start >= from && each.start < to).length
            const expected = MESSAGES.filter((message) => of(message, since, until) !== 0).map(
              (message) => `${message} ${of(message, since, until)} ${of(message, before, since)}`,
            )
            assert.deepEqual(
              failures
                .map(({ message, syncs, syncs_before }) => `${message} ${syncs} ${syncs_before}`)
                .toSorted(),
              expected.toSorted(),
            )
          },
        ),
        { numRuns: 25 },
      )
      assert.ok(seen.length > 20)
    })

    it('say that there are more failures than were asked for', async () => {
      await using store = (await open()).store
      for (const message of MESSAGES) await failed(store, START, message)
      await failed(store, START, MESSAGES[1] ?? '')
      const window = { before: START - 2, since: START - 1, until: START + 1 }
      const { failures, more } = await store.reports.failures({ ...window, limit: 2 })
      assert.deepEqual([failures.length, failures[0]?.syncs, more], [2, 2, true])
      assert.equal((await store.reports.failures({ ...window, limit: 3 })).more, false)
    })

    it('are kept once for a period, whoever is first, and are handed over once', async () => {
      const { reports } = opened().store
      const until = START + 7 * DAY_MS
      const kept = await Promise.all(
        ['first', 'second', 'third'].map((headline) => reports.keep(report('weekly', until, headline))),
      )
      assert.equal(new Set(kept.map(({ id }) => id)).size, 1)
      const [{ id, handed_at } = { id: 0, handed_at: 0 }] = kept
      assert.equal(handed_at, null)
      const found = await reports.find(id)
      assert.ok(['first', 'second', 'third'].includes(found?.headline ?? ''))
      await reports.markHanded(id, 5)
      await reports.markHanded(id, 6)
      assert.equal((await reports.keep(report('weekly', until, 'fourth'))).handed_at, 5)
      assert.deepEqual(plain(await reports.find(id)), plain(found))
      const other = await reports.keep(report('monthly', until, 'a month'))
      assert.notEqual(other.id, id)
      const [newest] = await reports.list({ limit: 1 })
      assert.deepEqual(plain(newest), {
        id: other.id,
        period: 'monthly',
        since: until - 7 * DAY_MS,
        until,
        made_at: until + 1000,
        verdict: 'good',
        headline: 'a month',
        handed_at: null,
      })
      assert.equal(await reports.find(987_654), null)
    })

    it('are listed page by page, of one period alone where that is asked for', async () => {
      await using store = (await open()).store
      const { reports } = store
      for (const week of [1, 2, 3]) await reports.keep(report('weekly', START + 7 * week * DAY_MS, `${week}`))
      await reports.keep(report('monthly', START, 'month'))
      const headlines = async (query: ReportListQuery): Promise<string[]> =>
        (await reports.list(query)).map(({ headline }) => headline)
      assert.deepEqual(await headlines({ limit: 10 }), ['month', '3', '2', '1'])
      assert.deepEqual(await headlines({ limit: 2, period: 'weekly' }), ['3', '2'])
      const [, second] = await reports.list({ limit: 2, period: 'weekly' })
      assert.deepEqual(await headlines({ limit: 2, period: 'weekly', after_id: second?.id ?? 0 }), ['1'])
    })

    it('are deleted when they are old, and their ids never come back', async () => {
      await using store = (await open()).store
      const kept: number[] = []
      for (const week of [1, 2, 3]) {
        kept.push((await store.reports.keep(report('weekly', START + 7 * week * DAY_MS, ''))).id)
      }
      assert.equal(await store.reports.prune(START + 14 * DAY_MS + 1001, 1), 1, 'as many as are asked for')
      assert.equal(await store.reports.prune(START + 14 * DAY_MS + 1001, 10), 1)
      assert.equal((await store.reports.list({ limit: 10 })).length, 1)
      assert.equal(await store.reports.prune(START + 99 * DAY_MS, 10), 1)
      const { id } = await store.reports.keep(report('weekly', START, ''))
      assert.ok(id > Math.max(...kept))
    })

    it('count what opened, ended and is open, and list the gravest first', async () => {
      await using store = (await open()).store
      const span = { since: START, until: START + DAY_MS }
      const member = async (key: string, severity: IncidentSeverity, now: number): Promise<void> => {
        await store.incidents.settle([found(key, severity, now)], [], now)
      }
      await member('before', 'info', START - 1)
      await member('first', 'warning', START)
      await member('second', 'critical', START + 5)
      await member('third', 'warning', START + 6)
      await member('behind', 'warning', START + DAY_MS)
      await store.incidents.settle([], [judged('third')], START + 9)
      const counts = await store.reports.incidents(span, 10)
      assert.deepEqual([counts.opened, counts.resolved, counts.open], [3, 1, 4])
      assert.deepEqual(
        counts.listed.map(({ key }) => key),
        ['second', 'behind', 'first', 'before', 'third'],
      )
      assert.deepEqual(
        (await store.reports.incidents(span, 2)).listed.map(({ key }) => key),
        ['second', 'behind'],
      )
    })

    it('count what became of times of schedules, and name those that were missed', async () => {
      await using store = (await open()).store
      const { schedules, reports } = store
      const by = { origin: 'api', reported_by: null } as const
      const states = {
        nightly: ['started', 'missed', 'missed', 'unknown'],
        hourly: ['started', 'late', 'missed', 'waiting'],
        calm: ['started'],
      } as const
      for (const [slug, of_slug] of Object.entries(states)) {
        const { schedule } = await schedules.declare(termsOf(slug), by, START, null)
        assert.ok(schedule)
        const runs = of_slug.map((state, index) => ({
          due_at: START + index,
          state,
          sync_id: null,
          started_at: null,
          decided_at: state === 'waiting' ? null : START + index,
        }))
        assert.ok(await schedules.decide({ schedule_id: schedule.id, version: schedule.version, runs }))
      }
      assert.deepEqual(plain(await reports.dueTimes({ since: START, until: START + 10 }, 5)), {
        expected: 8,
        missed: 3,
        late: 1,
        unknown: 1,
        listed: [
          { slug: 'nightly', missed: 2 },
          { slug: 'hourly', missed: 1 },
        ],
      })
      assert.deepEqual((await reports.dueTimes({ since: START + 1, until: START + 2 }, 1)).listed, [
        { slug: 'nightly', missed: 1 },
      ])
      assert.equal((await reports.dueTimes({ since: START + 10, until: START + 20 }, 5)).expected, 0)
    })

    it('count messages that were sent and that were not, without tests', async () => {
      await using store = (await open()).store
      const { notifications, reports } = store
      const add = async (
        kind: 'report' | 'test',
        created_at: number,
        outcome: 'sent' | 'failed',
      ): Promise<void> => {
        const channel = `c${++made}`
        const row = {
          channel,
          kind,
          incident_id: null,
          report_id: 1,
          reader: null,
          group: null,
          repeat_ms: null,
        }
        const times = { created_at, due_at: created_at, expires_at: created_at + DAY_MS }
        const [id = 0] = await notifications.add([{ ...row, ...times, dedup_key: channel }])
        const claim = { channel, holder: 'me', now: created_at, lease_ms: 1000, gap_ms: 0, most: 5 }
        assert.ok(await notifications.claim(claim))
        const nothing = { withdrawn: [], postponed: [], told: [], reference: null, progress: null }
        const next = {
          keeps_batch: false,
          reader_due_at: null,
          next_allowed_at: 0,
          retry_at: 0,
          retry_after_ms: null,
          error: null,
        }
        const settled = { channel, holder: 'me', ids: [id], at: created_at, outcome, duration_ms: 1 }
        await notifications.settle({ ...settled, ...nothing, ...next })
      }
      await add('report', START - 1, 'sent')
      await add('report', START, 'sent')
      await add('report', START + 1, 'failed')
      await add('report', START + 2, 'sent')
      await add('test', START + 2, 'failed')
      await add('report', START + 3, 'failed')
      assert.deepEqual(await reports.messages({ since: START, until: START + 3 }), { sent: 2, failed: 1 })
    })

    it('forget a user who is erased', async () => {
      await using store = (await open()).store
      const title = (text: string): object => ({
        id: 1,
        severity: 'info',
        title: text,
        began_at: '',
        resolved_at: null,
      })
      const named = {
        ...report('weekly', START, 'told'),
        incidents: {
          opened: 2,
          resolved: 0,
          open: 2,
          listed: [title('The token of user 4711 has expired'), title('The token of user 47 has expired')],
        },
        freshness: { target_seconds: 1, known: true, stale: 0, never: 0, more: false, lists: [] },
      } as unknown as Report
      const { id } = await store.reports.keep(named)
      const audit = { actor_kind: 'cli', actor_id: null, user_id: null, route: null, address: null } as const
      await store.erasure.eraseTraces('4711', { ...audit, at: START, action: 'user_erased', target: null })
      const left = await store.reports.find(id)
      assert.deepEqual(
        left?.incidents?.listed.map((incident) => incident.title),
        ['The token of user 47 has expired'],
      )
      assert.equal(left?.headline, 'told')
    })

    it('know who wants none, by a code and never by an address', async () => {
      const { reports } = opened().store
      const code = await reports.recipientCode('digest-of-anna', 'code-1')
      assert.equal(code, 'code-1')
      assert.equal(await reports.recipientCode('digest-of-anna', 'code-2'), 'code-1', 'it stays')
      await reports.recipientCode('digest-of-ben', 'code-3')
      const all = ['digest-of-anna', 'digest-of-ben', 'digest-of-nobody']
      assert.deepEqual(await reports.unsubscribed(all), [])
      assert.equal(await reports.unsubscribedAt('code-1'), null)
      assert.equal(await reports.unsubscribe('code-1', START), true)
      assert.equal(await reports.unsubscribe('code-1', START + 1), true, 'twice is as once')
      assert.equal(await reports.unsubscribedAt('code-1'), START)
      for (const forged of ['code-9', 'code-2', 'digest-of-anna', '', 'code-1 ', 'CODE-1', '%']) {
        assert.equal(await reports.unsubscribe(forged, START), false, forged)
        assert.equal(await reports.subscribe(forged), false, forged)
        assert.equal(await reports.unsubscribedAt(forged), undefined, forged)
      }
      assert.deepEqual(await reports.unsubscribed(all), ['digest-of-anna'])
      assert.deepEqual(await reports.unsubscribed([]), [])
      assert.equal(await reports.subscribe('code-1'), true)
      assert.deepEqual(await reports.unsubscribed(all), [])
    })
  })
}
