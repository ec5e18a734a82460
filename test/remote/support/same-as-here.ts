import assert from 'node:assert/strict'
import { join } from 'node:path'
import { createMonitor, createRemoteMonitor } from '../../../src/index.ts'
import { spoolStatus } from '../../../src/remote/spool/spool.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import type { FarServer } from './far-server.ts'
import { runJob } from './job.ts'
import { linesOf, rowsOf } from './what-is-left.ts'

/** What the same jobs leave that report to this machine: the same rows and the same lines, and no others. */
export async function sameAsHere(
  server: FarServer,
  task_ids: readonly string[],
  calls?: number,
): Promise<void> {
  const directory = temporaryDirectory()
  const database = `sqlite:${join(directory, 'syncs.db')}`
  const logDir = join(directory, 'logs')
  {
    await using monitor = await createMonitor({ database, logDir })
    await Promise.all(task_ids.map((task_id) => runJob(monitor, task_id, calls)))
  }
  const here = linesOf(logDir)
  const there = linesOf(server.logs)
  assert.deepEqual(await rowsOf(server.database, task_ids), await rowsOf(database, task_ids))
  assert.deepEqual([...there.keys()].sort(), [...task_ids].sort())
  for (const task_id of task_ids) assert.deepEqual(there.get(task_id), here.get(task_id))
}

/** Delivers what lies in the spool, as the next job does. */
export async function deliver(url: string, spoolDir: string): Promise<void> {
  const monitor = await createRemoteMonitor({ url, spoolDir })
  await monitor.close()
  assert.deepEqual(spoolStatus(spoolDir), { lanes: 0, bytes: 0, left_bytes: 0, elsewhere_bytes: 0 })
}
