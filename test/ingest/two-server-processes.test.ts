import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { PostgresStore } from '../../src/store/postgres/postgres-store.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { readLines, withoutCopies } from './support/log-lines.ts'

const SECONDS = process.env['LONG_TESTS'] === '1' ? 60 : 5
const CLIENTS = 8
const SYNCS_PER_BATCH = 5
const COURSES = 3
const PROGRAM = fileURLToPath(new URL('./children/serve.ts', import.meta.url))

interface ServerProcess {
  readonly process: ChildProcess
  readonly url: string
}

async function serve(directory: string, database: string): Promise<ServerProcess> {
  const started = fork(PROGRAM, [directory, database])
  const ended = once(started, 'exit').then(() => Promise.reject(new Error('The server did not start.')))
  const [url] = (await Promise.race([once(started, 'message'), ended])) as [string]
  ended.catch(() => undefined)
  return { process: started, url }
}

async function close({ process }: ServerProcess): Promise<void> {
  const ended = once(process, 'exit')
  process.send('close')
  assert.deepEqual(await ended, [0, null])
}

/** Whole syncs, each sent to one server first and to the other when that fails; starts, events and ends apart. */
function batchOf(tasks: readonly string[], part: number): string {
  const events = tasks.flatMap((task_id): object[] => {
    if (part === 0) return [{ type: 'start', task_id, user_id: task_id }]
    if (part === 2) return [{ type: 'finish', task_id }]
    return Array.from({ length: COURSES }, (_, id) => ({ type: 'course', task_id, id, course_id: id }))
  })
  return events.map((event) => JSON.stringify(event)).join('\n')
}

it('keeps each row once from two server processes while their connections are ended every 200 ms', async (t) => {
  const database = await (await startPostgres()).createDatabase()
  const directories = [temporaryDirectory(), temporaryDirectory()]
  const servers = await Promise.all(directories.map((directory) => serve(directory, database)))
  const over = new AbortController()
  let sent_again = 0
  let ended = 0

  const send = async (body: string, first: number): Promise<void> => {
    for (let server = first; ; server++) {
      const url = servers[server % servers.length]?.url ?? ''
      const response = await fetch(`${url}/api/canvas/metrics/ingest`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body,
      })
      const report = (await response.json()) as { rejected?: number }
      if (response.status === 200) {
        assert.equal(report.rejected, 0)
        return
      }
      assert.equal(response.status, 503)
      assert.ok(Number(response.headers.get('retry-after')) > 0)
      sent_again++
      await delay(10)
    }
  }
  const client = async (client: number): Promise<string[]> => {
    const done: string[] = []
    for (let number = 0; !over.signal.aborted; number++) {
      const tasks = Array.from({ length: SYNCS_PER_BATCH }, (_, index) => `c${client}-${number}-${index}`)
      for (const part of [0, 1, 2]) await send(batchOf(tasks, part), client + part)
      // A client that saw no answer sends the same again, to whichever server.
      if (number % 5 === 0) await send(batchOf(tasks, 1), client)
      done.push(...tasks)
    }
    return done
  }
  const killer = async (): Promise<void> => {
    const connection = new Client({ connectionString: database, application_name: 'killer' })
    await connection.connect()
    while (!over.signal.aborted) {
      await delay(200)
      const { rowCount } = await connection.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
      )
      ended += rowCount ?? 0
    }
    await connection.end()
  }
  const clients = Array.from({ length: CLIENTS }, (_, number) => client(number))
  const killing = killer()
  await delay(SECONDS * 1000)
  over.abort()
  await killing
  const tasks = (await Promise.all(clients)).flat()
  await Promise.all(servers.map(close))
  t.diagnostic(`${tasks.length} syncs, ${ended} connections ended, ${sent_again} requests sent again`)
  assert.ok(ended > 10 && tasks.length > 20, `${ended} ended, ${tasks.length} syncs`)

  await using store = await PostgresStore.open(database)
  for (const task_id of tasks) {
    const row = await store.syncs.getSyncByTaskId(task_id)
    assert.deepEqual([row?.sync_status, row?.courses_processed], ['completed', COURSES], task_id)
    assert.equal((await store.syncs.listStatusChanges(row?.id ?? 0)).length, 2)
  }
  const totals = await store.figures.totals({ since: 0 })
  assert.deepEqual([totals.syncs, totals.courses], [tasks.length, tasks.length * COURSES])
  const lines = directories.flatMap((directory) => withoutCopies(readLines(join(directory, 'logs'))))
  const marks = lines
    .filter(({ task_id }) => tasks.includes(String(task_id)))
    .map(({ task_id, event, course_id }) => `${String(task_id)} ${String(event)} ${String(course_id)}`)
  assert.equal(new Set(marks).size, marks.length)
  assert.equal(marks.length, tasks.length * (COURSES + 2))
})
