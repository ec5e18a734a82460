import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openStore } from '../../src/store/open-store.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { readLines, withoutCopies } from './support/log-lines.ts'

const KILLS = process.env['LONG_TESTS'] === '1' ? 200 : 6
const CLIENTS = 8
const SYNCS_PER_BATCH = 6
const COURSES = 5

const child = (name: string): string => fileURLToPath(new URL(`./children/${name}`, import.meta.url))

interface RunningChild {
  readonly process: ChildProcess
  readonly url: string
}

async function serve(directory: string): Promise<RunningChild> {
  const started = fork(child('serve.ts'), [directory])
  const ended = once(started, 'exit').then(() => Promise.reject(new Error('The server did not start.')))
  const [url] = (await Promise.race([once(started, 'message'), ended])) as [string]
  ended.catch(() => undefined)
  return { process: started, url }
}

/** Half of the syncs of a batch end in the next one. */
function batchOf(client: number, number: number): string {
  const events: object[] = []
  const named = (number: number, index: number): string => `c${client}-b${number}-${index}`
  for (let index = 0; index < SYNCS_PER_BATCH; index++) {
    const task_id = named(number, index)
    events.push({ type: 'start', task_id })
    for (let course = 1; course <= COURSES; course++) {
      events.push({ type: 'course', task_id, id: course, course_id: course, created: true })
    }
    if (index % 2 === 0) events.push({ type: 'finish', task_id })
    else if (number > 0) events.push({ type: 'finish', task_id: named(number - 1, index) })
  }
  return events.map((event) => JSON.stringify(event)).join('\n')
}

it(`counts what it has answered exactly once over ${KILLS} kills, and writes each line once`, async (t) => {
  const directory = temporaryDirectory()
  const random = seededRandom(42)
  let server = await serve(directory)
  let ready = Promise.resolve()
  const over = new AbortController()
  /** Ends those that would wait for an answer for ever. */
  const broken = new AbortController()
  let unanswered = 0
  /** Acknowledged batches by client. */
  const acknowledged = Array.from({ length: CLIENTS }, () => 0)

  const send = async (client: number, number: number): Promise<void> => {
    for (;;) {
      await ready
      broken.signal.throwIfAborted()
      try {
        const response = await fetch(`${server.url}/api/canvas/metrics/ingest`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-ndjson' },
          body: batchOf(client, number),
        })
        const report = (await response.json()) as { rejected: number }
        if (response.status !== 200) continue
        assert.equal(report.rejected, 0)
        return
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error
        unanswered++
        await delay(5)
      }
    }
  }
  const clients = acknowledged.map(async (_, client) => {
    for (let number = 0; !over.signal.aborted; number++) {
      await send(client, number)
      acknowledged[client] = number + 1
    }
  })

  for (let kill = 0; kill < KILLS && !broken.signal.aborted; kill++) {
    await delay(20 + random() * 250)
    const next = Promise.withResolvers<void>()
    ready = next.promise
    const ended = once(server.process, 'exit')
    server.process.kill('SIGKILL')
    await ended
    try {
      server = await serve(directory)
    } catch (error) {
      broken.abort(error)
      over.abort()
    }
    next.resolve()
  }
  over.abort()
  await Promise.all(clients)
  const ended = once(server.process, 'exit')
  server.process.send('close')
  assert.deepEqual(await ended, [0, null])
  t.diagnostic(`${acknowledged.reduce((sum, count) => sum + count, 0)} batches, ${unanswered} sent again`)
  assert.ok(unanswered >= KILLS / 2)

  await using store = await openStore(`sqlite:${join(directory, 'syncs.db')}`)
  const expected: string[] = []
  for (const [client, batches] of acknowledged.entries()) {
    assert.ok(batches > 0)
    for (let number = 0; number < batches; number++) {
      for (let index = 0; index < SYNCS_PER_BATCH; index++) {
        const task_id = `c${client}-b${number}-${index}`
        const row = await store.syncs.getSyncByTaskId(task_id)
        const status = index % 2 === 0 || number + 1 < batches ? 'completed' : 'in_progress'
        const told = [row?.sync_status, row?.courses_processed, row?.courses_created]
        assert.deepEqual(told, [status, COURSES, COURSES], task_id)
        const changes = await store.syncs.listStatusChanges(row?.id ?? 0)
        assert.equal(changes.length, status === 'completed' ? 2 : 1)
        expected.push(`${task_id} sync_started`)
        for (let course = 1; course <= COURSES; course++) expected.push(`${task_id} course_synced ${course}`)
        if (status === 'completed') expected.push(`${task_id} sync_completed`)
      }
    }
  }
  const lines = withoutCopies(readLines(join(directory, 'logs'))).filter(({ task_id }) => task_id !== null)
  const written = lines.map(({ task_id, event, course_id }) =>
    [task_id, event, course_id].filter(Boolean).join(' '),
  )
  assert.deepEqual(written.sort(), expected.sort())
})
