import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkSchedule } from '../../src/schedules/check-schedule.ts'
import { openStore } from '../../src/store/open-store.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { syncStart } from '../support/sync-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import type { Looked } from './watching-process.ts'

const PROGRAM = fileURLToPath(new URL('watching-process.ts', import.meta.url))
const MINUTE_MS = 60_000
const BEGIN = Date.UTC(2026, 2, 28, 22)
/** Of 15 minutes: the night in which the clocks are set forward. */
const STEPS = 24
const SCHEDULES = 6
const BY = { origin: 'api', reported_by: null } as const

const DATABASES: Readonly<Record<string, () => Promise<string>>> = {
  'one SQLite file': () => Promise.resolve(`sqlite:${join(temporaryDirectory(), 'sync.db')}`),
  PostgreSQL: async () => await (await startPostgres()).createDatabase(),
}

/** What the process decides when it looks at a moment. */
async function look(process: ChildProcess, at: number): Promise<Looked> {
  const answered = once(process, 'message') as Promise<[Looked]>
  process.send(at)
  const [looked] = await answered
  return looked
}

for (const [name, makeDatabase] of Object.entries(DATABASES)) {
  test(`two processes that watch ${name} find each missed run once`, async () => {
    const database = await makeDatabase()
    await using store = await openStore(database)
    const watches = [1, 2].map(() =>
      fork(PROGRAM, [database], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    )
    const exits = watches.map((watch) => once(watch, 'exit'))
    await Promise.all(watches.map((watch) => once(watch, 'message')))
    await Promise.all(watches.map((watch) => look(watch, BEGIN)))
    const ids: number[] = []
    for (let index = 0; index < SCHEDULES; index++) {
      const given = { cron: '7,37 * * * *', time_zone: 'Europe/Zurich', margin: '5m' }
      const terms = checkSchedule(`job-${index}`, given, 'UTC')
      const { schedule } = await store.schedules.declare(terms, BY, BEGIN, null)
      ids.push(schedule?.id ?? 0)
      // Each has started once, by itself; nothing has started since.
      const started_at = BEGIN + 7 * MINUTE_MS
      await store.syncs.startSync(syncStart(`first of ${index}`, { sync_type: `job-${index}`, started_at }))
    }
    const found: string[][] = [[], []]
    for (let step = 1; step <= STEPS; step++) {
      const at = BEGIN + step * 15 * MINUTE_MS
      const lookOf = async (index: number): Promise<void> => {
        const { decided, errors } = await look(watches[index] ?? assert.fail(), at)
        assert.deepEqual(errors, [])
        found[index]?.push(...decided.filter((run) => run.endsWith(' missed')))
      }
      // At times one is behind the other, so that each finds something; else both look at once.
      const [one, other] = step % 8 === 3 ? [1, 0] : [0, 1]
      const looking = lookOf(one)
      if (step % 8 === 1 || step % 8 === 3) await looking
      await Promise.all([looking, lookOf(other)])
    }
    for (const watch of watches) watch.disconnect()
    for (const exit of exits) assert.deepEqual(await exit, [0, null])
    const expected = ids.flatMap((id) =>
      Array.from({ length: STEPS / 2 - 1 }, (_, half_hour) => {
        const due_at = BEGIN + (37 + 30 * half_hour) * MINUTE_MS
        return `${id} ${new Date(due_at).toISOString()} missed`
      }),
    )
    assert.deepEqual(found.flat().sort(), expected.sort())
    for (const own of found) assert.ok(own.length >= SCHEDULES, 'each of them found some')
  })
}
