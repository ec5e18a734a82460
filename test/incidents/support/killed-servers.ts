import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openStore } from '../../../src/store/open-store.ts'
import { seededRandom } from '../../support/seeded-random.ts'

const SERVE = fileURLToPath(new URL('../../ingest/children/serve.ts', import.meta.url))
export const KILLS: number = process.env['LONG_TESTS'] === '1' ? 100 : 2
/** Each user's syncs fail for a reason of its own: one incident each. */
const USERS = ['ann', 'ben', 'cem', 'dan', 'eva', 'fay']
const POLL_MS = 50

/** A server that is started again when it was killed. */
export class KilledServer {
  readonly #given: readonly string[]
  #process: ChildProcess | null = null
  #url: Promise<string> = Promise.resolve('')

  constructor(...given: readonly string[]) {
    this.#given = given
  }

  start(): Promise<string> {
    const child = fork(SERVE, [...this.#given])
    this.#process = child
    const failed = once(child, 'exit').then(() => Promise.reject(new Error('The server did not start.')))
    failed.catch(() => undefined)
    this.#url = Promise.race([once(child, 'message').then(([url]) => url as string), failed])
    return this.#url
  }

  url(): Promise<string> {
    return this.#url
  }

  async kill(): Promise<void> {
    const child = this.#process
    assert.ok(child)
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    await this.start()
  }

  end(): void {
    this.#process?.kill('SIGKILL')
  }

  async close(): Promise<void> {
    const child = this.#process
    assert.ok(child)
    const ended = once(child, 'exit')
    child.send('close')
    assert.deepEqual(await ended, [0, null])
  }
}

/** A batch in which each user's sync fails once, which may be sent again. */
function batchOf(number: number): string {
  const lines = USERS.flatMap((user_id) => {
    const task_id = `${user_id} ${number}`
    const message = `The table of ${user_id} is gone.`
    return [
      { type: 'start', task_id, user_id },
      { type: 'finish', task_id, status: 'failed', error_type: 'job_error', error_message: message },
    ]
  })
  return lines.map((line) => JSON.stringify(line)).join('\n')
}

/** Sends batches until it is told to stop; returns how many were taken. */
async function sendBatches(
  servers: readonly KilledServer[],
  over: AbortSignal,
  broken: AbortSignal,
): Promise<number> {
  for (let number = 0; ; number++) {
    for (let attempt = 0; ; attempt++) {
      // The last batch is sent to its end: it may have been taken already.
      try {
        const url = await servers[(number + attempt) % servers.length]?.url()
        const headers = { 'content-type': 'application/x-ndjson' }
        const given = { method: 'POST', headers, body: batchOf(number) }
        const response = await fetch(`${url}/api/canvas/metrics/ingest`, given)
        const report = (await response.json()) as { rejected: number }
        if (response.status !== 200) continue
        assert.equal(report.rejected, 0)
        break
      } catch (error) {
        if (error instanceof assert.AssertionError || broken.aborted) throw error
        await delay(10)
      }
    }
    if (over.aborted) return number + 1
    // The machine has other work too.
    await delay(POLL_MS)
  }
}

/** Kills them while syncs fail, and asserts that each incident is found once, and each sync counted once. */
export async function exerciseKills(database: string, servers: readonly KilledServer[]): Promise<void> {
  const broken = new AbortController()
  try {
    await killAndCount(database, servers, broken.signal)
  } finally {
    // Nothing of it lives on when it fails.
    broken.abort()
    for (const server of servers) server.end()
  }
}

async function killAndCount(
  database: string,
  servers: readonly KilledServer[],
  broken: AbortSignal,
): Promise<void> {
  const random = seededRandom(6)
  await servers[0]?.start()
  await Promise.all(servers.slice(1).map((server) => server.start()))
  const over = new AbortController()
  const sent = sendBatches(servers, over.signal, broken)
  sent.catch(() => undefined)
  for (let kill = 0; kill < KILLS; kill++) {
    const server = servers[kill % servers.length]
    // A server looks as soon as it listens, and every two seconds: most kills come while it does.
    await delay(random() * (kill % 3 === 0 ? 2200 : 300))
    await server?.kill()
  }
  over.abort()
  const batches = await sent
  await using store = await openStore(database)
  const counted = async (): Promise<number> =>
    (await store.incidents.listOpen()).reduce((sum, { count }) => sum + count, 0)
  while ((await counted()) < batches * USERS.length) await delay(POLL_MS)
  // Whoever counts twice does it at the next look.
  const { judged_at } = (await store.incidents.place('syncs')) ?? { judged_at: 0 }
  const last = await fetch(`${await servers[0]?.url()}/api/canvas/metrics/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: '{"type":"start","task_id":"last","user_id":"last"}\n{"type":"finish","task_id":"last"}',
  })
  assert.equal(last.status, 200)
  while (((await store.incidents.place('syncs'))?.judged_at ?? 0) <= judged_at) await delay(POLL_MS)
  await Promise.all(servers.map((server) => server.close()))

  const incidents = await store.incidents.listOpen()
  assert.deepEqual(
    incidents.map(({ rule, subject, count }) => `${rule} ${subject.user_id} ${count}`).toSorted(),
    USERS.map((user_id) => `sync_failed ${user_id} ${batches}`),
  )
  const changes = await store.incidents.changesAfter(0, 1000)
  assert.deepEqual(
    changes.map(({ change, incident }) => `${incident.subject.user_id} ${change.change}`).toSorted(),
    USERS.map((user_id) => `${user_id} opened`),
  )
}
