export interface BenchmarkOptions {
  /** Smaller counts and shorter times: shows that it works, not how fast it is. */
  readonly quick: boolean
  /** Tells a person how it goes; standard output is for the figures. */
  readonly progress: (message: string) => void
}

export type Target = { readonly at_least: number } | { readonly at_most: number }

export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** Null for a figure that is told but not asked for. */
  readonly target: Target | null
  readonly met: boolean | null
  /** The figure against others of the same run: comparable between machines, as the value is not. */
  readonly ratios: Readonly<Record<string, number>>
}

export interface Benchmark {
  readonly name: string
  run(options: BenchmarkOptions): Promise<readonly Figure[]>
}

export function figure(
  name: string,
  value: number,
  unit: string,
  more: { readonly target?: Target; readonly ratios?: Readonly<Record<string, number>> } = {},
): Figure {
  const ratios = Object.entries(more.ratios ?? {}).map(([of, ratio]) => [of, rounded(ratio)])
  return {
    name,
    value: rounded(value),
    unit,
    target: more.target ?? null,
    met: more.target === undefined ? null : isMet(value, more.target),
    ratios: Object.fromEntries(ratios) as Record<string, number>,
  }
}

function isMet(value: number, target: Target): boolean {
  return 'at_least' in target ? value >= target.at_least : value <= target.at_most
}

/** Four significant digits: more would claim what one run cannot know. */
function rounded(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : 0
}

/** The value below which `fraction` of the ascending `values` lie; 0 when there are none. */
export function quantile(values: ArrayLike<number>, fraction: number): number {
  return values[Math.min(values.length - 1, Math.floor(values.length * fraction))] ?? 0
}
