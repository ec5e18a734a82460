import type { Series } from '../../../src/api/syncs/series.ts'
import type { SeriesMetric } from '../../../src/store/sync-figures.ts'
import type { Measured } from './projection.ts'

/** Values of one figure, one for each start; null where nothing can be said. */
export function valuesOf(series: Series, metric: SeriesMetric): readonly (number | null)[] {
  return series.series.find((each) => each.metric === metric)?.values ?? series.starts.map(() => null)
}

export const startsOf = ({ starts }: Series): number[] => starts.map((start) => Date.parse(start))

/** One figure for each sync; null on days without any. */
export function perSync(series: Series, metric: SeriesMetric): (number | null)[] {
  const syncs = valuesOf(series, 'syncs')
  return valuesOf(series, metric).map((value, index) => {
    const count = syncs[index] ?? 0
    return value === null || count === 0 ? null : value / count
  })
}

/** A figure on whole days, from the first on which there was any sync: before that nothing was measured. */
export function wholeDays(series: Series, metric: SeriesMetric, now_ms: number): Measured[] {
  const starts = startsOf(series)
  const syncs = valuesOf(series, 'syncs')
  const first = syncs.findIndex((count) => (count ?? 0) > 0)
  if (first === -1) return []
  const today = Math.floor(now_ms / 86_400_000) * 86_400_000
  return valuesOf(series, metric).flatMap((value, index) => {
    const at_ms = starts[index] ?? 0
    return index < first || at_ms >= today || value === null ? [] : [{ at_ms, value }]
  })
}
