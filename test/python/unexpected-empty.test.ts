import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startServer } from '../../src/server/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { no_python, runJob } from './support/python.ts'

const directory = temporaryDirectory()
const server = await startServer({
  database: `sqlite:${join(directory, 'syncs.db')}`,
  logDir: join(directory, 'logs'),
  port: 0,
  logCleanup: false,
})
after(() => server.close())
const { url } = server

const saidOf = async (task_id: string): Promise<unknown[]> => {
  const response = await fetch(`${url}/api/canvas/metrics/sync/task/${encodeURIComponent(task_id)}`)
  const row = (await response.json()) as { sync_status: string; error_type: string | null }
  return [row.sync_status, row.error_type]
}

test(
  'a job that read nothing where it used to read something has failed, unless it may be empty',
  {
    skip: no_python,
  },
  async () => {
    const run = await runJob('empty_syncs.py', { url, spool: join(directory, 'spool') })
    assert.deepEqual([run.code, run.stderr], [0, ''])
    assert.deepEqual(await saidOf('full-2'), ['completed', null])
    assert.deepEqual(await saidOf('empty'), ['failed', 'unexpected_empty'])
    assert.deepEqual(await saidOf('expected'), ['completed', null])
    const notes = run.stdout.trim().split('\n')
    assert.equal(notes.length, 4)
    for (const task_id of notes) assert.deepEqual(await saidOf(task_id), ['completed', null])
  },
)
