/** Where somebody points in a chart: a bucket, and that at which a mark was begun. */
export interface Pointing {
  readonly index: number
  /** Null while nothing is marked. */
  readonly marked_from: number | null
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageUp: -10,
  PageDown: 10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
}

/** Where a key leads to; null when it is none of ours. With shift a piece of time is marked. */
export function movedBy(key: string, shift: boolean, from: Pointing, count: number): Pointing | null {
  const step = STEPS[key]
  if (step === undefined) return null
  const index = Math.min(Math.max(from.index + step, 0), count - 1)
  return { index, marked_from: shift ? (from.marked_from ?? from.index) : null }
}

/** The first and the last bucket that are meant, whichever was pointed at first. */
export function markedOf({ index, marked_from }: Pointing): readonly [number, number] {
  return marked_from === null ? [index, index] : [Math.min(index, marked_from), Math.max(index, marked_from)]
}

/** The bucket that holds a time, or the nearest. Buckets are in order. */
export function bucketAt(ends: readonly number[], at_ms: number): number {
  let [low, high] = [0, ends.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ends[middle] ?? 0) > at_ms) high = middle
    else low = middle + 1
  }
  return Math.max(0, low)
}
