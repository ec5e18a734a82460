import { counted, grouped } from '../../core/number-text.ts'
import type { Counts, Group, Groups } from '../report.ts'
import { duration, NONE } from './amounts.ts'
import type { Cell, Share, SharesBlock, TableBlock, Tone } from './view.ts'

const MOST_SHARES = 8

export interface GroupTable {
  readonly id: string
  readonly title: string
  /** Title of the first column: `endpoint`. */
  readonly key: string
  /** Title of the second: `calls`. */
  readonly lines: string
  /** How many rows at most. */
  readonly most: number
  /** What the bars show. */
  readonly bar: 'count' | 'mean' | 'took'
}

interface Figure {
  readonly title: string
  readonly optional: number
  readonly of: (group: Group) => number | null
}

const MEAN: Figure = { title: 'mean', optional: 0, of: ({ mean_ms }) => mean_ms }
const P95: Figure = { title: 'p95', optional: 2, of: ({ p95_ms }) => p95_ms }
const MAX: Figure = { title: 'max', optional: 3, of: ({ max_ms }) => max_ms }
/** Of a sync: the line of its end has its duration. */
const TOOK: Figure = { title: 'took', optional: 0, of: ({ max_ms }) => max_ms }

/** The groups as rows; null when there are none. */
export function groupTable(table: GroupTable, groups: Groups | readonly Group[]): TableBlock | null {
  const all = 'top' in groups ? groups.top : groups
  const shown = all.slice(0, table.most)
  if (shown.length === 0) return null
  const measure = { count: ({ count }: Group) => count, mean: MEAN.of, took: TOOK.of }[table.bar]
  const largest = Math.max(...shown.map((group) => measure(group) ?? 0))
  const figures = (table.bar === 'took' ? [TOOK] : [MEAN, P95, MAX]).filter(({ of }) =>
    shown.some((group) => of(group) !== null),
  )
  return {
    kind: 'table',
    id: table.id,
    title: table.title,
    columns: [
      { title: table.key, numeric: false, optional: 0 },
      { title: table.lines, numeric: true, optional: 0 },
      { title: 'failed', numeric: true, optional: 1 },
      ...figures.map(({ title, optional }) => ({ title, numeric: true, optional })),
    ],
    rows: shown.map((group) => ({
      cells: [...groupCells(group), ...figures.map(({ of }) => ({ text: duration(of(group)) }))],
      share: largest > 0 ? (measure(group) ?? 0) / largest : 0,
    })),
    bars: table.bar === 'count' ? table.lines : table.bar,
    note: 'top' in groups ? restNote(groups, shown, table) : null,
  }
}

function groupCells({ key, count, failed }: Group): Cell[] {
  return [
    { text: key },
    { text: grouped(count) },
    failed === 0 ? { text: NONE, tone: 'quiet' } : { text: grouped(failed), tone: 'bad' },
  ]
}

/** How many values are not shown. */
function restNote(groups: Groups, shown: readonly Group[], table: GroupTable): string | null {
  const more = groups.distinct - shown.length
  if (more <= 0) return null
  const hidden = groups.top.slice(shown.length)
  const lines = groups.other_lines + hidden.reduce((sum, group) => sum + group.count, 0)
  return `and ${groups.exact ? '' : 'at least '}${grouped(more)} more with ${grouped(lines)} ${table.lines}`
}

/** The parts of a whole; null when there are none. Those after the eighth are one part. */
export function shares(
  block: { readonly id: string; readonly title: string },
  counts: Counts,
  toneOf: (name: string) => Tone = () => 'plain',
): SharesBlock | null {
  const all = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]): Share => ({ name, count, tone: toneOf(name) }))
    .sort((a, b) => b.count - a.count)
  if (all.length === 0) return null
  if (all.length <= MOST_SHARES) return { kind: 'shares', ...block, parts: all }
  const rest = all.slice(MOST_SHARES - 1)
  const count = rest.reduce((sum, part) => sum + part.count, 0)
  const others: Share = { name: counted(rest.length, 'other'), count, tone: 'quiet' }
  return { kind: 'shares', ...block, parts: [...all.slice(0, MOST_SHARES - 1), others] }
}

/** Of an HTTP status. */
export function statusTone(status: string): Tone {
  if (/^[23]\d\d$/.test(status)) return 'good'
  if (status === '429') return 'warning'
  return /^[45]\d\d$/.test(status) ? 'bad' : 'plain'
}
