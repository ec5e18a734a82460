import { grouped } from '../../core/number-text.ts'
import type { DurationSummary, StreamReport } from '../report.ts'
import { duration } from './amounts.ts'
import type { Block, Fact, Tone } from './view.ts'

/** The blocks that have something to show. */
export function present(blocks: readonly (Block | null)[]): Block[] {
  return blocks.filter((block): block is Block => block !== null && !isEmpty(block))
}

function isEmpty(block: Block): boolean {
  switch (block.kind) {
    case 'facts':
      return block.facts.length === 0
    case 'time':
      return block.columns.every(({ count }) => count === 0)
    case 'histogram':
      return block.bars.length === 0
    case 'shares':
      return block.parts.length === 0
    case 'table':
      return block.rows.length === 0
    case 'errors':
      return block.groups.length === 0
  }
}

/** Of all durations, the shortest first. */
export function durationFacts(summary: DurationSummary): Fact[] {
  if (summary.count === 0) return []
  return (['min', 'mean', 'p50', 'p95', 'p99', 'max'] as const).map((label) => ({
    label,
    value: [{ text: duration(summary[`${label}_ms`]) }],
  }))
}

/** Lines by level, when one of them is more than information. */
export function levelFacts({ levels }: StreamReport): Fact[] {
  const tones: Readonly<Record<'WARNING' | 'ERROR', Tone>> = { WARNING: 'warning', ERROR: 'bad' }
  return (['WARNING', 'ERROR'] as const)
    .filter((level) => levels[level] > 0)
    .map((level) => ({
      label: level === 'ERROR' ? 'errors' : 'warnings',
      value: [{ text: grouped(levels[level]), tone: tones[level] }],
    }))
}

export const linesOf = ({ levels }: StreamReport): number =>
  levels.DEBUG + levels.INFO + levels.WARNING + levels.ERROR

export const fact = (label: string, count: number): Fact => ({ label, value: [{ text: grouped(count) }] })
