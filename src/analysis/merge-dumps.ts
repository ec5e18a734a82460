import { LOG_STREAMS, type LogStream } from '../core/log-event.ts'
import { COST_MAX, FIRST_MS, LAST_MS, MAX_ATTEMPT, MAX_MS, MIN_MS, REMAINING_MIN } from './kernel/counters.ts'
import type { DimensionName } from './kernel/dimensions.ts'
import type { KernelDump, RecentLine } from './kernel/kernel.ts'
import type { GroupCount, TableDump } from './kernel/read-table.ts'

/** What all threads have counted of one stream. */
export interface StreamCounts {
  /** By the numbers of kernel/counters.ts. */
  readonly counters: Float64Array
  readonly histogram: Uint32Array
  readonly histogram_before: Uint32Array
  readonly tables: Partial<Record<DimensionName, GroupTable>>
  readonly quarters: ReadonlyMap<number, GroupCount>
}

export interface GroupTable {
  readonly groups: ReadonlyMap<string, GroupCount>
  /** Lines whose key found no room in some thread. */
  readonly refused_lines: number
}

export interface Counts {
  readonly streams: Readonly<Record<LogStream, StreamCounts>>
  readonly recent_errors: readonly RecentLine[]
}

const LOWEST: ReadonlySet<number> = new Set([MIN_MS, FIRST_MS, REMAINING_MIN])
const HIGHEST: ReadonlySet<number> = new Set([MAX_MS, LAST_MS, COST_MAX, MAX_ATTEMPT])

/** What becomes of the amounts of a group that two threads have met; see `GroupCount`. */
type Keeps = 'newest' | 'highest' | 'sums'

/** The sum of what the threads have counted; takes the dumps apart. */
export function mergeDumps(dumps: readonly KernelDump[]): Counts {
  const quarters = quartersByStream(
    mergeTables(
      dumps.map((dump) => dump.quarters),
      'sums',
    ).groups,
  )
  const streams = LOG_STREAMS.map((stream, number) => {
    const counts: StreamCounts = {
      counters: dumps.map((dump) => dump.counters[stream]).reduce(mergeCounters),
      histogram: dumps.map((dump) => dump.histograms[stream].current).reduce(addHistograms),
      histogram_before: dumps.map((dump) => dump.histograms[stream].before).reduce(addHistograms),
      tables: mergeDimensions(
        dumps.map((dump) => dump.tables[stream]),
        stream === 'progress' ? 'newest' : 'highest',
      ),
      quarters: quarters[number] ?? new Map(),
    }
    return [stream, counts] as const
  })
  return {
    streams: Object.fromEntries(streams) as Record<LogStream, StreamCounts>,
    recent_errors: dumps.flatMap((dump) => dump.recent),
  }
}

function mergeCounters(into: Float64Array, from: Float64Array): Float64Array {
  for (const [at, value] of from.entries()) {
    const has = into[at] ?? 0
    if (LOWEST.has(at)) into[at] = Math.min(has, value)
    else if (HIGHEST.has(at)) into[at] = Math.max(has, value)
    else into[at] = has + value
  }
  return into
}

function addHistograms(into: Uint32Array, from: Uint32Array): Uint32Array {
  for (let at = 0; at < from.length; at++) into[at] = (into[at] ?? 0) + (from[at] ?? 0)
  return into
}

function mergeDimensions(
  all: readonly Partial<Record<DimensionName, TableDump>>[],
  keeps: Keeps,
): Partial<Record<DimensionName, GroupTable>> {
  const names = new Set(all.flatMap((tables) => Object.keys(tables) as DimensionName[]))
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      mergeTables(
        all.flatMap((tables) => tables[name] ?? []),
        keeps,
      ),
    ]),
  )
}

function mergeTables(tables: readonly TableDump[], keeps: Keeps): GroupTable {
  const groups = new Map<string, GroupCount>()
  let refused_lines = 0
  for (const table of tables) {
    refused_lines += table.refused_lines
    for (const group of table.groups) {
      const has = groups.get(group.key)
      groups.set(group.key, has ? mergeGroups(has, group, keeps) : group)
    }
  }
  // A copy may have been taken out under another spelling of its key than it was counted under.
  for (const [key, { lines }] of groups) if (lines <= 0) groups.delete(key)
  return { groups, refused_lines }
}

function mergeGroups(a: GroupCount, b: GroupCount, keeps: Keeps): GroupCount {
  const newer = a.last_ms >= b.last_ms ? a : b
  return {
    key: a.key,
    lines: a.lines + b.lines,
    failed: a.failed + b.failed,
    timed: a.timed + b.timed,
    total_ms: a.total_ms + b.total_ms,
    min_ms: Math.min(a.min_ms, b.min_ms),
    max_ms: Math.max(a.max_ms, b.max_ms),
    first_ms: Math.min(a.first_ms, b.first_ms),
    last_ms: Math.max(a.last_ms, b.last_ms),
    amount: keeps === 'newest' ? newer.amount : a.amount + b.amount,
    extra:
      keeps === 'newest' ? newer.extra : keeps === 'highest' ? Math.max(a.extra, b.extra) : a.extra + b.extra,
    flags: keeps === 'sums' ? a.flags + b.flags : a.flags | b.flags,
    histogram: a.histogram && b.histogram ? addHistograms(a.histogram, b.histogram) : null,
    example: (a.first_ms <= b.first_ms ? a.example : b.example) ?? a.example ?? b.example,
  }
}

/** Of each stream, by the number of the quarter of an hour: see `quarterKey`. */
function quartersByStream(groups: ReadonlyMap<string, GroupCount>): Map<number, GroupCount>[] {
  const streams = LOG_STREAMS.map(() => new Map<number, GroupCount>())
  for (const [key, group] of groups) streams[Number(key[0])]?.set(Number(key.slice(2)), group)
  return streams
}
