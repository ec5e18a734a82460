import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SyncRecord } from '../../src/core/sync-record.ts'
import { WorkPlace } from './support/work-place.ts'

const BASE = '/api/canvas/metrics'

test('serve keeps the messages of errors that reported jobs met only where it is set', async () => {
  const told = async (environment: Readonly<Record<string, string>>): Promise<string | null> => {
    const cli = new WorkPlace().start(['serve', '--port', '0', '--json'], { environment })
    const [line] = await cli.shows('stdout', /\{.*\}/)
    const { url } = JSON.parse(line) as { url: string }
    const exception = { name: 'KeyError', message: 'No course "Chemistry".', place: 'read (sync.py:12)' }
    const events = [
      { type: 'start', task_id: 'one' },
      { type: 'finish', task_id: 'one', status: 'failed', exception },
    ]
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify(events)
    const { status } = await fetch(`${url}${BASE}/ingest`, { method: 'POST', headers, body })
    assert.equal(status, 200)
    const record = (await (await fetch(`${url}${BASE}/sync/task/one`)).json()) as SyncRecord
    cli.child.kill('SIGTERM')
    await cli.result
    return record.error_message
  }
  const [kept, dropped] = await Promise.all([told({ KEEP_ERROR_MESSAGES: 'true' }), told({})])
  assert.match(String(kept), /No course "Chemistry"/)
  assert.match(String(dropped), /KeyError/)
  assert.doesNotMatch(String(dropped), /Chemistry/)
})
