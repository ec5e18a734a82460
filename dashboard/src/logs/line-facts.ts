import type { LogLine } from './log-line.ts'

export interface LineFact {
  readonly name: string
  readonly value: string
  /** The filter that shows only lines with this value; null when there is none. */
  readonly filter: string | null
}

const FILTERS: Readonly<Record<string, string>> = {
  level: 'level',
  stream: 'stream',
  machine: 'machine',
  event: 'event',
  task_id: 'task_id',
  user_id: 'user_id',
  course_id: 'course_id',
  status: 'status',
}
const LONGEST_FILTER = 64

/** Everything a line says, the message first. */
export function factsOf(line: LogLine): LineFact[] {
  const { message, fields, source, ...head } = line
  const all: readonly (readonly [string, unknown])[] = [
    ['message', message],
    ...Object.entries(head).filter(([name]) => name !== 'form'),
    ...Object.entries(fields),
    ['file', source],
  ]
  return all.flatMap(([name, given]) => {
    if (given === null || given === undefined) return []
    const value = typeof given === 'string' ? given : JSON.stringify(given)
    const filter = value.length <= LONGEST_FILTER ? (FILTERS[name] ?? null) : null
    return [{ name, value, filter }]
  })
}

/** In the order in which it was written. */
export function jsonOf(line: LogLine): string {
  const { timestamp, level, event, task_id, user_id, writer, seq, fields, message } = line
  const head = { timestamp, level, event, task_id, user_id, writer, seq }
  return JSON.stringify({ ...head, ...fields, message }, null, 2)
}

/** In one line, as people paste it into a report. */
export function plainTextOf({ timestamp, level, stream, event, message, fields }: LogLine): string {
  const said = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`)
  return [timestamp, level, stream, event, message, ...said].filter((part) => part !== null).join(' ')
}
