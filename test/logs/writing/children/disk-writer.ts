/**
 * A process of its own for tests: `disk-writer.ts <directory> <writer>` writes to `operations` until its standard input
 * ends, whatever the disk says; prints after every flush how things are, and at the end the longest call of `write`.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openFileLogWriter } from '../../../../src/logs/writing/file-log-writer.ts'

const LINES_PER_FLUSH = 50

const [directory = '', writer = ''] = process.argv.slice(2)
const streams = { operations: { max_bytes: 1_048_576, backups: 1000 } }
const log = openFileLogWriter({ directory, writer, streams })
let longest_ms = 0
const stop = new AbortController()
process.stdin.on('end', () => stop.abort()).resume()

while (!stop.signal.aborted) {
  for (let line = 0; line < LINES_PER_FLUSH; line++) {
    const start_ms = performance.now()
    const message = 'x'.repeat(1500)
    log.write('operations', { level: 'INFO', event: 'e', task_id: null, user_id: 42, fields: {}, message })
    longest_ms = Math.max(longest_ms, performance.now() - start_ms)
  }
  await log.flush()
  tell()
  await nextTurn()
}
await log.close()
tell()

function tell(): void {
  const { lines_written, lines_dropped, pending_lines, last_error } = log.health
  const code = last_error?.code ?? null
  process.stdout.write(
    `${JSON.stringify({ lines_written, lines_dropped, pending_lines, code, longest_ms })}\n`,
  )
}
