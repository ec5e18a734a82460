/**
 * A process of its own for tests: `write-lines.ts <directory> <writer> <lines> <max_bytes> <ending>`.
 * Writes that many lines to `operations`, prints how many are acknowledged after each flush, and ends by
 * `close`, by running out (`return`), by `exit`, by an uncaught `throw` or an unhandled `reject`, waits to be ended
 * (`wait`, `handle` with listeners of its own for every signal), or writes until it is killed (`never`).
 */
import type { LogEvent } from '../../../../src/core/log-event.ts'
import { openFileLogWriter } from '../../../../src/logs/writing/file-log-writer.ts'

const [directory = '', writer = '', lines = '0', max_bytes = '4096', ending = 'close'] = process.argv.slice(2)
const limits = { max_bytes: Number(max_bytes), backups: 100_000 }
// No tick in the time of a test: what is written is written at the end.
const waits = ending === 'wait' || ending === 'handle'
const log = openFileLogWriter({
  directory,
  writer,
  streams: { operations: limits },
  ...(waits ? { flush_interval_ms: 60_000 } : {}),
})
const total = ending === 'never' ? Number.MAX_SAFE_INTEGER : Number(lines)

function event(number: number): LogEvent {
  return {
    level: 'INFO',
    event: 'course_synced',
    task_id: 'task-1',
    user_id: 42,
    fields: { course_id: String(number), updated: number },
    message: 'x'.repeat(number % 200),
  }
}

for (let number = 1; number <= total; number++) {
  log.write('operations', event(number))
  if (ending !== 'close' && ending !== 'never') continue
  if (number % 100 !== 0) continue
  await log.flush()
  process.stdout.write(`${number}\n`)
}
if (ending === 'close') await log.close()
if (ending === 'exit') process.exit(0)
if (ending === 'throw') throw new Error('uncaught')
if (ending === 'reject') void Promise.reject(new Error('unhandled'))
if (ending === 'wait' || ending === 'handle') {
  const alive = setInterval(() => undefined, 1000)
  if (ending === 'handle') {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        clearInterval(alive)
        log.write('operations', { ...event(total + 1), message: signal })
        process.exitCode = 7
      })
    }
  }
  process.stdout.write('0\n')
}
