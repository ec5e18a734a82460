import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ScheduleWatch } from '../../src/schedules/schedule-watch.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { syncFinish } from '../support/sync-factory.ts'
import { plain, type OpenStore } from './opened-store.ts'
import { AUDIT, made, NOW, start } from './schedule-factory.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** What became of each time of a schedule. */
export function exerciseDueRuns(open: OpenStore): void {
  describe('due times of schedules', () => {
    it('are decided once: who has seen an older version decides nothing', async () => {
      const { store } = await open()
      const { id: schedule_id, version } = await made(store, 'nightly')
      const run = { due_at: NOW, state: 'missed', sync_id: null, started_at: null, decided_at: NOW } as const
      const asked = Array.from({ length: 8 }, () =>
        store.schedules.decide({ schedule_id, version, runs: [run] }),
      )
      assert.deepEqual((await Promise.all(asked)).filter(Boolean), [true])
      const found = await store.schedules.find('nightly')
      assert.deepEqual(plain(found?.last), { due_at: NOW, state: 'missed', sync_id: null, started_at: null })
      const older = { ...run, due_at: NOW - DAY_MS, state: 'unknown' } as const
      const again = { schedule_id, version: found?.version ?? 0, runs: [older] }
      assert.equal(await store.schedules.decide(again), true)
      assert.equal((await store.schedules.find('nightly'))?.last?.due_at, NOW)
      assert.deepEqual(
        (await store.schedules.listUnserved(NOW - DAY_MS, 10)).map(({ due_at, state }) => [due_at, state]),
        [
          [NOW, 'missed'],
          [NOW - DAY_MS, 'unknown'],
        ],
      )
    })

    it('know when nobody looked, whoever does', async () => {
      const { store } = await open()
      const { schedules } = store
      const at = async (...seconds: number[]): Promise<void> => {
        for (const second of seconds) await schedules.keepLooking(NOW + second * 1000)
      }
      await at(0, 30, 90, 85)
      assert.deepEqual(await schedules.listGaps(0), [])
      await Promise.all([at(200), at(200), at(201)])
      await at(260, 400)
      const gap = (from: number, until: number, database_was_away = false): object => ({
        from: NOW + from * 1000,
        until: NOW + until * 1000,
        database_was_away,
      })
      assert.deepEqual(plain(await schedules.listGaps(0)), [gap(90, 200), gap(260, 400)])
      assert.deepEqual(plain(await schedules.listGaps(NOW + 150_000)), [gap(90, 200), gap(260, 400)])
      assert.deepEqual(plain(await schedules.listGaps(NOW + 210_000)), [gap(260, 400)])
      // A clock that was an hour ahead is set back.
      await at(4000)
      await at(450, 470)
      assert.deepEqual(plain((await schedules.listGaps(0)).at(-1)), gap(260, 400))
      // Who was quicker to look again did not know that the database was away; who tried all the time does.
      await at(600)
      await schedules.keepLooking(NOW + 610_000, NOW + 480_000)
      assert.deepEqual(plain(await schedules.listGaps(NOW + 300_000)), [gap(260, 400), gap(470, 600, true)])
    })

    it('are told with the streak of what went wrong last', async () => {
      const { store } = await open()
      const streakOf = async (now = NOW): Promise<[string, string[]][]> =>
        (await store.schedules.listStreaks(now)).map(({ schedule, runs }) => [
          schedule.slug,
          runs.map(({ state }) => state),
        ])
      const { id, version } = await made(store, 'nightly', { max_run: '1h' })
      assert.deepEqual(await streakOf(), [['nightly', []]])
      const sync_id = await start(store, 'nightly', NOW)
      const run = (
        hours: number,
        state: 'started' | 'missed' | 'late' | 'waiting',
        sync: number | null = null,
      ) => ({
        due_at: NOW + hours * HOUR_MS,
        state,
        sync_id: sync,
        started_at: sync === null ? null : NOW,
        decided_at: NOW,
      })
      const runs = [run(0, 'missed'), run(1, 'started', sync_id)]
      await store.schedules.decide({ schedule_id: id, version, runs })
      assert.deepEqual(await streakOf(NOW + 30 * MINUTE_MS), [['nightly', ['started']]])
      const [{ runs: [seen] } = { runs: [] }] = await store.schedules.listStreaks(NOW)
      assert.partialDeepStrictEqual(plain(seen?.sync), { sync_status: 'in_progress', sync_start_time: NOW })
      const worse = [run(2, 'missed'), run(3, 'late'), run(4, 'waiting')]
      await store.schedules.decide({ schedule_id: id, version: version + 1, runs: worse })
      assert.deepEqual(await streakOf(), [['nightly', ['late', 'missed', 'started']]])
      // Where that run took too long, what was before it counts too.
      assert.deepEqual(await streakOf(NOW + 2 * HOUR_MS), [
        ['nightly', ['late', 'missed', 'started', 'missed']],
      ])
    })

    it('keep what became of their times when a sync is deleted, and go with their user', async () => {
      const { store } = await open()
      const { id, version } = await made(store, 'of-7', { user_id: '7' })
      await made(store, 'of-all')
      const old = NOW - 500 * DAY_MS
      const sync_id = await start(store, 'of-7', old, '7')
      await store.syncs.finishSync(sync_id, syncFinish({ finished_at: old + 1000 }))
      const run = { due_at: NOW, state: 'started', sync_id, started_at: old, decided_at: NOW } as const
      await store.schedules.decide({ schedule_id: id, version, runs: [run] })
      await store.retention.deleteSyncs(NOW - 400 * DAY_MS, null, 100)
      assert.deepEqual(plain(await store.schedules.listDueRuns(id, 5)), [
        { schedule_id: id, due_at: NOW, state: 'started', sync_id: null, decided_at: NOW, sync: null },
      ])
      await store.erasure.eraseTraces('7', AUDIT)
      assert.deepEqual(
        (await store.schedules.list()).map(({ slug }) => slug),
        ['of-all'],
      )
    })

    it('forget old times, and of each schedule what is beyond the newest', async () => {
      const { store } = await open()
      const { id, version } = await made(store, 'nightly')
      const runs = Array.from({ length: 12 }, (_, day) => ({
        due_at: NOW + day * DAY_MS,
        state: 'missed' as const,
        sync_id: null,
        started_at: null,
        decided_at: NOW,
      }))
      await store.schedules.decide({ schedule_id: id, version, runs })
      const pruning = { before: NOW + 3 * DAY_MS, keep: 5, limit: 4 }
      assert.equal(await store.schedules.prune(pruning), 4)
      assert.equal(await store.schedules.prune(pruning), 3)
      assert.equal(await store.schedules.prune(pruning), 0)
      const left = await store.schedules.listDueRuns(id, 100)
      assert.deepEqual([left.length, left[0]?.due_at], [5, NOW + 11 * DAY_MS])
    })

    it('are watched by several servers at once without anything told twice', async () => {
      const { store } = await open()
      const begin = Date.UTC(2026, 2, 28)
      const clock = new FakeClock({ start: new Date(begin).toISOString() })
      const errors: unknown[] = []
      const watches = [1, 2, 3].map(
        () => new ScheduleWatch({ store: store.schedules, clock, onError: (error) => errors.push(error) }),
      )
      const look = async (): Promise<unknown> => await Promise.all(watches.map((watch) => watch.look()))
      await look()
      const zurich = { time_zone: 'Europe/Zurich', margin: '30m' }
      const nightly = await made(store, 'nightly', { cron: '30 2 * * *', ...zurich }, begin)
      const often = await made(store, 'often', { every: '6h', margin: '30m' }, begin)
      // The night without 02:30 is missed; the interval is counted from each start.
      const starts: [string, number][] = [
        ['nightly', Date.UTC(2026, 2, 28, 1, 25)],
        ['nightly', Date.UTC(2026, 2, 30, 5)],
        ['often', begin + 5 * HOUR_MS],
        ['often', begin + 11.4 * HOUR_MS],
      ]
      const end = Date.UTC(2026, 2, 30, 6)
      // Nobody looks in between: these syncs write to the database themselves.
      const step_ms = 15 * MINUTE_MS
      for (let at = begin; at < end; at += step_ms) {
        for (const [sync_type, started_at] of starts) {
          if (started_at >= at && started_at < at + step_ms) await start(store, sync_type, started_at)
        }
        clock.jumpWall(at + step_ms - clock.now())
        await look()
      }
      assert.deepEqual(errors, [])
      const told = async (id: number): Promise<[string, string][]> =>
        (await store.schedules.listDueRuns(id, 100))
          .toReversed()
          .map(({ due_at, state }) => [new Date(due_at).toISOString().slice(5, 16), state])
      assert.deepEqual(await told(nightly.id), [
        ['03-28T01:30', 'started'],
        ['03-29T01:00', 'missed'],
        ['03-30T00:30', 'late'],
      ])
      assert.deepEqual((await told(often.id)).slice(0, 4), [
        ['03-28T06:00', 'started'],
        ['03-28T11:00', 'started'],
        ['03-28T17:24', 'missed'],
        ['03-28T23:24', 'missed'],
      ])
    })
  })
}
