import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../support/fast-check.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { syncFinish, syncStart } from '../support/sync-factory.ts'
import type { OpenStore } from './opened-store.ts'
import { made, NOW, start } from './schedule-factory.ts'

/** Which sync has started for a time of a schedule. */
export function exerciseScheduleStarts(open: OpenStore): void {
  describe('starts for schedules', () => {
    it('are found to have started by the first or the last sync of their type and user that serves no other time', async () => {
      const { store } = await open()
      const { id } = await made(store, 'nightly', { sync_type: 'all' })
      const first = await start(store, 'all', NOW)
      const second = await start(store, 'all', NOW + 5, '7')
      await start(store, 'grades', NOW - 1)
      await start(store, 'all', NOW + 100)
      const ask = async (changes: object): Promise<number | undefined> => {
        const query = { schedule_id: id, sync_type: 'all', user_id: null, from: NOW, until: NOW + 9 } as const
        const [found] = await store.schedules.findStarts([{ ...query, pick: 'first', ...changes }])
        return found?.sync_id
      }
      assert.equal(await ask({}), first)
      assert.equal(await ask({ pick: 'last' }), second)
      assert.equal(await ask({ user_id: '7' }), second)
      assert.equal(await ask({ user_id: '8' }), undefined)
      assert.equal(await ask({ from: NOW + 6 }), undefined)
      const run = { due_at: NOW, state: 'started', sync_id: first, started_at: NOW, decided_at: NOW } as const
      assert.equal(await store.schedules.decide({ schedule_id: id, version: 1, runs: [run] }), true)
      assert.equal(await ask({}), second)
      assert.equal(await ask({ schedule_id: id + 1 }), first)
      assert.equal(await ask({ schedule_id: null }), first)
    })

    it('of one user are found to have started by a sync that runs or has ended, and who wrote it is told', async () => {
      const { store } = await open()
      const syncs = [
        ['running', NOW, null],
        ['ended', NOW + 1, '881 boot'],
        ['ended', NOW + 2, null],
        ['running', NOW + 3, '881 boot'],
      ] as const
      const ids: number[] = []
      for (const [how, at, process_started] of syncs) {
        const given = { sync_type: 'own', user_id: '7', started_at: at, process_started }
        const id = await store.syncs.startSync(syncStart(`own ${at}`, given))
        if (how === 'ended') await store.syncs.finishSync(id, syncFinish({ finished_at: at + 10 }))
        ids.push(id)
      }
      const ask = async (from: number, until: number, pick: 'first' | 'last'): Promise<unknown[]> => {
        const query = { schedule_id: null, sync_type: 'own', user_id: '7', pick } as const
        const [found] = await store.schedules.findStarts([{ ...query, from: NOW + from, until: NOW + until }])
        return found == null ? [] : [ids.indexOf(found.sync_id), found.wrote_itself]
      }
      assert.deepEqual(await ask(0, 3, 'first'), [0, false])
      assert.deepEqual(await ask(1, 3, 'first'), [1, true])
      assert.deepEqual(await ask(2, 3, 'first'), [2, false])
      assert.deepEqual(await ask(0, 3, 'last'), [3, true])
      assert.deepEqual(await ask(0, 2, 'last'), [2, false])
      assert.deepEqual(await ask(0, 0, 'last'), [0, false])
      assert.deepEqual(await ask(4, 9, 'last'), [])
    })

    it('are found to have started as a look at every sync finds it', async () => {
      const { store } = await open()
      const random = seededRandom(15)
      const pick = <Value>(values: readonly Value[]): Value =>
        values[Math.floor(random() * values.length)] as Value
      const { id: schedule_id, version } = await made(store, 'random')
      const syncs: { id: number; at: number; user: string | null; type: string; serves: boolean }[] = []
      for (let index = 0; index < 60; index++) {
        const [user, type] = [pick(['7', '8', null]), pick(['all', 'grades'])]
        const at = NOW + Math.floor(random() * 20)
        const id = await start(store, type, at, user)
        if (random() < 0.7) await store.syncs.finishSync(id, syncFinish({ finished_at: at + 1 }))
        syncs.push({ id, at, user, type, serves: random() < 0.3 })
      }
      const runs = syncs
        .filter(({ serves }) => serves)
        .map(({ id, at }, index) => {
          const due_at = NOW + index
          return { due_at, state: 'started', sync_id: id, started_at: at, decided_at: due_at } as const
        })
      await store.schedules.decide({ schedule_id, version, runs })
      const property = fc.asyncProperty(
        fc.record({
          schedule_id: fc.constantFrom(schedule_id, schedule_id + 1, null),
          sync_type: fc.constantFrom('all', 'grades', 'none'),
          user_id: fc.constantFrom(null, '7', '8', '9'),
          from: fc.integer({ min: NOW - 2, max: NOW + 22 }),
          until: fc.integer({ min: NOW - 2, max: NOW + 22 }),
          pick: fc.constantFrom('first', 'last'),
        }),
        async (query) => {
          const found = syncs
            .filter(({ at, type }) => type === query.sync_type && at >= query.from && at <= query.until)
            .filter(({ user }) => query.user_id === null || user === query.user_id)
            .filter(({ serves }) => !serves || query.schedule_id !== schedule_id)
            .sort((one, other) => one.at - other.at || one.id - other.id)
          const [start] = await store.schedules.findStarts([query])
          assert.equal(start?.sync_id, (query.pick === 'first' ? found[0] : found.at(-1))?.id)
        },
      )
      await fc.assert(property, { numRuns: 200 })
    })
  })
}
