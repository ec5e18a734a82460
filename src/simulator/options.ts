import type { FaultRule } from './faults/fault.ts'
import type { ThrottleOptions } from './http/throttle.ts'
import type { SimulatedRequest } from './requests.ts'
import type { UniversitySize } from './university/size.ts'

export interface Dialect {
  /** HTTP/2 proxies write it small. Default `Link`. */
  readonly link_header_name?: 'Link' | 'link'
  /** `host:port` in Link URLs, as when a vanity domain stands before Canvas. Default: the request's own. */
  readonly next_host?: string
  /** The keys of objects begin elsewhere with each request. Default false. */
  readonly shuffled_key_order?: boolean
  /** `verifier=` tokens and preview versions that differ with each request. Default true. */
  readonly volatile_fields?: boolean
  /** From whom rows are filtered out after paging. Newer Canvas: students only. Default `everyone`. */
  readonly filters_after_paging?: 'students' | 'everyone'
}

export interface SimulatorOptions {
  /** The same seed and options make the same university. Default 1. */
  readonly seed?: number
  readonly size?: UniversitySize
  /** Always on 127.0.0.1. Default 0: any free port. */
  readonly port?: number
  /** Epoch milliseconds; drives throttle, token expiry, `seconds_late` and mutations. Default `Date.now`. */
  readonly now?: () => number
  /** Real time an answer takes. Default 0. */
  readonly latency_ms?: number | ((request: SimulatedRequest) => number)
  readonly throttle?: false | ThrottleOptions
  /** `X-Request-Cost`. Default 0.05 to 0.5, more with more rows. */
  readonly cost?: number | ((request: SimulatedRequest) => number)
  /** Default 100; older installations have 50. */
  readonly max_per_page?: number
  /** A page whose simulated work takes longer is the load balancer's 504, at once. Default 60,000. */
  readonly edge_timeout_ms?: number
  /** Simulated, not waited for. Default 0.5. */
  readonly row_work_ms?: number | ((request: SimulatedRequest) => number)
  /** 403 as hosted Canvas, 401 with translated words as older installations. Default 403. */
  readonly permission_status?: 401 | 403
  readonly dialect?: Dialect
  /** Ids are `shard * 10^13 + local`, beyond 2^53 from shard 901 on. Default 7414. */
  readonly shard_id?: number
  /** Rules that hold from the start. */
  readonly faults?: readonly FaultRule[]
}

export interface ResolvedOptions {
  readonly seed: number
  readonly now: () => number
  readonly latencyOf: (request: SimulatedRequest) => number
  readonly throttle: false | ThrottleOptions
  readonly costOf: (request: SimulatedRequest) => number
  readonly max_per_page: number
  readonly edge_timeout_ms: number
  readonly rowWorkOf: (request: SimulatedRequest) => number
  readonly permission_status: 401 | 403
  readonly dialect: Required<Omit<Dialect, 'next_host'>> & { readonly next_host: string | null }
  readonly shard_id: number
}

export function resolveOptions(options: SimulatorOptions): ResolvedOptions {
  const resolved: ResolvedOptions = {
    seed: options.seed ?? 1,
    now: options.now ?? Date.now,
    latencyOf: asFunction(options.latency_ms ?? 0),
    throttle: options.throttle ?? {},
    costOf: asFunction(options.cost ?? plausibleCost),
    max_per_page: options.max_per_page ?? 100,
    edge_timeout_ms: options.edge_timeout_ms ?? 60_000,
    rowWorkOf: asFunction(options.row_work_ms ?? 0.5),
    permission_status: options.permission_status ?? 403,
    dialect: {
      link_header_name: options.dialect?.link_header_name ?? 'Link',
      next_host: options.dialect?.next_host ?? null,
      shuffled_key_order: options.dialect?.shuffled_key_order ?? false,
      volatile_fields: options.dialect?.volatile_fields ?? true,
      filters_after_paging: options.dialect?.filters_after_paging ?? 'everyone',
    },
    shard_id: options.shard_id ?? 7414,
  }
  for (const name of ['seed', 'max_per_page', 'shard_id'] as const) {
    const least = name === 'seed' ? -Infinity : 1
    if (Number.isInteger(resolved[name]) && resolved[name] >= least) continue
    throw new TypeError(`${name} must be an integer of at least ${least}, got ${resolved[name]}`)
  }
  return resolved
}

/** The same request costs the same, whenever it is asked. */
function plausibleCost(request: SimulatedRequest): number {
  return 0.05 + Math.min(0.44, request.rows * 0.004) + (request.path.length % 7) / 1000
}

function asFunction(
  value: number | ((request: SimulatedRequest) => number),
): (request: SimulatedRequest) => number {
  return typeof value === 'function' ? value : () => value
}
