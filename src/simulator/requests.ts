/** What the simulator saw of one request. Rows, status and cost are 0 or null until it is answered. */
export interface SimulatedRequest {
  /** 1 for the first. */
  readonly number: number
  readonly method: string
  readonly path: string
  /** Names and values in the order of the URL. */
  readonly query: readonly (readonly [string, string])[]
  /** As in the path, or null. */
  readonly course_id: string | null
  readonly arrived_at_ms: number
  readonly has_authorization: boolean
  readonly has_token_in_query: boolean
  readonly accept: string | null
  readonly accept_encoding: string | null
  readonly user_agent: string | null
  readonly host: string | null
  /** With this one. */
  readonly in_flight: number
  /** Seen before with the same method, URL and token. */
  readonly is_duplicate: boolean
  readonly token_number: number | null
  readonly status: number | null
  /** Rows Canvas worked for. */
  readonly rows: number
  readonly cost: number | null
  readonly remaining: number | null
  readonly is_throttled: boolean
  /** Who answered, `none` for a connection that was dropped or left hanging. */
  readonly answered_by: 'canvas' | 'edge' | 'none' | null
  readonly bytes: number
  readonly faults: readonly string[]
}

export interface SimulatorStats {
  readonly requests_total: number
  readonly throttled_total: number
  readonly in_flight: number
  readonly peak_in_flight: number
  /** The lowest `X-Rate-Limit-Remaining` sent; null before the first. */
  readonly minimum_remaining: number | null
  /** Requests that had been made before, URL for URL and with the same token. */
  readonly duplicates: number
  readonly rows_total: number
  readonly bytes_total: number
  readonly cost_total: number
  readonly edge_timeouts_total: number
  readonly by_status: Readonly<Record<string, number>>
}

export type RequestRecord = { -readonly [Field in keyof SimulatedRequest]: SimulatedRequest[Field] }
type StatsRecord = { -readonly [Field in keyof SimulatorStats]: SimulatorStats[Field] } & {
  by_status: Record<string, number>
}

const KEPT_REQUESTS = 2000
const KEPT_URLS = 100_000

/** The last requests one by one, and all of them in numbers. */
export class RequestLedger {
  readonly requests: SimulatedRequest[] = []
  readonly #seen = new Set<string>()
  #stats: StatsRecord = emptyStats()

  get stats(): SimulatorStats {
    return this.#stats
  }

  open(
    request: Omit<
      RequestRecord,
      | 'number'
      | 'in_flight'
      | 'is_duplicate'
      | 'status'
      | 'rows'
      | 'cost'
      | 'remaining'
      | 'is_throttled'
      | 'answered_by'
      | 'bytes'
      | 'faults'
    >,
    identity: string,
  ): RequestRecord {
    const stats = this.#stats
    stats.requests_total += 1
    stats.in_flight += 1
    stats.peak_in_flight = Math.max(stats.peak_in_flight, stats.in_flight)
    const is_duplicate = this.#seen.has(identity)
    if (is_duplicate) stats.duplicates += 1
    else if (this.#seen.size < KEPT_URLS) this.#seen.add(identity)
    const record: RequestRecord = {
      ...request,
      number: stats.requests_total,
      in_flight: stats.in_flight,
      is_duplicate,
      status: null,
      rows: 0,
      cost: null,
      remaining: null,
      is_throttled: false,
      answered_by: null,
      bytes: 0,
      faults: [],
    }
    this.requests.push(record)
    if (this.requests.length > KEPT_REQUESTS) this.requests.shift()
    return record
  }

  close(record: RequestRecord): void {
    const stats = this.#stats
    stats.in_flight -= 1
    if (record.is_throttled) stats.throttled_total += 1
    if (record.remaining !== null) {
      stats.minimum_remaining = Math.min(stats.minimum_remaining ?? Infinity, record.remaining)
    }
    stats.rows_total += record.rows
    stats.bytes_total += record.bytes
    stats.cost_total += record.cost ?? 0
    if (record.answered_by === 'edge' && record.status === 504) stats.edge_timeouts_total += 1
    const status = String(record.status ?? 'none')
    stats.by_status[status] = (stats.by_status[status] ?? 0) + 1
  }

  /** Forgets what was counted; what is in flight stays in flight. */
  reset(): void {
    const { in_flight } = this.#stats
    this.#stats = { ...emptyStats(), in_flight, peak_in_flight: in_flight }
    this.requests.length = 0
    this.#seen.clear()
  }
}

function emptyStats(): StatsRecord {
  return {
    requests_total: 0,
    throttled_total: 0,
    in_flight: 0,
    peak_in_flight: 0,
    minimum_remaining: null,
    duplicates: 0,
    rows_total: 0,
    bytes_total: 0,
    cost_total: 0,
    edge_timeouts_total: 0,
    by_status: {},
  }
}
