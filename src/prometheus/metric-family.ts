export type MetricType = 'counter' | 'gauge' | 'histogram' | 'info'

export type Labels = Readonly<Record<string, string>>

/** A sync that stands as an example in a bucket of durations. */
export interface Exemplar {
  readonly labels: Labels
  readonly value: number
  /** Epoch milliseconds. */
  readonly at: number
}

export interface Sample {
  /** Behind the name of the family: `_bucket`, `_sum`, `_count`; nothing for the others. */
  readonly suffix?: '_bucket' | '_sum' | '_count'
  readonly labels: Labels
  readonly value: number
  readonly exemplar?: Exemplar
}

/** All samples of one name. */
export interface MetricFamily {
  /** As in queries: that of a counter ends in `_total`, that of an info in `_info`. */
  readonly name: string
  readonly type: MetricType
  /** One sentence. */
  readonly help: string
  /** The unit at the end of the name, without a `_total` behind it. */
  readonly unit?: 'seconds' | 'bytes'
  readonly samples: readonly Sample[]
}

type Described = Omit<MetricFamily, 'samples'>

/** A family of one number without labels; none where the number is not known. */
export function single(described: Described, value: number | null): MetricFamily {
  return { ...described, samples: value === null ? [] : [{ labels: {}, value }] }
}

/** A family of a sample for each of the items. */
export function each<Item>(
  described: Described,
  items: readonly Item[],
  labels: (item: Item) => Labels,
  value: (item: Item) => number,
): MetricFamily {
  return { ...described, samples: items.map((item) => ({ labels: labels(item), value: value(item) })) }
}

/** How durations are distributed. */
export interface Distribution {
  readonly labels: Labels
  /** How many values are at most as large as each limit. */
  readonly at_most: readonly number[]
  readonly count: number
  readonly sum: number
  /** By index of the limit; what is beyond all has the index of their number. */
  readonly exemplars?: ReadonlyMap<number, Exemplar>
}

export function histogramSamples(
  { labels, at_most, count, sum, exemplars }: Distribution,
  limits: readonly number[],
): Sample[] {
  const bounds = [...limits.map(limitText), '+Inf']
  const buckets = bounds.map((le, index): Sample => {
    const exemplar = exemplars?.get(index)
    const value = index === limits.length ? count : (at_most[index] ?? 0)
    const bucket = { suffix: '_bucket', labels: { ...labels, le }, value } as const
    return exemplar === undefined ? bucket : { ...bucket, exemplar }
  })
  return [...buckets, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: count }]
}

/** `10.0`, as OpenMetrics wants it and as the earlier system's client wrote it; the same in both formats. */
const limitText = (limit: number): string => (Number.isInteger(limit) ? `${limit}.0` : String(limit))
