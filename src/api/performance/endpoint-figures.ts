import type { AnalysisReport } from '../../analysis/report.ts'
import type { Clock } from '../../core/clock.ts'

export const ENDPOINT_PERIODS = ['1h', '24h', '7d'] as const
export type EndpointPeriod = (typeof ENDPOINT_PERIODS)[number]

const PERIODS_MS: Readonly<Record<EndpointPeriod, number>> = {
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
}
/** The logs are read again at most so often. */
const FRESH_MS = 300_000
/** After a failure sooner. */
const RETRY_MS = 15_000

export interface EndpointFiguresOptions {
  /** Reads the logs of a stretch of time on a thread of its own. */
  readonly analyze: (range: { since_ms: number; until_ms: number }) => Promise<AnalysisReport>
  readonly clock: Clock
  /** Gets what kept the logs from being read. Must not throw. */
  readonly onError: (error: unknown) => void
}

/** What is known of one period now. */
export interface KnownEndpoints {
  /** Null while the first reading of the logs runs, and when it failed. */
  readonly report: AnalysisReport | null
  /** A reading is under way, or will be for this period. */
  readonly reading: boolean
  /** The last reading failed. */
  readonly failed: boolean
}

interface Kept {
  report: AnalysisReport | null
  /** When the last reading ended, on the clock that never goes back; null before the first. */
  ended_ms: number | null
  failed: boolean
  reading: boolean
}

/**
 * How long calls to Canvas took, by endpoint, as the logs tell it. Reading them takes a second for each gigabyte, so nobody
 * waits for it: who asks gets what was found last, and one reading at a time goes on behind.
 */
export class EndpointFigures {
  readonly #options: EndpointFiguresOptions
  readonly #kept = new Map<EndpointPeriod, Kept>()
  #last: Promise<void> = Promise.resolve()

  constructor(options: EndpointFiguresOptions) {
    this.#options = options
  }

  /** What is known; begins to read the logs when that is older than five minutes. */
  get(period: EndpointPeriod): KnownEndpoints {
    const kept = this.#kept.get(period) ?? { report: null, ended_ms: null, failed: false, reading: false }
    this.#kept.set(period, kept)
    if (!kept.reading && this.#isOld(kept)) this.#read(period, kept)
    const { report, reading, failed } = kept
    return { report, reading, failed }
  }

  #isOld({ ended_ms, failed }: Kept): boolean {
    if (ended_ms === null) return true
    return this.#options.clock.monotonic() - ended_ms >= (failed ? RETRY_MS : FRESH_MS)
  }

  #read(period: EndpointPeriod, kept: Kept): void {
    const { analyze, clock, onError } = this.#options
    kept.reading = true
    this.#last = this.#last.then(async () => {
      try {
        const until_ms = clock.now()
        kept.report = await analyze({ since_ms: until_ms - PERIODS_MS[period], until_ms })
        kept.failed = false
      } catch (error) {
        kept.failed = true
        onError(error)
      } finally {
        kept.reading = false
        kept.ended_ms = clock.monotonic()
      }
    })
  }

  /** Resolves when nothing is being read. */
  async settled(): Promise<void> {
    await this.#last
  }
}
