import type { LogEntry } from '../../core/log-entry.ts'
import type { LogStream } from '../../core/log-event.ts'
import { UTC_ZONE, type LegacyZone } from './legacy-zone.ts'
import { ownJsonEntry, type JsonLine } from './line-forms/own-json.ts'
import { isPythonJson, pythonJsonEntry } from './line-forms/python-json.ts'
import { pythonTextEntry } from './line-forms/python-text.ts'
import { summaryEntry } from './line-forms/summary.ts'
import { parseTimestamp } from './parse-timestamp.ts'

export { legacyZone, UTC_ZONE, type LegacyZone } from './legacy-zone.ts'

/** Behind the time in brackets: everything else. */
const BRACKETED = /^\[(\d[^\]]{9,46})\] ?(.*)$/s
const EXCEPTION =
  /^(?:Traceback \(most recent call last\):|During handling of the above exception|The above exception was the direct cause|(?:[A-Za-z_]\w*\.)*\w*(?:Error|Exception|Warning|Interrupt|Exit|Timeout|Failure)(?:: .*|:?)$|(?:[A-Za-z_]\w*\.)+[A-Z]\w*(?:: .*|:?)$)/s

/**
 * A line of any form that a log of this or the earlier system may have; undefined for any other. Never throws.
 *
 * @param line without its newline
 * @param stream of the file it stands in
 * @param zone of times that have none, as the earlier system wrote them. Default: UTC
 */
export function parseLogLine(
  line: string,
  stream: LogStream,
  zone: LegacyZone = UTC_ZONE,
): LogEntry | undefined {
  if (line.startsWith('{')) return parseJson(line, stream, zone)
  if (line.startsWith('[')) return parseBracketed(line, stream, zone)
  // A byte order mark, and the spaces that some editors leave.
  const trimmed = line.trimStart()
  if (trimmed.startsWith('{')) return parseJson(trimmed, stream, zone)
  return trimmed.startsWith('[') ? parseBracketed(trimmed, stream, zone) : undefined
}

/** Whether a line goes on with what the line before it began: one of a Python traceback. */
export function isContinuation(line: string): boolean {
  return /^[ \t]+\S/.test(line) || EXCEPTION.test(line)
}

function parseJson(line: string, stream: LogStream, zone: LegacyZone): LogEntry | undefined {
  // A torn line is told without the cost of an exception.
  if (!/\}\s*$/.test(line.slice(-8))) return undefined
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  const json = value as JsonLine
  const timestamp_ms = parseTimestamp(json['timestamp'], zone)
  if (timestamp_ms === undefined) return undefined
  return isPythonJson(json)
    ? pythonJsonEntry(json, timestamp_ms, stream)
    : ownJsonEntry(json, timestamp_ms, stream)
}

function parseBracketed(line: string, stream: LogStream, zone: LegacyZone): LogEntry | undefined {
  const [, time, text = ''] = BRACKETED.exec(line.endsWith('\r') ? line.slice(0, -1) : line) ?? []
  const timestamp_ms = time === undefined ? undefined : parseTimestamp(time, zone)
  if (timestamp_ms === undefined) return undefined
  return pythonTextEntry(text, timestamp_ms, stream) ?? summaryEntry(text, timestamp_ms, stream)
}
