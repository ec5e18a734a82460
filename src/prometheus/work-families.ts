import { ERROR_TYPE_FACTS } from '../core/error-types.ts'
import { OTHER_LABEL, type CountedSum, type SyncCounts } from '../store/counters.ts'
import { errorPhase } from './error-phase.ts'
import { each, single, type MetricFamily } from './metric-family.ts'

const ENTITIES = ['courses', 'assignments', 'submissions', 'grades'] as const
const OUTCOMES = ['extracted', 'loaded', 'unchanged'] as const

/** Counters of one sum each; what is in smaller units is divided. */
const SUMS: readonly {
  readonly sum: CountedSum
  readonly name: string
  readonly help: string
  readonly per?: number
}[] = [
  {
    sum: 'rows_deleted',
    name: 'rows_deleted',
    help: 'Rows marked deleted because Canvas no longer has them.',
  },
  { sum: 'deletions_held', name: 'deletions_held', help: 'Rows kept because too many were gone at once.' },
  { sum: 'data_bytes', name: 'data_bytes', help: 'Bytes of data that syncs read.' },
  { sum: 'api_calls', name: 'api_calls', help: 'Calls to Canvas.' },
  { sum: 'api_failures', name: 'api_failures', help: 'Calls to Canvas that failed.' },
  {
    sum: 'api_duration_us',
    name: 'api_duration_seconds',
    help: 'How long Canvas took to answer, of all calls together.',
    per: 1_000_000,
  },
  {
    sum: 'request_cost_thousandths',
    name: 'api_cost',
    help: 'What calls cost in the units of the throttle of Canvas (X-Request-Cost).',
    per: 1000,
  },
  {
    sum: 'rate_limit_hits',
    name: 'api_throttled',
    help: 'Calls that Canvas refused because of its throttle.',
  },
  {
    sum: 'throttle_wait_us',
    name: 'api_throttle_wait_seconds',
    help: 'How long calls waited until Canvas would take them, of all calls together.',
    per: 1_000_000,
  },
  { sum: 'db_operations', name: 'database_operations', help: 'Database operations of syncs.' },
  {
    sum: 'db_duration_us',
    name: 'database_duration_seconds',
    help: 'How long database operations of syncs took together.',
    per: 1_000_000,
  },
  {
    sum: 'records_lost',
    name: 'monitor_records_lost',
    help: 'Log lines and writes about syncs that the monitor could not keep.',
  },
]

/** What the syncs that ended did: records, errors, calls to Canvas and what these cost. */
export function workFamilies({ sums, errors, rate_limit_remaining }: SyncCounts): MetricFamily[] {
  return [
    each(
      {
        name: 'canvas_sync_records_total',
        type: 'counter',
        help: 'Records that were read (extracted), of these written (loaded) and found as they were (unchanged).',
      },
      ENTITIES.flatMap((entity) => OUTCOMES.map((outcome) => ({ entity, outcome }) as const)),
      (labels) => labels,
      ({ entity, outcome }) => sums[`${entity}_${outcome}`],
    ),
    errorFamily(errors),
    ...SUMS.map(({ sum, name, help, per = 1 }) =>
      single({ name: `canvas_sync_${name}_total`, type: 'counter', help }, sums[sum] / per),
    ),
    single(
      {
        name: 'canvas_sync_api_rate_limit_remaining',
        type: 'gauge',
        help: 'The least that a sync that runs or ended within the hour was left with by the throttle of Canvas.',
      },
      rate_limit_remaining,
    ),
  ]
}

/** Known error types begin at 0. */
function errorFamily(errors: SyncCounts['errors']): MetricFamily {
  const by_type = new Map([
    ...Object.keys(ERROR_TYPE_FACTS).map((type) => [type, 0] as const),
    ...errors.map(({ error_type, syncs }) => [error_type, syncs] as const),
  ])
  return each(
    {
      name: 'canvas_sync_errors_total',
      type: 'counter',
      help: 'Syncs that ended with an error, by what it was and where it happened.',
    },
    [...by_type],
    ([error_type]) => ({
      error_type,
      phase: error_type === OTHER_LABEL ? 'transform' : errorPhase(error_type),
    }),
    ([, syncs]) => syncs,
  )
}
