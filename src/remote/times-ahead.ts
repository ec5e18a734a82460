import type { IngestReport } from '../core/ingest-event.ts'

const TIMES = ['at', 'started_at', 'finished_at'] as const

/** The earliest time that the server refused because it is ahead of its clock; infinite when it refused none. */
export function earliestAhead(lines: readonly string[], { errors }: Pick<IngestReport, 'errors'>): number {
  let earliest_ms = Number.POSITIVE_INFINITY
  for (const { code, index, parameter } of errors) {
    const line = lines[index]
    if (code !== 'time_ahead' || parameter === null || line === undefined) continue
    const time = membersOf(line)[parameter]
    if (typeof time === 'number') earliest_ms = Math.min(earliest_ms, time)
  }
  return earliest_ms
}

/** The same lines without the times from then on: the server takes its own. Durations have members of their own. */
export function withoutTimesFrom(lines: readonly string[], from_ms: number): readonly string[] {
  if (from_ms === Number.POSITIVE_INFINITY) return lines
  return lines.map((line) => {
    const event = membersOf(line)
    const ahead = TIMES.filter((name) => Number(event[name]) >= from_ms)
    if (ahead.length === 0) return line
    // The other members stay in their order, by which an event is known.
    for (const name of ahead) Reflect.deleteProperty(event, name)
    return JSON.stringify(event)
  })
}

/** None of what is no event: it is sent as it is, and refused. */
function membersOf(line: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(line) as object | null) }
  } catch {
    return {}
  }
}
