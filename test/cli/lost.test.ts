import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { SyncRecord } from '../../src/core/sync-record.ts'
import { openStore } from '../../src/store/open-store.ts'
import { processIdentity } from '../../src/tracker/process-identity.ts'
import { syncStart } from '../support/sync-factory.ts'
import { smallCanvas, WorkPlace } from './support/work-place.ts'

test('a sync whose process was killed is shown as lost, never as running, by whoever looks first', async () => {
  const place = new WorkPlace(await smallCanvas())
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(child, 'spawn')
  const { host, pid_space } = processIdentity()
  {
    await using store = await openStore(`sqlite:${place.path('data/canvas-sync.db')}`)
    await store.syncs.startSync(
      syncStart('killed', { host, pid: child.pid ?? 0, process_started: `${pid_space} 1` }),
    )
  }
  child.kill('SIGKILL')
  await once(child, 'exit')

  const shown = await place.run(['syncs', 'show', '1', '--json'])
  assert.equal(shown.code, 1, shown.stderr)
  const record = JSON.parse(shown.stdout) as SyncRecord
  assert.equal(record.sync_status, 'lost')
  assert.match(record.error_message ?? '', /is gone/)
  const errors = readFileSync(place.path('logs/canvas_sync/errors.log'), 'utf8')
  assert.match(errors, /"event":"sync_lost"/)
})
