import { redactText } from '../logs/redact.ts'
import { percentileOf, rounded } from './durations.ts'
import type { GroupTable } from './merge-dumps.ts'
import type { GroupCount } from './kernel/read-table.ts'
import type { Counts, Group, Groups } from './report.ts'

/** Groups told one by one. */
const TOP = 50
/** Names in a `by_…`. */
const MAX_NAMES = 200
const SLOWEST = 20
/** A mean of fewer calls says little. */
const ENOUGH_CALLS = 10

const NONE: GroupTable = { groups: new Map(), refused_lines: 0 }

/** The largest groups, and how much there is besides. */
export function groupsOf(table: GroupTable = NONE, total_lines: number): Groups {
  const top = [...table.groups.values()].sort(byLines).slice(0, TOP).map(toGroup)
  const keyed = [...table.groups.values()].reduce((sum, { lines }) => sum + lines, 0)
  const told = top.reduce((sum, { count }) => sum + count, 0)
  return {
    distinct: table.groups.size,
    exact: table.refused_lines === 0,
    top,
    other_lines: Math.min(total_lines, keyed + table.refused_lines) - told,
  }
}

/** Lines by name, the most frequent first; the rest together as `(other)`. */
export function countsOf(table: GroupTable = NONE): Counts {
  const sorted = [...table.groups.values()].sort(byLines)
  const names = sorted.slice(0, MAX_NAMES).map(({ key, lines }): [string, number] => [redactText(key), lines])
  const rest = sorted.slice(MAX_NAMES).reduce((sum, { lines }) => sum + lines, 0) + table.refused_lines
  // A name could be `__proto__`.
  return Object.fromEntries(rest > 0 ? [...names, ['(other)', rest]] : names)
}

/** By mean duration; only groups of enough lines, if there are any. */
export function slowestByMean(table: GroupTable = NONE): Group[] {
  const timed = [...table.groups.values()].filter((group) => group.timed > 0)
  const enough = timed.filter((group) => group.timed >= ENOUGH_CALLS)
  return (enough.length > 0 ? enough : timed)
    .sort((a, b) => b.total_ms / b.timed - a.total_ms / a.timed || byKey(a, b))
    .slice(0, SLOWEST)
    .map(toGroup)
}

export function longest(table: GroupTable = NONE): Group[] {
  return [...table.groups.values()]
    .filter((group) => group.timed > 0)
    .sort((a, b) => b.max_ms - a.max_ms || byKey(a, b))
    .slice(0, SLOWEST)
    .map(toGroup)
}

function toGroup(group: GroupCount): Group {
  const { key, lines, failed, timed, total_ms, max_ms, first_ms, last_ms, histogram } = group
  return {
    key: redactText(key),
    count: lines,
    failed,
    total_ms: rounded(total_ms),
    mean_ms: timed === 0 ? null : rounded(total_ms / timed),
    max_ms: timed === 0 ? null : rounded(max_ms),
    p95_ms: histogram ? percentileOf(histogram, timed, 0.95, group) : null,
    first_seen: isoTime(first_ms),
    last_seen: isoTime(last_ms),
  }
}

export function isoTime(epoch_ms: number): string {
  return new Date(epoch_ms).toISOString()
}

function byLines(a: GroupCount, b: GroupCount): number {
  return b.lines - a.lines || byKey(a, b)
}

function byKey(a: GroupCount, b: GroupCount): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0
}
