/**
 * A process of its own for the stress test: `stress-writer.ts <directory> <writer> <lines> <max_bytes> <mutant>`. Writes
 * that many lines to each of the five streams; after each flush prints the highest seq that is acknowledged, all
 * lower ones being so too. A mutant `drops` or `doubles` a line in twenty on its way to the file.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { LOG_STREAMS, type LogStream } from '../../../../src/core/log-event.ts'
import type { StreamOptions } from '../../../../src/logs/writing/stream-settings.ts'

const LINES_PER_FLUSH = 100
const ENDLESS_BACKUPS = 10_000_000
const BRACE = 123

const [directory = '', writer = '', lines = '0', max_bytes = '65536', mutant = ''] = process.argv.slice(2)
if (mutant !== '') spoilWrites(mutant)
// Only now, so that it gets the spoilt function.
const { openFileLogWriter } = await import('../../../../src/logs/writing/file-log-writer.ts')
const settings: StreamOptions = { max_bytes: Number(max_bytes), backups: ENDLESS_BACKUPS }
const streams = Object.fromEntries(LOG_STREAMS.map((stream) => [stream, settings]))
const log = openFileLogWriter({ directory, writer, streams })

let seq = 0
for (let line = 1; line <= Number(lines); line++) {
  for (const stream of LOG_STREAMS) {
    log.write(stream, eventOf(stream, line))
    seq++
  }
  if (line % LINES_PER_FLUSH !== 0) continue
  await log.flush()
  acknowledge()
}
await log.close()
acknowledge()

function acknowledge(): void {
  const { pending_lines, lines_dropped, last_error } = log.health
  if (pending_lines > 0 || lines_dropped > 0 || last_error) throw new Error(JSON.stringify(log.health))
  process.stdout.write(`${seq}\n`)
}

function eventOf(stream: LogStream, line: number): Parameters<typeof log.write>[1] {
  const fields = { stream, count: line }
  const message = 'x'.repeat((line * 7) % 120)
  return { level: 'INFO', event: 'course_synced', task_id: 'task-1', user_id: 42, fields, message }
}

/** Every twentieth line is blank in the file, or is there twice. */
function spoilWrites(fault: string): void {
  const original = fs.writeSync
  let number = 0
  const spoilt = (descriptor: number, bytes: unknown, ...rest: number[]): number => {
    // Not the content of a lock.
    if (!(bytes instanceof Uint8Array) || bytes[0] !== BRACE)
      return original(descriptor, bytes as string, ...rest)
    const lines = Buffer.from(bytes)
      .toString()
      .split(/(?<=\n)/)
    const is_spoilt = lines.map(() => ++number % 20 === 0)
    if (fault === 'doubles') {
      original(descriptor, lines.filter((_, index) => is_spoilt[index]).join(''))
      return original(descriptor, bytes)
    }
    const blank = lines.map((line, index) => (is_spoilt[index] ? `${' '.repeat(line.length - 1)}\n` : line))
    return original(descriptor, blank.join(''))
  }
  fs.writeSync = spoilt as typeof fs.writeSync
  syncBuiltinESMExports()
}
