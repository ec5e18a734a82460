import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { readLines } from '../ingest/support/log-lines.ts'
import { FarServer } from '../remote/support/far-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { pythonWith, segmentsOf, startPython } from './support/python.ts'

const program = pythonWith('celery', 'requests')
const FOLDER = fileURLToPath(new URL('jobs/celery', import.meta.url))

interface Listed {
  readonly sync_task_id: string
  readonly sync_status: string
  readonly trigger: string
  readonly user_id: number
  readonly error_message: string | null
  readonly courses: { readonly created: number; readonly updated: number }
  readonly api_metrics: { readonly calls_made: number; readonly calls_failed: number }
}

test(
  'a real Celery worker reports its tasks: well, failed, retried, out of time, killed, and ended by SIGTERM',
  { skip: program === null && 'no python3 has celery and requests' },
  async () => {
    const server = await FarServer.start()
    const directory = temporaryDirectory()
    const broker = join(directory, 'broker')
    const options = {
      program: program ?? '',
      url: server.url,
      spool: join(directory, 'spool'),
      env: { BROKER_FOLDER: broker, C_FORCE_ROOT: '1' },
    }
    const ends = ['good', 'fail', 'retry', 'requests', 'limited', 'kill']
    const told = await startPython([join(FOLDER, 'tasks.py'), ...ends], options).ended
    assert.equal(told.code, 0, told.stderr)
    const args = ['-m', 'celery', '--workdir', FOLDER, '-A', 'tasks', 'worker', '-c', '2', '-l', 'WARNING']
    const worker = startPython([...args, '--without-gossip', '--without-mingle'], options)

    async function rows(): Promise<Map<string, Listed>> {
      const response = await fetch(`${server.url}/api/canvas/metrics/recent?limit=50`)
      const { syncs } = (await response.json()) as { syncs: Listed[] }
      return new Map(syncs.map((sync) => [sync.sync_task_id, sync]))
    }

    const wanted = new Map([
      ['good', 'completed'],
      ['fail', 'failed'],
      ['retry', 'failed'],
      ['retry#2', 'completed'],
      ['requests', 'completed'],
      ['limited', 'failed'],
      ['kill', 'in_progress'],
    ])
    let seen = await rows()
    for (let look = 0; look < 600; look++) {
      if ([...wanted].every(([task_id, status]) => seen.get(task_id)?.sync_status === status)) break
      await delay(100)
      seen = await rows()
    }
    assert.deepEqual(
      new Map([...wanted.keys()].map((task_id) => [task_id, seen.get(task_id)?.sync_status])),
      wanted,
    )
    for (const [task_id, { trigger, user_id, courses }] of seen) {
      assert.deepEqual([trigger, user_id, courses.created > 0], ['celery', 42, true], task_id)
    }
    assert.match(seen.get('fail')?.error_message ?? '', /ValueError at sync \(tasks\.py:\d+\)/)
    // Of a retry, what it is for.
    assert.match(seen.get('retry')?.error_message ?? '', /ConnectionError at sync \(tasks\.py:\d+\)/)
    assert.deepEqual(
      [seen.get('requests')?.api_metrics.calls_made, seen.get('requests')?.api_metrics.calls_failed],
      [3, 2],
    )
    const calls = readLines(server.logs).filter(({ event }) => event === 'api_call')
    assert.deepEqual(
      calls.map(({ endpoint, status, error_type }) => [endpoint, status, error_type]),
      [
        ['/livez', 200, undefined],
        ['/no-such-page', 404, undefined],
        ['/api/v1/courses', null, 'network'],
      ],
    )

    // A warm shutdown lets the task end.
    await startPython([join(FOLDER, 'tasks.py'), 'slow'], options).ended
    for (let look = 0; !existsSync(join(broker, 'slow.started')); look++) {
      assert.ok(look < 200)
      await delay(50)
    }
    worker.child.kill('SIGTERM')
    await worker.ended
    const slow = (await rows()).get('slow')
    assert.deepEqual([slow?.sync_status, slow?.courses.updated], ['completed', 20])
    assert.ok(!JSON.stringify(readLines(server.logs)).includes('Mustermann'))
  },
)

test(
  'a Celery worker that is ended waits until a slow server has taken the end of its last task',
  { skip: program === null && 'no python3 has celery and requests' },
  async () => {
    const server = await FarServer.start()
    const slow = await slowProxy(server.url, 2000)
    const directory = temporaryDirectory()
    const broker = join(directory, 'broker')
    const options = {
      program: program ?? '',
      url: slow,
      spool: join(directory, 'spool'),
      env: { BROKER_FOLDER: broker, C_FORCE_ROOT: '1' },
    }
    await startPython([join(FOLDER, 'tasks.py'), 'slow'], options).ended
    const args = ['-m', 'celery', '--workdir', FOLDER, '-A', 'tasks', 'worker', '-c', '1', '-l', 'WARNING']
    const worker = startPython([...args, '--without-gossip', '--without-mingle'], options)
    for (let look = 0; !existsSync(join(broker, 'slow.started')); look++) {
      assert.ok(look < 600)
      await delay(50)
    }
    worker.child.kill('SIGTERM')
    await worker.ended
    const response = await fetch(`${server.url}/api/canvas/metrics/recent`)
    const { syncs } = (await response.json()) as { syncs: Listed[] }
    assert.deepEqual(
      syncs.map(({ sync_status, courses }) => [sync_status, courses.updated]),
      [['completed', 20]],
    )
    assert.deepEqual(segmentsOf(options.spool), [])
  },
)

/** Hands each request on after a while, unless whoever sent it is gone by then. */
async function slowProxy(url: string, after_ms: number): Promise<string> {
  const proxy = createServer((request, response) => {
    void (async () => {
      const body = await buffer(request)
      await delay(after_ms)
      if (request.socket.destroyed) return
      const headers = new Headers(request.headers as Record<string, string>)
      headers.delete('host')
      headers.delete('connection')
      const answer = await fetch(new URL(request.url ?? '/', url), {
        method: request.method ?? 'GET',
        headers,
        ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
      })
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
    })()
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  after(() => proxy.close())
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
}
