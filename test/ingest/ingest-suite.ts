import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import fc from '../support/fast-check.ts'
import { MonitorError } from '../../src/core/errors.ts'
import type { Ingest } from '../../src/ingest/ingest.ts'
import { unpackLines } from '../../src/ingest/packed-lines.ts'
import type { SyncRow } from '../../src/core/sync-record.ts'
import type { BatchLines, ForgottenEvents } from '../../src/store/ingest-store.ts'
import type { Store } from '../../src/store/store.ts'
import { exerciseEmptyReports } from './empty-suite.ts'
import { exerciseEndlessRuns } from './endless-run-suite.ts'
import { exerciseHostileReports } from './hostile-suite.ts'
import { exerciseOwners } from './owner-suite.ts'
import { exerciseReports } from './report-suite.ts'
import { readLines } from './support/log-lines.ts'
import { DEAD_PID, ingestWorld, type IngestWorld, ofDeadProcess, withIngest } from './support/ingest-world.ts'

/** An event that leaves a mark in the row and a line that can be told from all others. */
interface Marked {
  readonly task: number
  readonly number: number
}

const event = (run: string, { task, number }: Marked): object => ({
  type: 'course',
  task_id: `${run}-${task}`,
  id: `e${number}`,
  course_id: number,
  created: true,
})

const ended = (run: string, task: number): object => ({ type: 'finish', task_id: `${run}-${task}` })

/** What the network and the processes do with one delivery. */
const FATES = [
  'taken',
  'refused',
  'answer lost',
  'killed before the lines',
  'killed after the lines',
] as const
type Fate = (typeof FATES)[number]

interface Delivery {
  readonly events: readonly Marked[]
  readonly fate: Fate
}

const delivery: fc.Arbitrary<Delivery> = fc.record({
  events: fc.array(
    fc.record({ task: fc.integer({ min: 1, max: 3 }), number: fc.integer({ min: 1, max: 12 }) }),
    {
      minLength: 1,
      maxLength: 8,
    },
  ),
  fate: fc.constantFrom(...FATES),
})

const storageTrouble = (): MonitorError => new MonitorError('storage', 'The database is away.')

/** What every engine must make of reports. */
export function exerciseIngest(name: string, openStore: () => Promise<Store>): void {
  describe(name, () => {
    let store: Store
    before(async () => {
      store = await openStore()
    })
    after(() => store.close())

    exerciseReports(() => store)
    exerciseHostileReports(() => store)
    exerciseOwners(() => store)
    exerciseEndlessRuns(() => store)
    exerciseEmptyReports(() => store)

    it('counts each event once and writes its line once, whatever is sent twice, refused, lost or killed', async () => {
      let runs = 0
      await fc.assert(
        fc.asyncProperty(fc.array(delivery, { minLength: 1, maxLength: 6 }), async (deliveries) => {
          const run = `p${++runs}-${crypto.randomUUID()}`
          const world = ingestWorld(store)
          const stored = new Set<string>()
          for (const { events, fate } of deliveries) {
            const values = events.map((marked) => event(run, marked))
            const committed = Promise.withResolvers<void>()
            const ingest = await openFor(fate, world, committed.resolve)
            if (fate === 'taken' || fate === 'killed after the lines') {
              const report = await ingest.take(values)
              assert.equal(report.accepted + report.duplicates, values.length)
            } else if (fate === 'killed before the lines') {
              // Nobody will answer, unless all was taken before.
              await Promise.race([ingest.take(values), committed.promise])
            } else {
              // There is nothing to write where all was taken before.
              const refused = (error: unknown): unknown =>
                assert.equal((error as MonitorError).code, 'storage')
              await ingest.take(values).then(({ accepted }) => assert.equal(accepted, 0), refused)
            }
            if (fate !== 'refused') for (const { task, number } of events) stored.add(`${task} ${number}`)
            if (fate === 'taken' || fate === 'answer lost' || fate === 'refused') await ingest.close()
            world.clock.advance(1)
          }
          await using last = await world.open()
          // Those who got no answer send it all again.
          for (const { events } of deliveries) await last.take(events.map((marked) => event(run, marked)))
          const all = new Set(
            deliveries.flatMap(({ events }) => events.map(({ task, number }) => `${task} ${number}`)),
          )
          await last.take([1, 2, 3].map((task) => ended(run, task)))
          await assertCounted(store, run, all)
          await last.close()
          const lines = world.lines().filter(({ event }) => event === 'course_synced')
          const marks = lines.map(
            ({ task_id, course_id }) => `${String(task_id).slice(-1)} ${course_id as string}`,
          )
          assert.deepEqual(marks.sort(), [...all].sort())
        }),
        { numRuns: process.env['LONG_TESTS'] === '1' ? 200 : 15 },
      )
    })

    it('writes what a killed server has left behind, and only the lines that are not there', async () => {
      const world = ingestWorld(store)
      const run = crypto.randomUUID()
      const kept: BatchLines[] = []
      const killed = await world.open({
        store: ofDeadProcess(store.ingest, {
          apply: async (batch) => {
            await store.ingest.apply(batch)
            if (batch.lines !== null) kept.push(batch.lines)
            return await new Promise(() => {})
          },
        }),
      })
      void killed.take([1, 2, 3].map((number) => event(run, { task: 1, number })))
      await settled(() => Promise.resolve(kept.length > 0))
      const [batch] = kept
      assert.ok(batch)
      // It was killed when the first of three lines and half of the second were written.
      const bytes = Buffer.from(unpackLines(batch.lines).operations)
      const first = bytes.indexOf(10) + 1
      writeFileSync(join(world.log_directory, 'operations.log'), bytes.subarray(0, first + 40))
      world.clock.advance(3_600_000)
      await (await world.open()).close()
      const lines = world.lines()
      assert.deepEqual(lines.map(({ course_id }) => String(course_id)).sort(), ['1', '2', '3'])
      assert.equal(new Set(lines.map(({ seq }) => seq)).size, 3)
      // Readers look for a line among its neighbours in time.
      assert.deepEqual(lines.map(({ timestamp }) => String(timestamp)).sort(), [
        '2026-11-22T10:15:00.000Z',
        '2026-11-22T11:15:00.000Z',
        '2026-11-22T11:15:00.000Z',
      ])
      assert.deepEqual(await store.ingest.unconfirmedLines(batch.writer), [])
    })

    it('forgets lines soon after they are in their files, also when nothing more comes', async () => {
      const world = ingestWorld(store)
      const task_id = crypto.randomUUID()
      await using ingest = await world.open()
      await ingest.take([{ type: 'start', task_id }])
      const writer = world.lines()[0]?.['writer']
      assert.equal((await store.ingest.unconfirmedLines(String(writer))).length, 1)
      world.clock.advance(1000)
      await settled(async () => (await store.ingest.unconfirmedLines(String(writer))).length === 0)
    })

    it('takes over from a server that cannot be looked at only what it must have written long ago', async () => {
      const world = ingestWorld(store)
      const run = crypto.randomUUID()
      const committed = Promise.withResolvers<void>()
      const elsewhere = withIngest(store.ingest, {
        openWriter: (writer) =>
          store.ingest.openWriter({ ...writer, process_started: 'another/namespace 1 none' }),
        apply: async (batch) => {
          await store.ingest.apply(batch)
          committed.resolve()
          return await new Promise(() => {})
        },
      })
      void (await world.open({ store: elsewhere })).take([event(run, { task: 1, number: 1 })])
      await committed.promise
      world.clock.advance(599_000)
      await (await world.open()).close()
      assert.deepEqual(world.lines(), [])
      world.clock.advance(2000)
      await (await world.open()).close()
      assert.equal(world.lines().length, 1)
    })

    it('starts although the lines of a killed server cannot be written, and leaves them to the next', async () => {
      const world = ingestWorld(store)
      const run = crypto.randomUUID()
      const committed = Promise.withResolvers<void>()
      const killed = ofDeadProcess(store.ingest, {
        apply: async (batch) => {
          await store.ingest.apply(batch)
          committed.resolve()
          return await new Promise(() => {})
        },
      })
      void (await world.open({ store: killed })).take([event(run, { task: 1, number: 1 })])
      await committed.promise
      mkdirSync(join(world.log_directory, 'operations.log'))
      // It will have been killed, too.
      await world.open({
        store: withIngest(store.ingest, {
          claimWriter: (gone, by) => store.ingest.claimWriter(gone, { ...by, pid: DEAD_PID }),
        }),
      })
      assert.equal(world.failures.length, 1)
      rmSync(join(world.log_directory, 'operations.log'), { recursive: true })
      await (await world.open()).close()
      assert.equal(world.lines().length, 1)
    })

    it('leaves the lines of a server that lives to that server', async () => {
      const world = ingestWorld(store)
      const task_id = crypto.randomUUID()
      await using living = await world.open()
      await living.take([{ type: 'start', task_id, sync_type: task_id }])
      await using other = await world.open()
      await other.take([{ type: 'finish', task_id, status: 'completed' }])
      const events = world.lines().map(({ event }) => event)
      assert.deepEqual(events, ['sync_started', 'sync_completed'])
    })

    it('keeps lines that a broken log directory does not take, and writes them when it does', async () => {
      const world = ingestWorld(store)
      const task_id = crypto.randomUUID()
      const logDir = join(world.log_directory, 'logs')
      writeFileSync(logDir, 'a file where the directory should be')
      const ingest = await world.open({ logDir })
      const report = await ingest.take([{ type: 'start', task_id, sync_type: task_id }])
      assert.deepEqual([report.accepted, world.failures.length], [1, 1])
      rmSync(logDir)
      mkdirSync(logDir)
      await ingest.take([{ type: 'finish', task_id }])
      await ingest.close()
      const lines = readLines(logDir)
      assert.deepEqual(
        lines.map(({ event }) => event),
        ['sync_started', 'sync_completed'],
      )
    })

    it('takes events of one sync from two servers at once, each once', async () => {
      const world = ingestWorld(store)
      const task_id = crypto.randomUUID()
      await using one = await world.open()
      await using other = await world.open()
      const numbers = Array.from({ length: 40 }, (_, index) => index + 1)
      const asEvent = (number: number): object => ({ type: 'course', task_id, id: number, course_id: number })
      // Each event goes to both.
      const reports = await Promise.all(
        numbers.flatMap((number) => [one.take([asEvent(number)]), other.take([asEvent(number)])]),
      )
      const sum = (name: 'accepted' | 'duplicates'): number =>
        reports.reduce((total, report) => total + report[name], 0)
      assert.deepEqual([sum('accepted'), sum('duplicates')], [40, 40])
      assert.equal((await store.syncs.getSyncByTaskId(task_id))?.courses_processed, 40)
      assert.equal(world.lines().length, 40)
    })

    it('forgets the events of syncs that ended long ago, in steps, and not those of running ones', async () => {
      const world = ingestWorld(store)
      await using ingest = await world.open()
      const run = crypto.randomUUID()
      const sync = (task: number): object[] => [event(run, { task, number: 1 }), ended(run, task)]
      await ingest.take([...sync(1), ...sync(2), event(run, { task: 3, number: 1 })])
      const now = world.clock.now()
      const forget = async (before: number): Promise<{ syncs: number; steps: number }> => {
        let [syncs, steps] = [0, 0]
        for (let place: number | null = 0; place !== null; steps++) {
          const step: ForgottenEvents = await store.ingest.forgetEvents(before, place, 1)
          place = step.next
          syncs += step.syncs
        }
        return { syncs, steps }
      }
      assert.equal((await forget(now)).syncs, 0)
      const { syncs, steps } = await forget(now + 1)
      assert.ok(syncs >= 2 && steps >= 3, `${syncs} syncs in ${steps} steps`)
      assert.equal((await forget(now + 1)).syncs, 0)
      const known = await store.ingest.find(
        asked(
          run,
          [1, 2, 3].map((task) => ({ task, number: 1 })),
        ),
      )
      assert.deepEqual(
        Object.fromEntries(known.map(({ sync, taken }) => [sync.sync_task_id.slice(-1), taken])),
        {
          1: [],
          2: [],
          3: ['e1'],
        },
      )
    })
  })
}

function asked(
  run: string,
  events: readonly Marked[],
): { task_id: string; event_ids: string[]; judged: boolean }[] {
  return events.map(({ task, number }) => ({
    task_id: `${run}-${task}`,
    event_ids: [`e${number}`],
    judged: false,
  }))
}

function openFor(fate: Fate, world: IngestWorld, onCommit: () => void): Promise<Ingest> {
  const { ingest: store } = world.store
  if (fate === 'taken') return world.open()
  if (fate === 'killed after the lines') return world.open({ store: ofDeadProcess(store) })
  if (fate === 'refused') {
    return world.open({ store: withIngest(store, { apply: () => Promise.reject(storageTrouble()) }) })
  }
  if (fate === 'answer lost') {
    return world.open({
      store: withIngest(store, {
        apply: async (batch) => {
          const answer = await store.apply(batch)
          if (answer.conflicts.length + answer.empty.length > 0) return answer
          throw storageTrouble()
        },
      }),
    })
  }
  return world.open({
    store: ofDeadProcess(store, {
      apply: async (batch) => {
        const answer = await store.apply(batch)
        if (answer.conflicts.length + answer.empty.length > 0) return answer
        onCommit()
        return await new Promise(() => {})
      },
    }),
  })
}

async function settled(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve))
}

async function assertCounted(store: Store, run: string, all: ReadonlySet<string>): Promise<void> {
  for (const task of [1, 2, 3]) {
    const expected = [...all].filter((mark) => mark.startsWith(`${task} `)).length
    const row: SyncRow | null = await store.syncs.getSyncByTaskId(`${run}-${task}`)
    assert.deepEqual([row?.courses_processed, row?.courses_created], [expected, expected])
    assert.equal(row?.sync_status, 'completed')
  }
}
