import { existsSync, writeFileSync } from 'node:fs'

/** The thread of the heartbeats, which crashes the first time that it is started. */
const mark = process.env['HEARTBEAT_CRASH'] ?? ''
if (!existsSync(mark)) {
  writeFileSync(mark, '')
  throw new Error('A crash, as the test asked for.')
}
await import('../../src/store/postgres/heartbeat-worker.ts')
