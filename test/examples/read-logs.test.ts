import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openFileLogWriter } from '../../src/logs/writing/file-log-writer.ts'
import { logEvent } from '../logs/writing/log-event-factory.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

test('the example that reads logs prints the errors that the writer wrote', async () => {
  const directory = temporaryDirectory()
  const writer = openFileLogWriter({ directory })
  const fields = { error_type: 'timeout' }
  writer.write('api_calls', logEvent({ level: 'ERROR', fields, message: 'Canvas took too long.' }))
  writer.write('api_calls', logEvent({ message: 'Nothing happened.' }))
  await writer.close()
  const path = fileURLToPath(new URL('../../examples/read-logs.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=canvas-sync-monitor-source', path], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CANVAS_SYNC_LOG_DIR: directory },
  })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const [code] = (await once(child, 'close')) as [number | null]
  assert.equal(code, 0)
  assert.match(printed, /^\S+Z task-1 timeout "Canvas took too long\."\n$/)
})
