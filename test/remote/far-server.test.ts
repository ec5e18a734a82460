import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createRemoteMonitor } from '../../src/index.ts'
import { spoolStatus } from '../../src/remote/spool/spool.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { FarServer } from './support/far-server.ts'
import { runJob } from './support/job.ts'
import { deliver, sameAsHere } from './support/same-as-here.ts'

const KILLS = process.env['LONG_TESTS'] === '1' ? 40 : 4

it('a server that is away at the start, in the middle and at the end gets everything once', async () => {
  const server = await FarServer.start()
  const spoolDir = temporaryDirectory()
  await server.kill()
  const started_ms = performance.now()
  const monitor = await createRemoteMonitor({ url: server.url, spoolDir })
  await runJob(monitor, 'at the start')
  assert.ok(performance.now() - started_ms < 1500, 'nobody waits for a server that is away')
  const { connected, spooled_bytes, lost_events } = await monitor.health()
  assert.deepEqual([connected, spooled_bytes > 1000, lost_events], [false, true, 0])

  await server.come()
  await runJob(monitor, 'when it came')
  const middle = runJob(monitor, 'in the middle')
  await server.kill()
  await middle
  await server.come()
  await runJob(monitor, 'when it came back')
  await server.kill()
  await runJob(monitor, 'at the end')
  const closing_ms = performance.now()
  await monitor.close()
  assert.ok(performance.now() - closing_ms < 12_000)
  assert.ok(spoolStatus(spoolDir).left_bytes > 1000)

  await server.come()
  await deliver(server.url, spoolDir)
  assert.deepEqual(spoolStatus(spoolDir), { lanes: 0, bytes: 0, left_bytes: 0, elsewhere_bytes: 0 })
  await sameAsHere(server, [
    'at the start',
    'when it came',
    'in the middle',
    'when it came back',
    'at the end',
  ])
})

it(`a server that is killed ${KILLS} times under load has everything once`, async () => {
  const server = await FarServer.start()
  const spoolDir = temporaryDirectory()
  const monitor = await createRemoteMonitor({ url: server.url, spoolDir })
  const random = seededRandom(7)
  const over = new AbortController()
  const task_ids: string[] = []
  const job = async (name: string): Promise<void> => {
    for (let number = 0; !over.signal.aborted; number++) {
      task_ids.push(`${name}-${number}`)
      await runJob(monitor, `${name}-${number}`)
      await delay(30)
    }
  }
  const jobs = ['a', 'b', 'c'].map(job)
  for (let kill = 0; kill < KILLS; kill++) {
    await delay(50 + random() * 150)
    await server.kill()
    await server.come()
    // Its first word after the back-off.
    await delay(random() * 700)
  }
  over.abort()
  await Promise.all(jobs)
  await monitor.close()
  if (spoolStatus(spoolDir).bytes > 0) await deliver(server.url, spoolDir)
  assert.equal(spoolStatus(spoolDir).bytes, 0)
  assert.ok(task_ids.length > 2 * KILLS)
  await sameAsHere(server, task_ids)
})

it('ten thousand events of an absent server are delivered when it comes', async () => {
  const server = await FarServer.start()
  const spoolDir = temporaryDirectory()
  await server.kill()
  const monitor = await createRemoteMonitor({ url: server.url, spoolDir })
  await runJob(monitor, 'big', 5000)
  await server.come()
  await monitor.close()
  if (spoolStatus(spoolDir).bytes > 0) await deliver(server.url, spoolDir)
  assert.equal(spoolStatus(spoolDir).bytes, 0)
  await sameAsHere(server, ['big'], 5000)
})
