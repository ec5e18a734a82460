import type { LogEntry } from '../../core/log-entry.ts'
import type { LogStream } from '../../core/log-event.ts'
import type { LegacyZone } from './legacy-zone.ts'
import type { LineBlock } from './log-source.ts'
import { isContinuation, parseLogLine } from './parse-line.ts'
import type { SkippedCounter } from './skipped-lines.ts'

const NEWLINE = 10
const CARRIAGE_RETURN = 13
/** A longer line cannot be one of ours, and is not parsed. */
const LONGEST_LINE_BYTES = 1_048_576

/** The entries of a block in their order; the other lines are counted. */
export function entriesOf(
  block: LineBlock,
  stream: LogStream,
  zone: LegacyZone,
  skipped: SkippedCounter,
): LogEntry[] {
  const { buffer, byteOffset, byteLength } = block.bytes
  const bytes = Buffer.from(buffer, byteOffset, byteLength)
  const entries: LogEntry[] = []
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start)
    const next = newline === -1 ? bytes.length : newline + 1
    let end = newline === -1 ? bytes.length : newline
    if (end > start && bytes[end - 1] === CARRIAGE_RETURN) end--
    const line = end - start > LONGEST_LINE_BYTES ? undefined : bytes.toString('utf8', start, end)
    const entry = line === undefined ? undefined : parseLogLine(line, stream, zone)
    if (entry) entries.push(entry)
    else count(line, skipped)
    start = next
  }
  return entries
}

function count(line: string | undefined, skipped: SkippedCounter): void {
  if (line === undefined) skipped.malformed_lines++
  else if (line.trim() === '') skipped.blank_lines++
  else if (isContinuation(line)) skipped.continuation_lines++
  else skipped.malformed_lines++
}
