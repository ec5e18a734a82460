import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startSimulator } from '../../src/simulator/index.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { SyncRow } from '../../src/core/sync-record.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** Runs an example as its reader would, against the simulator; gives what it printed and the sync it left. */
async function runExample(name: string): Promise<{ printed: string; sync: SyncRow | undefined }> {
  await using simulator = await startSimulator({ size: { students: 20, courses: 3 } })
  const directory = temporaryDirectory()
  const database = `sqlite:${join(directory, 'data.db')}`
  const path = fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))
  const child = spawn(process.execPath, ['--conditions=canvas-sync-monitor-source', path], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      DATABASE_URL: database,
      CANVAS_SYNC_LOG_DIR: join(directory, 'logs'),
      CANVAS_BASE_URL: simulator.base_url,
      CANVAS_ACCESS_TOKEN: simulator.tokens.teacher,
    },
  })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const [code] = (await once(child, 'close')) as [number | null]
  assert.equal(code, 0, `${name} exits with 0`)
  await using store = await openStore(database)
  const [sync] = await store.syncs.listSyncs({ limit: 1 })
  return { printed, sync }
}

test('the minimal example counts the courses that Canvas lists', async () => {
  const { printed, sync } = await runExample('minimal-sync.ts')
  assert.equal(sync?.sync_status, 'completed')
  assert.equal(sync.user_id, '42')
  assert.ok(sync.courses_processed > 0)
  assert.deepEqual(JSON.parse(printed), {
    processed: sync.courses_processed,
    created: sync.courses_processed,
    updated: 0,
  })
})

test('the long form ends partial when one of its courses fails', async () => {
  const { printed, sync } = await runExample('long-form.ts')
  assert.equal(sync?.sync_status, 'partial')
  assert.equal(sync.assignments_updated, 15)
  assert.match(printed, /^partial 1 of 2 courses failed: job_error \(course 102\)\./)
})

test('the traced example prints a span for each sync, course and call, and the metrics', async () => {
  const { printed, sync } = await runExample('traced-sync.ts')
  assert.equal(sync?.sync_status, 'completed')
  assert.ok(sync.courses_processed > 0)
  for (const name of ['sync courses', 'sync course', 'GET /api/v1/courses/{id}/sections']) {
    assert.ok(printed.includes(`name: '${name}'`), name)
  }
  assert.ok(printed.includes('canvas.sync.run.duration'))
})

test('the engine example copies everything that the token may see', async () => {
  const { sync } = await runExample('whole-sync.ts')
  assert.equal(sync?.sync_status, 'completed')
  assert.ok(sync.submissions_created > 0)
})
