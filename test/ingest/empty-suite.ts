import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SyncRow } from '../../src/core/sync-record.ts'
import { UNEXPECTEDLY_EMPTY } from '../../src/core/unexpected-empty.ts'
import type { Ingest } from '../../src/ingest/ingest.ts'
import type { Store } from '../../src/store/store.ts'
import type { CheckStep, FiguresPlace } from '../../src/store/sync-figures.ts'
import { COUNTED_TOGETHER } from '../../src/store/sql/ingest/count-together.ts'
import { ingestWorld, type IngestWorld } from './support/ingest-world.ts'

type Events = readonly object[]

/** What becomes of a sync that is reported and has read nothing. */
export function exerciseEmptyReports(store: () => Store): void {
  const world = (): IngestWorld => ingestWorld(store())
  const row = async (task_id: string): Promise<SyncRow> => {
    const found = await store().syncs.getSyncByTaskId(task_id)
    assert.ok(found, `there is no sync ${task_id}`)
    return found
  }
  const statusOf = async (task_id: string): Promise<string> => (await row(task_id)).sync_status

  /** A job of its own, whose runs begin one after the other. */
  function job({ clock }: IngestWorld) {
    const sync_type = crypto.randomUUID()
    let number = 0
    return (end: object = {}, meanwhile: Events = []) => {
      clock.advance(60_000)
      const task_id = `${sync_type} ${++number}`
      const at = clock.now()
      const events = [
        { type: 'start', task_id, user_id: 42, sync_type, started_at: at },
        ...meanwhile.map((event, index) => ({ task_id, id: index, ...event })),
        { type: 'finish', task_id, finished_at: at + 1000, ...end },
      ]
      return { task_id, events }
    }
  }
  const READ: Events = [{ type: 'grade', updated: 31 }]

  describe('a sync that is reported and read nothing', () => {
    const readThrice = async (ingest: Ingest, run: ReturnType<typeof job>): Promise<void> => {
      for (let time = 0; time < 3; time++) await ingest.take(run({}, READ).events)
    }

    it('is failed where the three before it read something: the answer, the row, its change and its lines say so', async () => {
      const there = world()
      await using ingest = await there.open()
      const run = job(there)
      await readThrice(ingest, run)
      for (const end of [{}, { status: 'completed' }]) {
        const { task_id, events } = run(end)
        const { syncs, accepted, duplicates } = await ingest.take(events)
        const {
          id,
          sync_status: status,
          error_type,
          error_message,
          progress_percent,
          ...of
        } = await row(task_id)
        assert.deepEqual({ status, error_type, error_message }, UNEXPECTEDLY_EMPTY)
        assert.deepEqual([accepted, duplicates, syncs], [2, 0, [{ task_id, id, status: 'failed' }]])
        assert.deepEqual([progress_percent, of.error_group_id !== null], [100, true])
        const changes = await store().syncs.listStatusChanges(id)
        assert.deepEqual(
          changes.map(({ new_status, reason }) => [new_status, reason]),
          [
            ['in_progress', null],
            ['failed', 'unexpected_empty'],
          ],
        )
        const lines = there.lines().filter((line) => line.task_id === task_id)
        assert.deepEqual(
          lines.map(({ stream, event, level }) => [stream, event, level]),
          [
            ['errors', 'sync_failed', 'ERROR'],
            ['operations', 'sync_started', 'INFO'],
            ['operations', 'sync_failed', 'WARNING'],
          ],
        )
      }
    })

    it('is failed when its finish comes with a request of its own, also when it says it quietly', async () => {
      const there = world()
      await using ingest = await there.open()
      const run = job(there)
      await readThrice(ingest, run)
      const { task_id, events } = run({ quiet: true, status: 'completed' })
      await ingest.take(events.slice(0, 1))
      const { syncs } = await ingest.take(events.slice(1))
      assert.equal(syncs[0]?.status, 'failed')
      const lines = there.lines().filter((line) => line.task_id === task_id)
      assert.deepEqual(
        lines.map(({ event }) => event),
        ['sync_failed', 'sync_started', 'sync_failed'],
      )
    })

    it('is completed when it says that there may be nothing, counted by a state, or has courses', async () => {
      const there = world()
      await using ingest = await there.open()
      const run = job(there)
      await readThrice(ingest, run)
      const outcome = { type: 'course_outcome', course_id: 7, outcome: 'frozen' }
      const state = { type: 'state', quiet: true, counters: { submissions_processed: 3 } }
      const good = [run({}, [outcome]), run({}, [state]), run({ may_be_empty: true })]
      for (const { task_id, events } of good) {
        await ingest.take(events)
        assert.equal(await statusOf(task_id), 'completed')
      }
      // With the courses in a request before, too.
      const later = job(there)
      await readThrice(ingest, later)
      const { task_id, events } = later({ status: 'completed' }, [outcome])
      for (const event of events) await ingest.take([event])
      assert.equal(await statusOf(task_id), 'completed')
    })

    it('stays completed where none ever recorded anything', async () => {
      const there = world()
      await using ingest = await there.open()
      const run = job(there)
      for (let time = 0; time < 5; time++) {
        const { task_id, events } = run()
        await ingest.take(events)
        assert.equal(await statusOf(task_id), 'completed')
      }
    })

    it('stays completed when nobody has said whose it is: which are like it is not known', async () => {
      const there = world()
      await using ingest = await there.open()
      const target_course_id = crypto.randomUUID()
      const run = async (begin: object, meanwhile: Events): Promise<string> => {
        there.clock.advance(60_000)
        const events = [begin, ...meanwhile, { type: 'finish' }]
        const task_id = crypto.randomUUID()
        await ingest.take(events.map((event, id) => ({ ...event, task_id, id })))
        return await statusOf(task_id)
      }
      const start = { type: 'start', target_course_id }
      for (let time = 0; time < 3; time++) await run(start, READ)
      assert.equal(await run({ type: 'state', target_course_id }, []), 'completed')
      assert.equal(await run({ type: 'state', target_course_id }, READ), 'completed')
      const others = crypto.randomUUID()
      for (let time = 0; time < 3; time++) await run({ ...start, target_course_id: others }, READ)
      assert.equal(await run({ ...start, target_course_id: others }, []), 'failed')
    })

    it('is found among many in one request, each once, and all are counted', async () => {
      const there = world()
      await using ingest = await there.open()
      const run = job(there)
      const first = Array.from({ length: 4 }, () => run({}, READ))
      const empty = Array.from({ length: 12 }, () => run())
      const last = run({}, READ)
      const all = [...first, ...empty, last]
      assert.ok(all.length > COUNTED_TOGETHER)
      const { syncs, accepted } = await ingest.take(all.flatMap(({ events }) => events))
      assert.equal(accepted, 2 * all.length + 5)
      const statuses = all.map(({ task_id }) => syncs.find((sync) => sync.task_id === task_id)?.status)
      const expected = all.map(({ task_id }) =>
        empty.some((sync) => sync.task_id === task_id) ? 'failed' : 'completed',
      )
      assert.deepEqual(statuses, expected)
      for (const [index, { task_id }] of all.entries()) assert.equal(await statusOf(task_id), expected[index])
      const of_all = new Set(all.map(({ task_id }) => task_id))
      const ends = there
        .lines()
        .filter(({ event, task_id }) => event === 'sync_completed' && of_all.has(String(task_id)))
      assert.equal(ends.length, 5)
      let place: FiguresPlace | null = null
      do {
        const step: CheckStep = await store().figures.check(place)
        assert.deepEqual(step.differences, [])
        place = step.next
      } while (place !== null)
    })

    it('is completed when another server has counted something for it meanwhile', async () => {
      const there = world()
      await using ingest = await there.open()
      const run = job(there)
      await readThrice(ingest, run)
      const { task_id, events } = run()
      await ingest.take(events.slice(0, 1))
      const { find } = there.store.ingest
      let looked = 0
      const store_of_other = new Proxy(there.store.ingest, {
        get(target, name) {
          if (name !== 'find') {
            const value: unknown = Reflect.get(target, name)
            return typeof value === 'function' ? (value as () => unknown).bind(target) : value
          }
          return async (...given: Parameters<typeof find>) => {
            const known = await target.find(...given)
            if (looked++ === 0) await ingest.take([{ type: 'course', task_id, id: 'other', created: true }])
            return known
          }
        },
      })
      await using other = await there.open({ store: store_of_other })
      await other.take(events.slice(1))
      assert.equal(looked, 1)
      const { sync_status, courses_processed } = await row(task_id)
      assert.deepEqual([sync_status, courses_processed], ['completed', 1])
    })
  })
}
