/**
 * A process of its own for tests: `write-lines.ts <directory> <writer> <lines> <max_bytes> <ending>`.
 * Writes that many lines to `operations`, prints how many are acknowledged after each flush, and ends by
 * `close`, by running out (`return`), by `exit`, by an uncaught `throw`, or writes until it is killed (`never`).
 */
import { openFileLogWriter } from '../../../../src/logs/writing/file-log-writer.ts'

const [directory = '', writer = '', lines = '0', max_bytes = '4096', ending = 'close'] = process.argv.slice(2)
const limits = { max_bytes: Number(max_bytes), backups: 100_000 }
const log = openFileLogWriter({ directory, writer, streams: { operations: limits } })
const total = ending === 'never' ? Number.MAX_SAFE_INTEGER : Number(lines)

for (let number = 1; number <= total; number++) {
  log.write('operations', {
    level: 'INFO',
    event: 'course_synced',
    task_id: 'task-1',
    user_id: 42,
    fields: { course_id: String(number), updated: number },
    message: 'x'.repeat(number % 200),
  })
  if (ending !== 'close' && ending !== 'never') continue
  if (number % 100 !== 0) continue
  await log.flush()
  process.stdout.write(`${number}\n`)
}
if (ending === 'close') await log.close()
if (ending === 'exit') process.exit(0)
if (ending === 'throw') throw new Error('uncaught')
