import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { openStore } from '../../src/store/open-store.ts'
import { FarServer } from '../remote/support/far-server.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { allOnceInOrder } from './support/numbered.ts'
import { CLIENT, no_python, runJob, segmentsOf, send, startPython } from './support/python.ts'

const python = { skip: no_python }

test('a task id that is taken is told under another name, also by who goes on', python, async () => {
  const server = await FarServer.start()
  const spool = temporaryDirectory()
  const { url } = server
  for (const args of [
    ['same', '1', '20', '0'],
    ['same', '1', '30', '0'],
  ]) {
    assert.equal((await runJob('numbered.py', { url, spool, args })).code, 0)
  }
  await allOnceInOrder(server, ['same-0'], 20)
  const response = await fetch(`${url}/api/canvas/metrics/recent`)
  const { syncs } = (await response.json()) as { syncs: { sync_task_id: string }[] }
  const renamed = syncs.find(({ sync_task_id }) => /^same-0#[\da-f]{12}$/.test(sync_task_id))
  assert.ok(renamed)
  await allOnceInOrder(server, [renamed.sync_task_id], 30)
})

test('so it is where nothing can be written to the disk', python, async () => {
  const server = await FarServer.start()
  const spool = join(temporaryDirectory(), 'file')
  writeFileSync(spool, '')
  for (const events of ['20', '30']) {
    const args = ['same', '1', events, '0']
    assert.equal((await runJob('numbered.py', { url: server.url, spool, args })).code, 0)
  }
  await allOnceInOrder(server, ['same-0'], 20)
  await using store = await openStore(server.database)
  const rows = await store.syncs.listSyncs({ limit: 10 })
  const renamed = rows.find(({ sync_task_id }) => /^same-0#[\da-f]{12}$/.test(sync_task_id))
  assert.ok(renamed)
  await allOnceInOrder(server, [renamed.sync_task_id], 30)
})

test('the other name stays through configure() and a fork', python, async () => {
  const server = await FarServer.start()
  const spool = temporaryDirectory()
  const { url } = server
  await runJob('numbered.py', { url, spool, args: ['same', '1', '20', '0'] })
  const run = await runJob('renamed.py', { url, spool, args: ['same-0'] })
  assert.deepEqual([run.code, run.stderr], [0, ''])
  assert.equal((await send(url, spool)).code, 0)
  await allOnceInOrder(server, ['same-0'], 20)
  await using store = await openStore(server.database)
  const rows = await store.syncs.listSyncs({ limit: 10 })
  assert.deepEqual(
    rows.filter(({ user_id }) => user_id === '7').map((row) => [row.sync_status, row.courses_created]),
    [['completed', 3]],
  )
})

test('a token that is refused keeps everything until there is a right one', python, async () => {
  const server = await FarServer.start('closed')
  const spool = temporaryDirectory()
  const { url } = server
  const run = await runJob('numbered.py', { url, spool, args: ['kept', '1', '50', '0'] })
  assert.deepEqual([run.code, run.stderr], [0, 'The server refused the token (401).\n'])
  assert.equal(segmentsOf(spool).length, 1)
  const env = { CANVAS_SYNC_TOKEN: server.token }
  const check = await startPython([CLIENT, 'check'], { url, spool, env }).ended
  assert.deepEqual([check.code, check.stdout], [0, 'The server takes events.\n'])
  const sent = await startPython([CLIENT, 'send'], { url, spool, env }).ended
  assert.equal(sent.code, 0, sent.stdout)
  await allOnceInOrder(server, ['kept-0'], 50)
})

test(
  'a job goes on where its spool cannot be written, and tells the server all the same',
  python,
  async () => {
    const server = await FarServer.start()
    const spool = join(temporaryDirectory(), 'file')
    writeFileSync(spool, '')
    const { url } = server
    const run = await runJob('numbered.py', { url, spool, args: ['memory', '2', '200', '5'] })
    assert.equal(run.code, 0)
    assert.match(run.stderr, /^The spool cannot be written \(\w+\)\.\n$/)
    await allOnceInOrder(server, ['memory-0', 'memory-1'], 200)
  },
)

test('a spool that is full drops lines, and never a counter, a start or an end', python, async () => {
  const server = await FarServer.start()
  const spool = temporaryDirectory()
  await server.kill()
  const { url } = server
  const env = { CANVAS_SYNC_SPOOL_LIMIT_MB: '1' }
  const run = await runJob('numbered.py', { url, spool, args: ['full', '2', '5000', '1'], env })
  assert.equal(run.code, 0, run.stderr)
  await server.come()
  assert.equal((await send(url, spool)).code, 0)
  const response = await fetch(`${url}/api/canvas/metrics/recent`)
  interface Listed {
    readonly sync_status: string
    readonly courses: { readonly created: number }
    readonly api_metrics: { readonly calls_made: number }
    readonly records_lost: number
  }
  const { syncs } = (await response.json()) as { syncs: Listed[] }
  for (const { sync_status, courses, api_metrics } of syncs) {
    assert.deepEqual([sync_status, courses.created, api_metrics.calls_made], ['completed', 5000, 5000])
  }
  assert.ok(syncs.some(({ records_lost }) => records_lost > 100))
})

/** Stands before a server, and answers in its place while a test says so. */
async function frontOf(server: FarServer): Promise<{
  url: string
  instead: ((lines: number, request: IncomingMessage, response: ServerResponse) => boolean) | null
}> {
  const front: Awaited<ReturnType<typeof frontOf>> = { url: '', instead: null }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
    const lines = text.toString('utf8').trim().split('\n').length
    if (front.instead?.(lines, request, response) === true) return
    const headers = { 'content-type': 'application/x-ndjson' }
    const told = await fetch(`${server.url}${request.url ?? ''}`, { method: 'POST', headers, body: text })
    response.writeHead(told.status, { 'content-type': 'application/json' }).end(await told.text())
  }
  const listener = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  after(() => {
    listener.closeAllConnections()
    listener.close()
  })
  front.url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
  return front
}

test(
  'whatever a server answers instead, it gets all of it later, and no redirect gets the token',
  python,
  async () => {
    const server = await FarServer.start()
    const front = await frontOf(server)
    const spool = temporaryDirectory()
    const elsewhere: string[] = []
    const other = createServer((request, response) => {
      elsewhere.push(request.headers.authorization ?? '')
      response.end('{"accepted":1,"errors":[],"rejected":0}')
    }).listen(0, '127.0.0.1')
    await once(other, 'listening')
    after(() => other.close())
    const Location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`
    front.instead = (_lines, _request, response) => {
      response.writeHead(500).end()
      return true
    }
    const run = await runJob('numbered.py', { url: front.url, spool, args: ['odd', '2', '60', '0'] })
    assert.equal(run.code, 0)
    const answers: readonly ((response: ServerResponse) => void)[] = [
      (response) => response.writeHead(200).end('hello'),
      (response) => response.writeHead(200).end('['.repeat(200_000)),
      (response) => response.writeHead(200).end('{"accepted":"many","errors":null}'),
      (response) => response.writeHead(302, { Location }).end(),
      (response) => response.writeHead(307, { Location }).end(),
      (response) => response.writeHead(429, { 'Retry-After': 'soon' }).end(),
      (response) => response.writeHead(503, { 'Retry-After': '-7' }).end(),
      (response) => response.writeHead(404).end('<html>'),
      (response) => response.destroy(),
      (response) => {
        response.socket?.end('nonsense\r\n\r\n')
      },
      (response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{')
        setTimeout(() => response.destroy(), 20)
      },
    ]
    for (const each of answers) {
      front.instead = (_lines, _request, response) => {
        each(response)
        return true
      }
      const sent = await startPython([CLIENT, 'send'], {
        url: front.url,
        spool,
        env: { CANVAS_SYNC_TOKEN: 'secret' },
      }).ended
      assert.equal(sent.code, 1, `${each.toString()}: ${sent.stdout}${sent.stderr}`)
      assert.doesNotMatch(sent.stdout + sent.stderr, /Traceback|secret|127\.0\.0\.1/)
    }
    assert.deepEqual(elsewhere, [])
    // One that takes little at once.
    front.instead = (lines, _request, response) => {
      if (lines > 13) response.writeHead(413).end()
      return lines > 13
    }
    assert.equal((await send(front.url, spool)).code, 0)
    await allOnceInOrder(server, ['odd-0', 'odd-1'], 60)
  },
)

test(
  'a disk that is full while a job runs keeps the order, and loses nothing that memory holds',
  python,
  async () => {
    const server = await FarServer.start()
    const front = await frontOf(server)
    const spool = temporaryDirectory()
    let asked = 0
    // Away at first, so that the spool grows beyond what its files may have.
    front.instead = (_lines, _request, response) => {
      if (++asked > 2) return false
      response.writeHead(503).end()
      return true
    }
    const job = fileURLToPath(new URL('jobs/numbered.py', import.meta.url))
    const limited = [
      '-c',
      'import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000)); ' +
        'sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name="__main__")',
    ]
    const args = [...limited, job, 'disk', '2', '700', '50']
    const run = await startPython(args, { url: front.url, spool }).ended
    assert.equal(run.code, 0, run.stderr)
    assert.match(run.stderr, /The spool cannot be written \(OSError\)\./)
    if (segmentsOf(spool).length > 0) assert.equal((await send(front.url, spool)).code, 0)
    await allOnceInOrder(server, ['disk-0', 'disk-1'], 700)
  },
)
