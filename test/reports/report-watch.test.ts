import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { ReportPeriod, ReportSpan } from '../../src/core/report-period.ts'
import type { Report } from '../../src/core/report.ts'
import { ReportWatch, type ReportTimes } from '../../src/reports/report-watch.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { report } from './support/report-factory.ts'

const directory = temporaryDirectory()
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const LOOK_MS = HOUR_MS
const ZONE = 'America/New_York'
const TIMES: ReportTimes = {
  daily: { hour: 2, minute: 30 },
  weekly: { hour: 9, minute: 0 },
  monthly: { hour: 0, minute: 0, day_of_month: 1 },
}
let files = 0

async function freshStore(t: TestContext): Promise<Store> {
  const store = await openStore(`sqlite:${join(directory, `${++files}.db`)}`)
  t.after(() => store.close())
  return store
}

const of = (period: ReportPeriod, { since, until }: ReportSpan): Report => ({
  ...report({ period, time_zone: ZONE }),
  since: new Date(since).toISOString(),
  until: new Date(until).toISOString(),
})

interface World {
  readonly clock: FakeClock
  /** What delivery has got: period and end of each. */
  readonly handed: string[]
  readonly errors: unknown[]
  readonly open: (fault?: () => void, zone?: string) => ReportWatch
}

function worldOf(store: Store, start: string, times: ReportTimes = TIMES): World {
  const clock = new FakeClock({ start })
  const handed: string[] = []
  const errors: unknown[] = []
  const open = (fault: () => void = () => {}, time_zone = ZONE): ReportWatch =>
    new ReportWatch({
      store,
      times,
      time_zone,
      clock,
      look_ms: LOOK_MS,
      collect: (period, span) => {
        fault()
        return Promise.resolve(of(period, span))
      },
      hand: (id, { period, until }) => {
        // As the outbox: of those with the same key there is one.
        const key = `${id} ${period} ${until}`
        if (!handed.includes(key)) handed.push(key)
        fault()
        return Promise.resolve()
      },
      onError: (error) => errors.push(error),
    })
  return { clock, handed, errors, open }
}

/** Lets time pass, and everybody who looks finish before it goes on. */
async function pass(clock: FakeClock, duration_ms: number, watches: readonly ReportWatch[]): Promise<void> {
  for (const end = clock.now() + duration_ms; clock.now() < end;) {
    clock.advance(LOOK_MS)
    await Promise.all(watches.map((watch) => watch.settled()))
  }
}

/** Those of New York from a date on, without asking the code under test. */
function midnights(first: string, end: number): string[] {
  const all: string[] = []
  for (let day = Date.parse(first); ; day += DAY_MS) {
    const date = new Date(day).toISOString().slice(0, 10)
    const hour = date > '2026-03-08' && date <= '2026-11-01' ? '04' : '05'
    const midnight = `${date}T${hour}:00:00.000Z`
    // The daily report is due at half past two.
    if (Date.parse(midnight) + 2.5 * HOUR_MS > end) return all
    all.push(midnight)
  }
}

describe('reports on time', () => {
  it('are made exactly once each in a year of two servers that come, go and fail, with both changes of the clocks', async (t) => {
    const store = await freshStore(t)
    const start = Date.parse('2026-01-05T12:00:00.000Z')
    const { clock, handed, errors, open } = worldOf(store, new Date(start).toISOString())
    const random = seededRandom(7)
    let faults = 0
    let restarts = 0
    const fault = (): void => {
      if (random() > 0.05) return
      faults++
      throw new Error('A fault that was injected.')
    }
    let watches = [open(fault), open(fault)]
    await Promise.all(watches.map((watch) => watch.settled()))
    while (clock.now() < start + 365 * DAY_MS) {
      await pass(clock, 3 * HOUR_MS, watches)
      if (random() > 0.1) continue
      restarts++
      await Promise.all(watches.map((watch) => watch.stop()))
      // Nobody is there for up to 18 hours, also at nine on Mondays.
      clock.advance(Math.floor(random() * 18) * HOUR_MS)
      watches = [open(fault), open(fault)]
    }
    await Promise.all(watches.map((watch) => watch.stop()))
    const end = clock.now()
    watches = [open()]
    await pass(clock, 2 * LOOK_MS, watches)
    await Promise.all(watches.map((watch) => watch.stop()))
    assert.ok(faults > 10 && restarts > 100, `${faults} faults, ${restarts} restarts`)
    assert.equal(errors.length, faults)
    const ends = (period: ReportPeriod): string[] =>
      handed.filter((each) => each.includes(` ${period} `)).map((each) => each.split(' ')[2] ?? '')
    const days = midnights('2026-01-06', end)
    assert.deepEqual(ends('daily'), days)
    assert.ok(days.length >= 364, String(days.length))
    // The clocks went forward in the night of 8 March, and back in that of 1 November.
    for (const border of ['2026-03-08T05', '2026-03-09T04', '2026-11-01T04', '2026-11-02T05']) {
      assert.equal(days.filter((day) => day.startsWith(border)).length, 1, border)
    }
    const isMonday = (day: string): boolean => new Date(day).getUTCDay() === 1
    // It began on a Monday at seven.
    assert.deepEqual(ends('weekly'), ['2026-01-05T05:00:00.000Z', ...days.filter(isMonday)])
    assert.deepEqual(
      ends('monthly'),
      days.filter((day) => day.slice(8, 10) === '01'),
    )
  })

  it('of days on which no server ran are made up for by the last one', async (t) => {
    const store = await freshStore(t)
    const { clock, handed, open } = worldOf(store, '2026-06-01T12:00:00.000Z')
    const before = open()
    await pass(clock, HOUR_MS, [before])
    await before.stop()
    clock.advance(10 * DAY_MS)
    const after = open()
    await pass(clock, HOUR_MS, [after])
    await after.stop()
    assert.deepEqual(
      handed.map((each) => each.split(' ').slice(1).join(' ')),
      ['daily 2026-06-11T04:00:00.000Z', 'weekly 2026-06-08T04:00:00.000Z'],
    )
  })

  it('are not made again where the server moves to another zone', async (t) => {
    const store = await freshStore(t)
    const { clock, handed, open } = worldOf(store, '2026-06-15T15:00:00.000Z')
    const first = open()
    await pass(clock, 8 * DAY_MS, [first])
    await first.stop()
    const so_far = handed.length
    const moved = open(() => {}, 'Europe/Zurich')
    await pass(clock, HOUR_MS, [moved])
    await moved.stop()
    assert.equal(so_far, 9)
    assert.equal(handed.length, so_far)
  })

  it('begin with the next one where there never was any', async (t) => {
    const store = await freshStore(t)
    const { clock, handed, open } = worldOf(store, '2026-11-18T12:00:00.000Z', { ...TIMES, daily: null })
    const watch = open()
    await pass(clock, DAY_MS, [watch])
    assert.equal(handed.length, 0)
    await pass(clock, 5 * DAY_MS, [watch])
    await watch.stop()
    assert.deepEqual(
      handed.map((each) => each.split(' ').slice(1).join(' ')),
      ['weekly 2026-11-23T05:00:00.000Z'],
    )
  })

  it('are taken over from a server that died between making and telling, as they were made', async (t) => {
    const store = await freshStore(t)
    const { clock, handed, open } = worldOf(store, '2026-11-22T12:00:00.000Z', {
      daily: null,
      weekly: { hour: 9, minute: 0 },
      monthly: null,
    })
    const first = open()
    await pass(clock, HOUR_MS, [first])
    await first.stop()
    // What the dead one left: the job is its own, and the report is kept.
    const until = Date.parse('2026-11-23T05:00:00.000Z')
    const night = { job: 'report_weekly', done_for: '2026-11-23' }
    clock.advance(26 * HOUR_MS)
    const taken = await store.retention.takeJob({
      ...night,
      holder: 'dead',
      now: clock.now(),
      lease_ms: 120_000,
    })
    assert.equal(taken, 'taken')
    const left = await store.reports.keep({
      ...of('weekly', { since: until - 7 * DAY_MS, until }),
      headline: 'left',
    })
    const second = open()
    await pass(clock, HOUR_MS, [second])
    await second.stop()
    assert.deepEqual(handed, [`${left.id} weekly 2026-11-23T05:00:00.000Z`])
    const kept = await store.reports.find(left.id)
    assert.equal(kept?.headline, 'left')
    assert.notEqual((await store.reports.list({ limit: 1 }))[0]?.handed_at, null)
  })

  it('are none where nobody wants them', async (t) => {
    const store = await freshStore(t)
    const { clock, handed, open } = worldOf(store, '2026-11-01T12:00:00.000Z', {
      daily: null,
      weekly: null,
      monthly: null,
    })
    const watch = open()
    await pass(clock, 40 * DAY_MS, [watch])
    await watch.stop()
    assert.deepEqual([handed, await store.reports.list({ limit: 1 })], [[], []])
  })
})
