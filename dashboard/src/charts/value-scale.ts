import type { ChartUnit } from './chart-lines.ts'

/** Seconds that are round for people. */
const ROUND_S = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
]
/** At most so many pieces between the lowest and the highest line. */
const MOST_PIECES = 4

/**
 * Round values from 0 up, evenly apart, for the lines across a chart; the last is not below the highest value, and there
 * are two or more.
 */
export function valueTicks(highest: number, unit: ChartUnit): number[] {
  const step = stepOf(highest / MOST_PIECES, unit)
  const pieces = Math.max(1, Math.ceil(highest / step))
  return Array.from({ length: pieces + 1 }, (_, index) => index * step)
}

function stepOf(least: number, unit: ChartUnit): number {
  if (unit === 'seconds') return roundSeconds(least)
  if (unit === 'milliseconds' && least >= 1000) return 1000 * roundSeconds(least / 1000)
  const decimal = roundDecimal(least)
  return unit === 'count' || unit === 'bytes' ? Math.max(1, decimal) : decimal
}

function roundSeconds(least: number): number {
  if (least < 1) return roundDecimal(least)
  return ROUND_S.find((step) => step >= least) ?? 86_400 * roundDecimal(least / 86_400)
}

/** 1, 2 or 5 times a power of ten. */
function roundDecimal(least: number): number {
  if (least <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(least))
  // What is a hair above because of the division is not the next one.
  const step = [1, 2, 5, 10].find((each) => each * power >= least * (1 - 1e-9)) ?? 10
  return Number((step * power).toPrecision(1))
}
