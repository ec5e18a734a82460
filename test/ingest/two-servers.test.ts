import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { systemClock } from '../../src/core/clock.ts'
import { isMonitorError } from '../../src/core/errors.ts'
import { Ingest } from '../../src/ingest/ingest.ts'
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { readLines, withoutCopies } from './support/log-lines.ts'

const SECONDS = process.env['LONG_TESTS'] === '1' ? 60 : 3
const CLIENTS = 8
const COURSES = 4

it('counts each event once from two servers while PostgreSQL ends their connections every 200 ms', async (t) => {
  const url = await (await startPostgres()).createDatabase()
  const directory = temporaryDirectory()
  const stores = [await PostgresStore.open(url), await PostgresStore.open(url)]
  const servers = await Promise.all(
    stores.map((store) =>
      Ingest.open({ store: store.ingest, logDir: directory, clock: systemClock, onFailure: () => {} }),
    ),
  )
  const over = new AbortController()
  let failures = 0
  let ended = 0

  const client = async (client: number): Promise<string[]> => {
    const done: string[] = []
    for (let number = 0; !over.signal.aborted; number++) {
      const task_id = `c${client}-${number}`
      const parts = [
        [{ type: 'start', task_id, user_id: client }],
        Array.from({ length: COURSES }, (_, id) => ({ type: 'course', task_id, id, course_id: id })),
        [{ type: 'finish', task_id }],
      ]
      for (const [index, events] of parts.entries()) {
        // Whom a balancer chooses, and another one after each failure.
        for (let server = index; ; server++) {
          try {
            const report = await servers[server % servers.length]?.take(events)
            assert.equal(report?.rejected, 0)
            break
          } catch (error) {
            if (!isMonitorError(error)) throw error
            failures++
            await delay(10)
          }
        }
      }
      done.push(task_id)
    }
    return done
  }
  const killer = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await delay(200)
      const connection = new Client({ connectionString: url })
      await connection.connect()
      const { rowCount } = await connection.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
      )
      ended += rowCount ?? 0
      await connection.end()
    }
  }
  const clients = Array.from({ length: CLIENTS }, (_, number) => client(number))
  const killing = killer()
  await delay(SECONDS * 1000)
  over.abort()
  await killing
  const tasks = (await Promise.all(clients)).flat()
  for (const server of servers) await server.close()
  for (const store of stores) await store.close()
  t.diagnostic(`${tasks.length} syncs, ${ended} connections ended, ${failures} requests sent again`)
  assert.ok(ended > 5 && tasks.length > 20)

  await using store = await PostgresStore.open(url)
  for (const task_id of tasks) {
    const row = await store.syncs.getSyncByTaskId(task_id)
    assert.deepEqual([row?.sync_status, row?.courses_processed], ['completed', COURSES], task_id)
    assert.equal((await store.syncs.listStatusChanges(row?.id ?? 0)).length, 2)
  }
  const lines = withoutCopies(readLines(directory))
  const marks = lines.map(
    ({ task_id, event, course_id }) => `${String(task_id)} ${String(event)} ${String(course_id)}`,
  )
  assert.equal(new Set(marks).size, marks.length)
  assert.equal(marks.length, tasks.length * (COURSES + 2))
})
