import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from '../support/fast-check.ts'
import type { IngestReport } from '../../src/core/ingest-event.ts'
import type { Ingest } from '../../src/ingest/ingest.ts'
import type { Reporter } from '../../src/ingest/reporter.ts'
import type { Store } from '../../src/store/store.ts'
import { syncStart } from '../support/sync-factory.ts'
import { ingestWorld } from './support/ingest-world.ts'

const named = (name: string | null): Reporter => ({ name, trusted: false })
const [NIGHTLY, OTHER] = [named('nightly'), named('other')]
const ADMIN: Reporter = { name: 'operator', trusted: true }

const codes = ({ errors }: IngestReport): unknown[] => errors.map(({ code }) => code)

/** Each way to touch a sync, and what a stranger could learn by it. */
const touches = (task_id: string): object[][] => [
  [{ type: 'heartbeat', task_id }],
  [{ type: 'course', task_id, id: 'new' }],
  // An id that was taken before: as a duplicate it would tell what was reported.
  [{ type: 'course', task_id, id: 'taken' }],
  [{ type: 'state', task_id, id: 's', counters: { api_calls_made: 5 } }],
  [{ type: 'finish', task_id, status: 'failed' }],
  // The same start and another one.
  [{ type: 'start', task_id, user_id: 42, sync_type: 'grades' }],
  [{ type: 'start', task_id, user_id: 7 }],
]

/** A sync of the reporter `nightly`, with all that can be seen of it. */
async function givenSync(
  store: Store,
  ingest: Ingest,
): Promise<{ task_id: string; seen(): Promise<unknown> }> {
  const task_id = crypto.randomUUID()
  const start = { type: 'start', task_id, user_id: 42, sync_type: 'grades' }
  const { rejected } = await ingest.take([start, { type: 'course', task_id, id: 'taken' }], NIGHTLY)
  assert.equal(rejected, 0)
  const seen = async (): Promise<unknown> => {
    const row = await store.syncs.getSyncByTaskId(task_id)
    const known = await store.ingest.find([{ task_id, event_ids: ['new', 's', 'finish'], judged: true }])
    return [row, known, await store.syncs.listStatusChanges(row?.id ?? 0)]
  }
  return { task_id, seen }
}

/** Whose syncs reports may change. */
export function exerciseOwners(store: () => Store): void {
  describe('a sync that was started with a token', () => {
    it('is changed by no other token, which learns nothing but that the task id is taken', async () => {
      const { open, lines } = ingestWorld(store())
      await using ingest = await open()
      const { task_id, seen } = await givenSync(store(), ingest)
      const [before, lines_before] = [await seen(), lines().length]
      for (const stranger of [OTHER, named(null)]) {
        for (const values of touches(task_id)) {
          const report = await ingest.take(values, stranger)
          const told = { ...report, errors: codes(report) }
          const nothing = { accepted: 0, duplicates: 0, late: 0, rejected: 1, syncs: [] }
          assert.deepEqual(told, { ...nothing, errors: ['not_your_sync'] }, JSON.stringify(values))
          assert.match(report.errors[0]?.error ?? '', /token.*\.$/)
          assert.equal(report.errors[0]?.parameter, 'task_id')
        }
      }
      assert.deepEqual(await seen(), before)
      assert.equal(lines().length, lines_before)
    })

    it('does not tell a stranger whether it has ended', async () => {
      await using ingest = await ingestWorld(store()).open()
      const { task_id } = await givenSync(store(), ingest)
      const running = await ingest.take([{ type: 'heartbeat', task_id }], OTHER)
      await ingest.take([{ type: 'finish', task_id }], NIGHTLY)
      assert.deepEqual(await ingest.take([{ type: 'heartbeat', task_id }], OTHER), running)
    })

    it('goes on with another token of the same name, and with one for admin', async () => {
      await using ingest = await ingestWorld(store()).open()
      const { task_id } = await givenSync(store(), ingest)
      assert.equal((await ingest.take([{ type: 'course', task_id, id: 2 }], named('nightly'))).accepted, 1)
      assert.equal((await ingest.take([{ type: 'course', task_id, id: 3 }], ADMIN)).accepted, 1)
      assert.equal((await store().syncs.getSyncByTaskId(task_id))?.courses_processed, 3)
      // Whoever ends it, it stays whose it was.
      await ingest.take([{ type: 'heartbeat', task_id }], ADMIN)
      const { syncs } = await ingest.take([{ type: 'finish', task_id }], NIGHTLY)
      assert.equal(syncs[0]?.status, 'completed')
    })

    it('belongs to whoever sent its first event, also when that was no start', async () => {
      await using ingest = await ingestWorld(store()).open()
      const task_id = crypto.randomUUID()
      await ingest.take([{ type: 'course', task_id, id: 1 }], NIGHTLY)
      const start = { type: 'start', task_id, user_id: 7 }
      assert.deepEqual(codes(await ingest.take([start], OTHER)), ['not_your_sync'])
      assert.equal((await ingest.take([start], NIGHTLY)).accepted, 1)
    })

    it('is refused beside syncs of the stranger, which are taken', async () => {
      await using ingest = await ingestWorld(store()).open()
      const { task_id } = await givenSync(store(), ingest)
      const own = crypto.randomUUID()
      const report = await ingest.take(
        [
          { type: 'start', task_id: own },
          { type: 'finish', task_id },
          { type: 'finish', task_id: own },
        ],
        OTHER,
      )
      assert.deepEqual([report.accepted, report.rejected], [2, 1])
      assert.deepEqual(
        report.syncs.map(({ task_id, status }) => [task_id, status]),
        [[own, 'completed']],
      )
    })

    it('has one owner when several start it at once on two servers', async () => {
      const [one, two] = [ingestWorld(store()), ingestWorld(store())]
      await using first = await one.open()
      await using second = await two.open()
      for (let round = 0; round < 5; round++) {
        const task_id = crypto.randomUUID()
        const reports = await Promise.all([
          first.take([{ type: 'course', task_id, id: 1 }], NIGHTLY),
          second.take([{ type: 'course', task_id, id: 2 }], OTHER),
        ])
        assert.deepEqual(
          reports.map(({ accepted }) => accepted).toSorted((a, b) => a - b),
          [0, 1],
        )
        assert.equal((await store().syncs.getSyncByTaskId(task_id))?.courses_processed, 1)
      }
    })
  })

  describe('a sync that was started without a token', () => {
    it('belongs to nobody: whoever may report can go on with it', async () => {
      await using ingest = await ingestWorld(store()).open()
      const task_id = crypto.randomUUID()
      await ingest.take([{ type: 'start', task_id }], { name: null, trusted: true })
      assert.equal((await ingest.take([{ type: 'course', task_id, id: 1 }], OTHER)).accepted, 1)
      assert.equal((await ingest.take([{ type: 'finish', task_id }], NIGHTLY)).accepted, 1)
    })

    it('is not to be had when a process tracks it in the database itself, not even by admin', async () => {
      await using ingest = await ingestWorld(store()).open()
      const task_id = crypto.randomUUID()
      await store().syncs.startSync(syncStart(task_id))
      assert.deepEqual(codes(await ingest.take([{ type: 'finish', task_id }], ADMIN)), ['task_id_taken'])
    })
  })

  it('the newest run of a job is found among those of one reporter and those of nobody', async () => {
    const { open, clock } = ingestWorld(store())
    await using ingest = await open()
    // The characters that mean something in patterns, and one of two UTF-16 units.
    const job = `${crypto.randomUUID()}%_\u{1F600}`
    const start = async (run: string, reporter: Reporter, trigger = 'ping'): Promise<void> => {
      clock.advance(1000)
      await ingest.take([{ type: 'start', task_id: `${job}:${run}`, trigger }], reporter)
    }
    const newest = (reported_by: string | null, prefix = `${job}:`): Promise<string | null> =>
      store().ingest.newestRun({ task_id_prefix: prefix, trigger: 'ping', reported_by })
    assert.equal(await newest('nightly'), null)
    await start('free', named(null))
    assert.equal(await newest('nightly'), `${job}:free`)
    await start('own', NIGHTLY)
    await start('foreign', OTHER)
    await start('no ping', NIGHTLY, 'cron')
    assert.equal(await newest('nightly'), `${job}:own`)
    assert.equal(await newest('other'), `${job}:foreign`)
    assert.equal(await newest(null), `${job}:free`)
    assert.equal(await newest('nightly', job.slice(0, -2)), `${job}:own`)
    assert.equal(await newest('nightly', job.replace('%', 'x')), null)
    await ingest.take([{ type: 'finish', task_id: `${job}:own` }], NIGHTLY)
    assert.equal(await newest('nightly'), `${job}:free`)
  })

  it('whatever reporters send in whatever order, each sync counts the events of its owner alone', async () => {
    const names = ['a', 'b', 'c'] as const
    const step = fc.record({
      name: fc.constantFrom(...names),
      task: fc.integer({ min: 0, max: 2 }),
      type: fc.constantFrom('start', 'course', 'finish'),
    })
    await using ingest = await ingestWorld(store()).open()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const run = crypto.randomUUID()
        const owners = new Map<number, string>()
        const counted = new Map<number, number>()
        const ended = new Set<number>()
        for (const [id, { name, task, type }] of steps.entries()) {
          if (!owners.has(task)) owners.set(task, name)
          const own = owners.get(task) === name
          const report = await ingest.take([{ type, task_id: `${run}-${task}`, id }], named(name))
          assert.deepEqual(codes(report), own ? [] : ['not_your_sync'])
          if (own && type === 'course' && !ended.has(task)) counted.set(task, (counted.get(task) ?? 0) + 1)
          if (own && type === 'finish') ended.add(task)
        }
        for (const task of owners.keys()) {
          const row = await store().syncs.getSyncByTaskId(`${run}-${task}`)
          assert.equal(row?.courses_processed, counted.get(task) ?? 0)
          assert.equal(row.sync_status, ended.has(task) ? 'completed' : 'in_progress')
        }
      }),
      { numRuns: process.env['LONG_TESTS'] === '1' ? 300 : 20 },
    )
  })
}
