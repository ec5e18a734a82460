import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MOST_SCHEDULES, type ScheduleDeclarer } from '../../src/store/schedules.ts'
import { plain, type OpenStore } from './opened-store.ts'
import { API, AUDIT, made, NOW, terms } from './schedule-factory.ts'

const MINUTE_MS = 60_000
const CONFIG: ScheduleDeclarer = { origin: 'config', reported_by: null }
const pingOf = (reported_by: string | null, trusted = false): ScheduleDeclarer => ({
  origin: 'ping',
  reported_by,
  trusted,
})

/** When syncs are expected: who declares it, and who changes it. */
export function exerciseSchedules(open: OpenStore): void {
  describe('schedules', () => {
    it('are made, changed and left as they are, and say which', async () => {
      const { store } = await open()
      const { schedules } = store
      const given = { cron: '0 2 * * 1-5', margin: '15m', max_run: '2h', user_id: 7, owner: 'data-team' }
      const pauses = [{ from: '2026-12-24', until: '2026-12-26', reason: 'Holidays' }, { from: '2026-08-01' }]
      const whole = terms('nightly', { ...given, time_zone: 'Europe/Zurich', sync_type: 'all', pauses })
      const first = await schedules.declare(whole, API, NOW, AUDIT)
      assert.equal(first.outcome, 'created')
      assert.partialDeepStrictEqual(plain(first.schedule), {
        ...whole,
        origin: 'api',
        paused: false,
        expected_since: NOW,
        created_at: NOW,
        last: null,
      })
      assert.equal((await schedules.declare(whole, API, NOW + 1, AUDIT)).outcome, 'unchanged')
      const { outcome, schedule } = await schedules.declare(
        { ...whole, margin_ms: 1000 },
        API,
        NOW + 2,
        AUDIT,
      )
      assert.equal(outcome, 'changed')
      assert.partialDeepStrictEqual(plain(schedule), {
        margin_ms: 1000,
        expected_since: NOW,
        updated_at: NOW + 2,
      })
      const { times } = terms('nightly', { cron: '0 3 * * *' })
      const moved = await schedules.declare({ ...whole, times }, API, NOW + 3, AUDIT)
      assert.equal(moved.schedule?.expected_since, NOW + 3)
      assert.deepEqual(plain(await schedules.find('nightly')), plain(moved.schedule))
      assert.equal(await schedules.find('weekly'), null)
      const audited = await store.access.listAudit({
        action: 'schedule_declared',
        limit: 10,
        before_id: null,
      })
      assert.equal(audited.length, 3)
    })

    it('of the configuration are changed by nobody else, and those of the API not by pings', async () => {
      const { store } = await open()
      const { schedules } = store
      const outcomeOf = async (
        by: ScheduleDeclarer,
        margin_ms: number,
      ): Promise<[string, string | undefined]> => {
        const { outcome, schedule } = await schedules.declare({ ...terms('a'), margin_ms }, by, NOW, null)
        return [outcome, schedule?.origin]
      }
      assert.deepEqual(await outcomeOf(pingOf('one'), 1), ['created', 'ping'])
      assert.deepEqual(await outcomeOf(pingOf('two'), 2), ['kept', 'ping'])
      assert.deepEqual(await outcomeOf(pingOf('one'), 2), ['changed', 'ping'])
      assert.deepEqual(await outcomeOf(pingOf(null, true), 3), ['changed', 'ping'])
      assert.equal((await schedules.find('a'))?.reported_by, 'one')
      assert.deepEqual(await outcomeOf(API, 3), ['changed', 'api'])
      assert.deepEqual(await outcomeOf(pingOf('one'), 4), ['kept', 'api'])
      assert.deepEqual(await outcomeOf(CONFIG, 3), ['changed', 'config'])
      assert.deepEqual(await outcomeOf(API, 4), ['kept', 'config'])
      assert.equal(await schedules.remove('a', AUDIT), 'declared')
      assert.equal((await schedules.find('a'))?.margin_ms, 3)
    })

    it('that no configuration has any more are removed some minutes later, all others stay', async () => {
      const { store } = await open()
      const { schedules } = store
      await schedules.declare(terms('by-hand'), API, NOW, null)
      const declare = async (
        slugs: string[],
        minute: number,
        when: 'start' | 'still',
      ): Promise<(readonly string[])[]> => {
        const at = NOW + minute * MINUTE_MS
        await schedules.keepLooking(at)
        const all = slugs.map((slug) => terms(slug))
        const { created, changed, removed } = await schedules.declareAll(all, at, when)
        return [created, changed, removed]
      }
      assert.deepEqual(await declare(['one', 'two', 'three'], 0, 'start'), [['one', 'two', 'three'], [], []])
      assert.deepEqual(await declare(['two'], 1, 'start'), [[], [], []])
      for (const minute of [2, 3, 4, 5])
        assert.deepEqual(await declare(['two'], minute, 'still'), [[], [], []])
      // Another server still has one of them.
      assert.deepEqual(await declare(['three'], 5, 'still'), [[], [], []])
      assert.deepEqual(await declare(['two'], 6, 'still'), [[], [], ['one']])
      assert.deepEqual(
        (await schedules.list()).map(({ slug }) => slug),
        ['by-hand', 'three', 'two'],
      )
    })

    it('of a configuration are not taken for gone while nobody could say that it has them', async () => {
      const { store } = await open()
      const { schedules } = store
      const slugs = async (): Promise<string[]> => (await schedules.list()).map(({ slug }) => slug)
      await schedules.keepLooking(NOW)
      await schedules.declareAll([terms('ours')], NOW, 'start')
      await schedules.declareAll([terms('theirs')], NOW, 'start')
      // The database was away for an hour: who is back first waits for the others.
      for (let minute = 60; minute < 65; minute++) {
        await schedules.keepLooking(NOW + minute * MINUTE_MS)
        await schedules.declareAll([terms('ours')], NOW + minute * MINUTE_MS, 'still')
      }
      assert.deepEqual(await slugs(), ['ours', 'theirs'])
      await schedules.keepLooking(NOW + 65 * MINUTE_MS)
      await schedules.declareAll([terms('ours')], NOW + 65 * MINUTE_MS, 'still')
      assert.deepEqual(await slugs(), ['ours'])
      const again = await schedules.declareAll([terms('theirs')], NOW + 66 * MINUTE_MS, 'still')
      assert.deepEqual(again.created, ['theirs'])
    })

    it('are as the server has them that started last, whatever others go on to say', async () => {
      const { store } = await open()
      const { schedules } = store
      const marginOf = async (): Promise<number | undefined> => (await schedules.find('one'))?.margin_ms
      const [old, changed] = [
        { ...terms('one'), margin_ms: 1 },
        { ...terms('one'), margin_ms: 2 },
      ]
      await schedules.declareAll([old], NOW, 'start')
      assert.deepEqual((await schedules.declareAll([changed], NOW + 1, 'start')).changed, ['one'])
      assert.deepEqual((await schedules.declareAll([old], NOW + 2, 'still')).changed, [])
      assert.equal(await marginOf(), 2)
      await schedules.declareAll([old], NOW + 3, 'start')
      assert.equal(await marginOf(), 1)
    })

    it('are listed in the order of their names, of some users or of all', async () => {
      const { store } = await open()
      await made(store, 'b', { user_id: 7 })
      await made(store, 'c', { user_id: 8 })
      await made(store, 'a')
      const slugs = async (users?: string[]): Promise<string[]> =>
        (await store.schedules.list(users)).map(({ slug }) => slug)
      assert.deepEqual(await slugs(), ['a', 'b', 'c'])
      assert.deepEqual(await slugs(['7', '9']), ['b'])
      assert.deepEqual(await slugs([]), [])
      assert.equal(await store.schedules.remove('c', AUDIT), 'removed')
      assert.equal(await store.schedules.remove('c', AUDIT), null)
      assert.deepEqual(await slugs(), ['a', 'b'])
    })

    it('that are paused expect nothing, and from when they are resumed on what is due later', async () => {
      const { store } = await open()
      const { id: schedule_id, version } = await made(store, 'nightly')
      const missed = {
        due_at: NOW,
        state: 'missed',
        sync_id: null,
        started_at: null,
        decided_at: NOW,
      } as const
      const waiting = { ...missed, due_at: NOW + 1, state: 'waiting', decided_at: null } as const
      await store.schedules.decide({ schedule_id, version, runs: [missed, waiting] })
      const paused = await store.schedules.setPaused('nightly', true, NOW + 5, AUDIT)
      assert.deepEqual([paused?.paused, paused?.last?.due_at, paused?.expected_since], [true, NOW, NOW])
      assert.deepEqual(await store.schedules.listWatched(), [])
      assert.deepEqual(await store.schedules.listStreaks(NOW), [])
      const resumed = await store.schedules.setPaused('nightly', false, NOW + 9, AUDIT)
      assert.deepEqual([resumed?.paused, resumed?.expected_since], [false, NOW + 9])
      assert.equal((await store.schedules.listWatched()).length, 1)
      assert.equal(await store.schedules.setPaused('weekly', true, NOW, AUDIT), null)
    })

    it('are as many as are looked at every few seconds, and no more', async () => {
      const { store } = await open()
      const all = Array.from({ length: MOST_SCHEDULES }, (_, index) => terms(`job-${index}`))
      await store.schedules.declareAll(all, NOW, 'start')
      const more = await store.schedules.declareAll([...all, terms('two-more')], NOW, 'start')
      assert.deepEqual([more.created, more.left_out], [[], ['two-more']])
      const { outcome, schedule } = await store.schedules.declare(terms('one-more'), API, NOW, null)
      assert.deepEqual([outcome, schedule], ['full', null])
    })
  })
}
