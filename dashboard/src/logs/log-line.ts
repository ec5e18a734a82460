import type { TailRecord } from '../../../src/search/line-records.ts'

/** A line as the API gives it, from search and from tail alike. */
export type LogLine = TailRecord

/** What tells one line from all others, also in a link: a time, and behind it who wrote it or what it is like. */
export interface LineName {
  /** ISO 8601 UTC with milliseconds. */
  readonly timestamp: string
  /** Number and writer; of a line that has none, its stream and a hash of its text. */
  readonly rest: string
}

/** The name as one text: `2026-11-22T10:15:00.000Z~12~worker-1`. */
export function nameOf(line: LogLine): string {
  const { timestamp, writer, seq, stream, message } = line
  const rest = writer === null || seq === null ? `${stream}~${hashOf(message)}` : `${seq}~${writer}`
  return `${timestamp ?? ''}~${rest}`
}

/** Null for a text that names no line. */
export function readName(text: string): LineName | null {
  const at = text.indexOf('~')
  const timestamp = text.slice(0, Math.max(0, at))
  const at_ms = Date.parse(timestamp)
  if (Number.isNaN(at_ms) || new Date(at_ms).toISOString() !== timestamp) return null
  return { timestamp, rest: text.slice(at + 1) }
}

/** Whether these are lines of more than one machine: only then it is worth saying of which. */
export function areOfSeveralMachines(lines: Iterable<LogLine | null>): boolean {
  let first: string | null = null
  for (const line of lines) {
    const machine = line?.machine ?? null
    if (machine === null) continue
    if (first !== null && machine !== first) return true
    first = machine
  }
  return false
}

/** Epoch milliseconds; null for a line in no form that is known. */
export const timeOf = ({ timestamp }: LogLine): number | null =>
  timestamp === null ? null : Date.parse(timestamp)

function hashOf(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(36)
}

/** What a line takes in memory, about, in bytes. */
export function weightOf({ message, fields }: LogLine): number {
  let weight = 400 + message.length * 2
  for (const value of Object.values(fields)) weight += 40 + (typeof value === 'string' ? value.length * 2 : 8)
  return weight
}
