import assert from 'node:assert/strict'
import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createMonitor, createRemoteMonitor, openStore, type Sync } from '../../src/index.ts'
import type { SyncMetadata } from '../../src/core/sync-record.ts'
import { startEvent } from '../../src/remote/event-forms.ts'
import { OutboxThread } from '../../src/remote/outbox-thread.ts'
import { checkRemoteOptions } from '../../src/remote/remote-options.ts'
import { spoolStatus } from '../../src/remote/spool/spool.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { syncStart } from '../support/sync-factory.ts'
import { PATIENCE } from '../support/patience.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { FarServer } from './support/far-server.ts'
import { runJob } from './support/job.ts'
import { deliver } from './support/same-as-here.ts'
import { linesOf, rowsOf } from './support/what-is-left.ts'

const KILLS = process.env['LONG_TESTS'] === '1' ? 40 : 4
const JOB = fileURLToPath(new URL('children/job.ts', import.meta.url))
const server = await FarServer.start()

it(`a job that is killed ${KILLS} times leaves a spool that the next process delivers`, async () => {
  const spoolDir = temporaryDirectory()
  const random = seededRandom(5)
  const ended: string[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    // Half of them never reach a server.
    const url = kill % 2 === 0 ? server.url : 'http://127.0.0.1:1'
    const child = fork(JOB, [url, spoolDir, `killed-${kill}`])
    child.on('message', (task_id) => ended.push(task_id as string))
    await once(child, 'message')
    await delay(random() * 200)
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  }
  await deliver(server.url, spoolDir)
  const there = linesOf(server.logs)
  const rows = await rowsOf(server.database, ended)
  assert.ok(ended.length >= KILLS)
  const [first = ''] = ended
  const named = (text: string, task_id: string): string => text.replaceAll(task_id, 'TASK')
  for (const task_id of ended) {
    assert.equal((rows[task_id] as { sync_status: string } | null)?.sync_status, 'partial')
    assert.equal(named(JSON.stringify(rows[task_id]), task_id), named(JSON.stringify(rows[first]), first))
    const lines = there.get(task_id)?.map((line) => named(line, task_id))
    assert.deepEqual(
      lines,
      there.get(first)?.map((line) => named(line, first)),
    )
  }
  for (const [task_id, lines] of there) {
    if (task_id.startsWith('killed')) assert.equal(new Set(lines).size, lines.length, task_id)
  }
})

it('a job that ends without closing has everything on its disk, and ends at once', async () => {
  const spoolDir = temporaryDirectory()
  const began_ms = performance.now()
  const child = fork(JOB, ['http://127.0.0.1:1', spoolDir, 'unclosed', '1'])
  assert.deepEqual(await once(child, 'exit'), [0, null])
  assert.ok(performance.now() - began_ms < 5000 * PATIENCE)
  await deliver(server.url, spoolDir)
  const rows = await rowsOf(server.database, ['unclosed-0'])
  assert.equal((rows['unclosed-0'] as { sync_status: string } | null)?.sync_status, 'partial')
  const logDir = join(temporaryDirectory(), 'logs')
  {
    await using monitor = await createMonitor({ database: `sqlite:${join(spoolDir, 'x.db')}`, logDir })
    await runJob(monitor, 'unclosed-0')
  }
  assert.deepEqual(linesOf(server.logs).get('unclosed-0'), linesOf(logDir).get('unclosed-0'))
})

it('a task id that another sync has gives a sync another name, whether the server could be asked or not', async () => {
  const work = (sync: Sync): Promise<string> => {
    sync.recordCourse()
    return Promise.resolve(sync.taskId)
  }
  {
    await using first = await createRemoteMonitor({ url: server.url, spoolDir: temporaryDirectory() })
    assert.equal(await first.track({ taskId: 'nightly' }, work), 'nightly')
    assert.equal(await first.track({ taskId: 'nightly' }, work), 'nightly#2')
  }
  {
    await using second = await createRemoteMonitor({ url: server.url, spoolDir: temporaryDirectory() })
    assert.equal(await second.track({ taskId: 'nightly' }, work), 'nightly#3')
    const refused = second.startSync({ taskId: 'nightly', onTaskIdTaken: 'throw' })
    await assert.rejects(refused, { code: 'task_id_taken' })
  }
  const spoolDir = temporaryDirectory()
  {
    await using unasked = await createRemoteMonitor({ url: 'http://127.0.0.1:1', spoolDir })
    assert.equal(await unasked.track({ taskId: 'nightly' }, work), 'nightly')
  }
  await deliver(server.url, spoolDir)
  const names = [...linesOf(server.logs).keys()].filter((name) => name.startsWith('nightly')).sort()
  assert.equal(names.length, 4)
  assert.ok(names.every((name) => /^nightly(?:#2|#3|#[\da-f]{12})?$/.test(name)))
  for (const row of Object.values(await rowsOf(server.database, names))) {
    const { sync_status, courses_processed } = row as { sync_status: string; courses_processed: number }
    assert.deepEqual([sync_status, courses_processed], ['completed', 1])
  }
})

it('a job whose event loop is blocked is heard of all the same', async () => {
  const remote = checkRemoteOptions({ url: server.url, spoolDir: temporaryDirectory() })
  const thread = await OutboxThread.open(remote, 50)
  const start = syncStart('blocked', { started_at: Date.now() })
  assert.equal(await thread.start('blocked', startEvent(start, thread.nextId())), 'new')
  const blocked_at = Date.now()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000)
  await using store = await openStore(server.database)
  const row = await store.syncs.getSyncByTaskId('blocked')
  assert.ok((row?.heartbeat_at ?? 0) > blocked_at + 500)
  assert.equal(await thread.close(), true)
})

it('a spool on a full disk drops log lines, never a start or an end, and keeps the order', async (t) => {
  const spoolDir = mkdtempSync(join(tmpdir(), 'spool-disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', spoolDir]).status === 0
  t.after(() => {
    if (mounted) spawnSync('umount', [spoolDir])
    rmSync(spoolDir, { recursive: true, force: true })
  })
  if (!mounted) {
    t.skip('needs the right to mount a tmpfs of 1 MiB')
    return
  }
  const answering = createServer((request, response) => {
    // Away until the disk is full.
    request.resume().on('end', () => {
      if (away) response.writeHead(503).end()
      else void forward(server.url, request.headers, chunks.get(request) ?? [], response)
    })
    chunks.set(request, [])
    request.on('data', (chunk: Buffer) => chunks.get(request)?.push(chunk))
  }).listen(0, '127.0.0.1')
  await once(answering, 'listening')
  t.after(() => answering.close())
  const chunks = new Map<object, Buffer[]>()
  let away = true
  const url = `http://127.0.0.1:${(answering.address() as AddressInfo).port}`
  const monitor = await createRemoteMonitor({ url, spoolDir })
  await runJob(monitor, 'before it is full')
  await runJob(monitor, 'fills it', 3000)
  await runJob(monitor, 'after it is full')
  const full = await monitor.health()
  assert.ok(full.pending_events > 1000)
  assert.match(full.last_error ?? '', /cannot be written \(ENOSPC\)/)
  away = false
  // A start has the server tried at once.
  await delay(1000)
  await runJob(monitor, 'when the server is back')
  await monitor.close()
  const names = ['before it is full', 'fills it', 'after it is full', 'when the server is back']
  const rows = await rowsOf(server.database, names)
  const lines = linesOf(server.logs)
  for (const name of names) {
    assert.equal((rows[name] as { sync_status: string } | null)?.sync_status, 'partial', name)
    const calls = name === 'fills it' ? 3000 : 12
    assert.equal(lines.get(name)?.filter((line) => line.includes('"api_call"')).length, calls, name)
  }
  assert.equal(spoolStatus(spoolDir).bytes, 0)
})

async function forward(
  to: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  chunks: readonly Buffer[],
  response: ServerResponse,
): Promise<void> {
  const names = ['content-type', 'content-encoding'] as const
  const answer = await fetch(`${to}/api/canvas/metrics/ingest`, {
    method: 'POST',
    headers: names.flatMap((name): [string, string][] => {
      const value = headers[name]
      return typeof value === 'string' ? [[name, value]] : []
    }),
    body: Buffer.concat(chunks),
  })
  response.writeHead(answer.status).end(await answer.text())
}

it('a clock that jumps changes no duration and no end', async () => {
  const clock = new FakeClock({ start: new Date().toISOString() })
  const monitor = await createRemoteMonitor({ url: server.url, spoolDir: temporaryDirectory(), clock })
  const sync = await monitor.startSync({ taskId: 'jumping' })
  for (const jump_ms of [3_600_000, -7_200_000, -1e12]) {
    clock.jumpWall(jump_ms)
    clock.advance(1000)
    sync.recordCourse()
  }
  await sync.completeSuccess()
  await monitor.close()
  await using store = await openStore(server.database)
  const row = await store.syncs.getSyncByTaskId('jumping')
  assert.deepEqual(
    [row?.sync_status, row?.courses_processed, row?.total_duration_seconds],
    ['completed', 3, 3],
  )
})

it('a clock that is an hour ahead of the server loses nothing, and the server takes its own times', async () => {
  const clock = new FakeClock({ start: new Date(Date.now() + 3_600_000).toISOString() })
  const monitor = await createRemoteMonitor({ url: server.url, spoolDir: temporaryDirectory(), clock })
  const sync = await monitor.startSync({ taskId: 'ahead', userId: 42 })
  for (let course = 1; course <= 300; course++) {
    clock.advance(10)
    sync.recordCourse({ courseId: course })
  }
  await sync.completeSuccess()
  await monitor.close()
  const lines = linesOf(server.logs).get('ahead') ?? []
  assert.equal(lines.filter((line) => line.includes('course_synced')).length, 300)
  assert.equal(new Set(lines).size, lines.length)
  await using store = await openStore(server.database)
  const row = await store.syncs.getSyncByTaskId('ahead')
  assert.deepEqual(
    [row?.sync_status, row?.user_id, row?.courses_processed, row?.total_duration_seconds],
    ['completed', '42', 300, 3],
  )
  const ahead_ms = (row?.sync_start_time ?? Infinity) - Date.now()
  assert.ok(ahead_ms < 300_000, `${ahead_ms} ms`)
})

it('odd values of a job neither throw into it nor lose a line that a local log has', async () => {
  const odd = (sync: Sync): void => {
    const cyclic: Record<string, unknown> = {}
    cyclic['self'] = cyclic
    const metadata: SyncMetadata = cyclic
    const fields = {
      reason: 'x'.repeat(8000),
      count: Number.NaN,
      age_ms: Infinity,
      cause: 'it is 7~abcdefghijklmnopqrstuvwxyz0123456789',
      unheard_of: 'Anna',
      items: cyclic,
      rows: 12n,
      status: null,
    } as never
    sync.recordEvent('odd_values', fields, `Bearer ${'a'.repeat(40)} ${'y'.repeat(10_000)}`)
    sync.recordEvent(
      'getter',
      {
        get reason(): string {
          throw new Error('no')
        },
      },
      'It throws.',
    )
    sync.recordApiCall({ endpoint: '/a', status: 200, durationMs: 1e300, bytes: Number.MAX_SAFE_INTEGER })
    sync.setChunkSize(Number.MAX_SAFE_INTEGER)
    sync.addMetadata({ long: 'z'.repeat(70_000) })
    sync.addMetadata(metadata)
    sync.progress({ current: 'p'.repeat(9000) })
  }
  const directory = temporaryDirectory()
  const taskId = 'odd \ud800\0 id'
  const spoolDir = join(directory, 'spool')
  const logDir = join(directory, 'logs')
  {
    await using monitor = await createMonitor({ database: `sqlite:${join(directory, 'x.db')}`, logDir })
    await monitor.track({ taskId: 'odd', syncType: 'odd' }, async (sync) => odd(sync))
  }
  const monitor = await createRemoteMonitor({ url: server.url, spoolDir })
  await monitor.track({ taskId, syncType: 'odd' }, async (sync) => odd(sync))
  await monitor.track({ taskId: 'odd', syncType: 'odd' }, async (sync) => odd(sync))
  await monitor.track({ taskId: 'too long' }, async (sync) => {
    sync.recordEvent('too_long', { reason: 'x'.repeat(9000), next_step: '\ud800' }, 'Long.')
  })
  const { lost_events, last_error } = await monitor.health()
  assert.deepEqual([lost_events, last_error], [0, null])
  await monitor.close()
  assert.deepEqual(linesOf(server.logs).get('odd'), linesOf(logDir).get('odd'))
  assert.match(linesOf(server.logs).get('too long')?.join('\n') ?? '', /x…\[cut\]","next_step":"\ufffd"/)
  assert.ok((linesOf(server.logs).get('odd \ufffd\ufffd id')?.length ?? 0) > 3)
})

it('a wrong token keeps everything here until there is a right one, and is nowhere written', async () => {
  const closed = await FarServer.start('closed')
  const spoolDir = temporaryDirectory()
  const wrong = 'wrong-token-0123456789'
  const monitor = await createRemoteMonitor({ url: closed.url, spoolDir, token: wrong })
  await runJob(monitor, 'with a token')
  const health = await monitor.health()
  assert.equal(health.last_error, 'The server refused the token (401).')
  await monitor.close()
  for (const name of readdirSync(spoolDir, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ndjson')) continue
    assert.ok(!readFileSync(join(spoolDir, name), 'utf8').includes(wrong))
  }
  assert.ok(spoolStatus(spoolDir).left_bytes > 1000)
  const right = await createRemoteMonitor({ url: closed.url, spoolDir, token: closed.token })
  await right.close()
  assert.equal(spoolStatus(spoolDir).bytes, 0)
  assert.ok((linesOf(closed.logs).get('with a token')?.length ?? 0) > 20)
})

it('a server that redirects gets no token for another place', async (t) => {
  const asked: (string | undefined)[] = []
  const redirecting = createServer((request, response) => {
    asked.push(request.url)
    response.writeHead(307, { location: '/elsewhere' }).end()
  }).listen(0, '127.0.0.1')
  await once(redirecting, 'listening')
  t.after(() => redirecting.close())
  const url = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`
  const monitor = await createRemoteMonitor({ url, spoolDir: temporaryDirectory(), token: 'secret-token' })
  await monitor.startSync({ taskId: 'redirected' })
  const { connected, last_error } = await monitor.health()
  assert.deepEqual([connected, last_error], [false, 'The server answered 307: it has another address.'])
  await monitor.close()
  assert.deepEqual([...new Set(asked)], ['/api/canvas/metrics/ingest'])
})

it('a folder that cannot be used is told at once', async () => {
  const file = join(temporaryDirectory(), 'file')
  writeFileSync(file, '')
  await assert.rejects(createRemoteMonitor({ url: server.url, spoolDir: join(file, 'spool') }), {
    code: 'not_writable',
  })
})
