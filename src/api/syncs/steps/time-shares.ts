/** What a stretch of a sync went by with; see {@link splitTime}. */
export const STEP_KINDS = ['answers', 'database', 'throttle', 'retry', 'other'] as const
export type StepKind = (typeof STEP_KINDS)[number]

/** Epoch milliseconds. */
export interface Span {
  readonly from_ms: number
  readonly until_ms: number
}

export interface Stretch extends Span {
  readonly kind: StepKind
}

export type TimeShares = Readonly<Record<StepKind, number>>

export interface SplitTime {
  /** Milliseconds; together they are the window. */
  readonly shares: TimeShares
  /** One after the other from the start of the window to its end. */
  readonly stretches: readonly Stretch[]
}

/** What went on in a window; spans may overlap and go beyond it. */
export interface Activity {
  readonly answers: readonly Span[]
  readonly database: readonly Span[]
  readonly throttle: readonly Span[]
  readonly retry: readonly Span[]
}

/** Of what goes on at once the first counts: who waits for an answer does not wait for the throttle. */
const RANK = ['answers', 'database', 'throttle', 'retry'] as const

/**
 * What a window of time went by with. Each moment counts once: for an answer of Canvas that was waited for, else for the
 * database, else for a pause that Canvas's throttle made, else for the next attempt of a call that failed, else for other
 * work.
 *
 * @param least_ms stretches that are shorter are drawn with the one before them; the shares are exact
 */
export function splitTime(window: Span, activity: Activity, least_ms: number): SplitTime {
  const shares = { answers: 0, database: 0, throttle: 0, retry: 0, other: 0 }
  const stretches: Stretch[] = []
  const running = { answers: 0, database: 0, throttle: 0, retry: 0 }
  const edges = RANK.flatMap((kind) => edgesOf(kind, activity[kind], window))
  edges.sort((a, b) => a.at - b.at)
  let from_ms = window.from_ms
  const until = (at: number): void => {
    if (at <= from_ms) return
    const kind = RANK.find((each) => running[each] > 0) ?? 'other'
    shares[kind] += at - from_ms
    append(stretches, { kind, from_ms, until_ms: at }, least_ms)
    from_ms = at
  }
  for (const { at, kind, step } of edges) {
    until(at)
    running[kind] += step
  }
  until(window.until_ms)
  return { shares, stretches }
}

interface Edge {
  readonly at: number
  readonly kind: (typeof RANK)[number]
  readonly step: 1 | -1
}

function edgesOf(kind: Edge['kind'], spans: readonly Span[], window: Span): Edge[] {
  return mergedSpans(spans).flatMap((span): Edge[] => {
    const from = Math.max(span.from_ms, window.from_ms)
    const until = Math.min(span.until_ms, window.until_ms)
    if (until <= from) return []
    return [
      { at: from, kind, step: 1 },
      { at: until, kind, step: -1 },
    ]
  })
}

/** Those that overlap or touch as one, in their order. */
export function mergedSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = []
  for (const span of spans.toSorted((a, b) => a.from_ms - b.from_ms)) {
    const last = merged.at(-1)
    if (last === undefined || span.from_ms > last.until_ms) merged.push(span)
    else if (span.until_ms > last.until_ms) {
      merged[merged.length - 1] = { from_ms: last.from_ms, until_ms: span.until_ms }
    }
  }
  return merged
}

function append(stretches: Stretch[], stretch: Stretch, least_ms: number): void {
  const last = stretches.at(-1)
  if (last === undefined) {
    stretches.push(stretch)
    return
  }
  const { kind, until_ms } = stretch
  if (last.kind === kind || until_ms - stretch.from_ms < least_ms) {
    stretches[stretches.length - 1] = { ...last, until_ms }
  } else if (last.until_ms - last.from_ms < least_ms) {
    // What stands before is too short to be seen; the longer one gives the stretch its kind.
    stretches[stretches.length - 1] = { kind, from_ms: last.from_ms, until_ms }
  } else {
    stretches.push(stretch)
  }
}
