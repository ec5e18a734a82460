import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { it } from 'node:test'
import { createRemoteMonitor } from '../../src/index.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { FarServer } from './support/far-server.ts'
import { linesOf, rowsOf } from './support/what-is-left.ts'

it('a job far away that read nothing where it used to read something has failed, unless it may be empty', async () => {
  const server = await FarServer.start()
  const monitor = await createRemoteMonitor({ url: server.url, spoolDir: temporaryDirectory() })
  const run = async (taskId: string, read: number, mayBeEmpty = false): Promise<void> => {
    await monitor.track({ taskId, userId: 42, syncType: 'grades', mayBeEmpty }, async (sync) => {
      if (read > 0) sync.recordGrade({ updated: read })
    })
  }
  for (const time of [1, 2, 3]) await run(`full ${time}`, 31)
  await run('empty', 0)
  await run('expected', 0, true)
  await monitor.close()
  const rows = await rowsOf(server.database, ['full 3', 'empty', 'expected'])
  const said = Object.values(rows).map((row) => {
    const { sync_status, error_type } = row as { sync_status: string; error_type: string | null }
    return [sync_status, error_type]
  })
  assert.deepEqual(said, [
    ['completed', null],
    ['failed', 'unexpected_empty'],
    ['completed', null],
  ])
  const events = (task_id: string): string[] =>
    (linesOf(server.logs).get(task_id) ?? []).map((line) => (JSON.parse(line) as { event: string }).event)
  // What the job took it for, and what the server found.
  assert.deepEqual(events('empty').sort(), ['sync_completed', 'sync_failed', 'sync_failed', 'sync_started'])
  assert.deepEqual(events('expected'), ['sync_started', 'sync_completed'])
  // The job does not wait for a judgement: its own line is there before the end.
  using database = new DatabaseSync(server.database.slice('sqlite:'.length), { readOnly: true })
  assert.deepEqual(database.prepare('select * from canvas_sync_ingest_notes where late_events > 0').all(), [])
})
