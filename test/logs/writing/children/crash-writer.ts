/**
 * A process of its own for tests that end it anywhere: `crash-writer.ts <directory> <writer> <lines> <backups>`. Writes
 * lines to `operations`, every tenth an ERROR, rotating often; after each flush prints the highest seq that is
 * acknowledged, all lower ones being so too.
 */
import { writeSync } from 'node:fs'
import { openFileLogWriter } from '../../../../src/logs/writing/file-log-writer.ts'
import { countAhead } from '../../../support/traced-child.ts'

const [directory = '', writer = '', lines = '0', backups = '0'] = process.argv.slice(2)
await countAhead()
const small = { max_bytes: 4096, backups: Number(backups) }
const log = openFileLogWriter({ directory, writer, streams: { operations: small, errors: small } })
let seq = 0
for (let number = 1; number <= Number(lines); number++) {
  const level = number % 10 === 0 ? 'ERROR' : 'INFO'
  log.write('operations', {
    level,
    event: 'course_synced',
    task_id: 'task-1',
    user_id: 42,
    fields: { course_id: String(number) },
    message: 'x'.repeat(300),
  })
  seq += level === 'ERROR' ? 2 : 1
  if (number % 5 !== 0) continue
  await log.flush()
  if (log.health.pending_lines === 0 && log.health.lines_dropped === 0) tell(1, `${seq}\n`)
}
await log.close()
const { lines_written, lines_dropped, rotations, last_error } = log.health
if (lines_dropped === 0) tell(1, `${seq}\n`)
tell(2, JSON.stringify({ lines_written, lines_dropped, rotations, last_error }))

/** A fault that is meant for the log may hit this write instead. */
function tell(descriptor: number, text: string): void {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      writeSync(descriptor, text)
      return
    } catch {
      // Once more.
    }
  }
}
