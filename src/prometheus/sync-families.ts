import { SYNC_STATUSES, type SyncStatus } from '../core/sync-status.ts'
import {
  DURATION_LIMITS_SECONDS,
  type ExampleSync,
  type RunningCounts,
  type SyncCounts,
  type TypeCounts,
} from '../store/counters.ts'
import {
  each,
  histogramSamples,
  single,
  type Distribution,
  type Exemplar,
  type MetricFamily,
} from './metric-family.ts'

/** Those that the product itself names: they are told before their first sync. */
const KNOWN_TYPES = ['all', 'courses', 'assignments', 'submissions', 'grades']

const ENDED: readonly SyncStatus[] = SYNC_STATUSES.filter((status) => status !== 'in_progress')

/** What became of the syncs and how long they took, by type. Types that were ever seen begin at 0. */
export function syncFamilies(counts: SyncCounts, examples: readonly ExampleSync[]): MetricFamily[] {
  const { by_type, running, sync_types } = counts
  const types = [...new Set([...sync_types, ...by_type.map((type) => type.sync_type)])].sort()
  const found = new Map(by_type.map((type) => [keyOf(type.sync_type, type.sync_status), type]))
  const totals = [...new Set([...KNOWN_TYPES, ...types])]
    .sort()
    .flatMap((sync_type) =>
      ENDED.map((status) => ({ sync_type, status, syncs: found.get(keyOf(sync_type, status))?.syncs ?? 0 })),
    )
  return [
    each(
      { name: 'canvas_sync_total', type: 'counter', help: 'Syncs that ended, by status and type.' },
      totals,
      ({ status, sync_type }) => ({ status, sync_type }),
      ({ syncs }) => syncs,
    ),
    {
      name: 'canvas_sync_duration_seconds',
      type: 'histogram',
      unit: 'seconds',
      help: 'How long syncs took, of all types and statuses.',
      samples: histogramSamples(distributionOf(by_type, {}), DURATION_LIMITS_SECONDS),
    },
    {
      name: 'canvas_sync_run_duration_seconds',
      type: 'histogram',
      unit: 'seconds',
      help: 'How long syncs took, by type and status.',
      samples: types
        .flatMap((sync_type) => distributionsOf(sync_type, found, examples))
        .flatMap((distribution) => histogramSamples(distribution, DURATION_LIMITS_SECONDS)),
    },
    single(
      {
        name: 'canvas_sync_courses_processed',
        type: 'gauge',
        help: 'Courses of the sync that ended last.',
      },
      counts.last_courses,
    ),
    ...runningFamilies(types, running),
    ...lastTimes(by_type, running),
  ]
}

const keyOf = (sync_type: string, status: SyncStatus): string => `${status} ${sync_type}`

/** Of completed syncs always, of the others since the first one. */
function distributionsOf(
  sync_type: string,
  found: ReadonlyMap<string, TypeCounts>,
  examples: readonly ExampleSync[],
): Distribution[] {
  return ENDED.flatMap((status) => {
    const counts = found.get(keyOf(sync_type, status))
    if (counts === undefined && status !== 'completed') return []
    const distribution = distributionOf(counts === undefined ? [] : [counts], { sync_type, status })
    if (status !== 'completed') return [distribution]
    return [{ ...distribution, exemplars: exemplarsOf(examples.filter((of) => of.sync_type === sync_type)) }]
  })
}

function distributionOf(types: readonly TypeCounts[], labels: Distribution['labels']): Distribution {
  return {
    labels,
    at_most: DURATION_LIMITS_SECONDS.map((_, index) =>
      types.reduce((total, { at_most }) => total + (at_most[index] ?? 0), 0),
    ),
    count: types.reduce((total, { durations }) => total + durations, 0),
    sum: types.reduce((total, { duration_seconds }) => total + duration_seconds, 0),
  }
}

/** The newest of each bucket. */
function exemplarsOf(examples: readonly ExampleSync[]): Map<number, Exemplar> {
  const exemplars = new Map<number, Exemplar>()
  for (const { sync_id, duration_seconds: value, ended_at } of examples) {
    const within = DURATION_LIMITS_SECONDS.findIndex((limit) => value <= limit)
    const index = within === -1 ? DURATION_LIMITS_SECONDS.length : within
    const known = exemplars.get(index)
    if (known === undefined || known.at < ended_at) {
      exemplars.set(index, { labels: { sync_id: String(sync_id) }, value, at: ended_at })
    }
  }
  return exemplars
}

function runningFamilies(types: readonly string[], running: readonly RunningCounts[]): MetricFamily[] {
  const by_type = new Map(running.map((of) => [of.sync_type, of]))
  const shown = [...new Set([...types, ...by_type.keys()])].sort()
  return [
    each(
      { name: 'canvas_sync_runs_active', type: 'gauge', help: 'Syncs that run now.' },
      shown,
      (sync_type) => ({ sync_type }),
      (sync_type) => by_type.get(sync_type)?.syncs ?? 0,
    ),
    each(
      {
        name: 'canvas_sync_oldest_run_start_timestamp_seconds',
        type: 'gauge',
        unit: 'seconds',
        help: 'When the sync that has run longest of those that run now started.',
      },
      running,
      ({ sync_type }) => ({ sync_type }),
      ({ first_started_at }) => first_started_at / 1000,
    ),
  ]
}

function lastTimes(by_type: readonly TypeCounts[], running: readonly RunningCounts[]): MetricFamily[] {
  const starts = latest([
    ...by_type.map(({ sync_type, last_started_at: at }) => ({ sync_type, at })),
    ...running.map(({ sync_type, last_started_at: at }) => ({ sync_type, at })),
  ])
  const ends = by_type.map(({ sync_type, sync_status, last_ended_at: at }) => ({
    sync_type,
    sync_status,
    at,
  }))
  const lastTime = (
    what: string,
    help: string,
    times: readonly (readonly [string, number])[],
  ): MetricFamily =>
    each(
      { name: `canvas_sync_last_${what}_timestamp_seconds`, type: 'gauge', unit: 'seconds', help },
      times,
      ([sync_type]) => ({ sync_type }),
      ([, at]) => at / 1000,
    )
  return [
    lastTime('start', 'When a sync last started.', starts),
    lastTime('completion', 'When a sync last ended, however it did.', latest(ends)),
    lastTime(
      'success',
      'When a sync last completed.',
      latest(ends.filter(({ sync_status }) => sync_status === 'completed')),
    ),
  ]
}

interface TypeTime {
  readonly sync_type: string
  readonly at: number
}

function latest(times: readonly TypeTime[]): (readonly [string, number])[] {
  const by_type = new Map<string, number>()
  for (const { sync_type, at } of times) by_type.set(sync_type, Math.max(at, by_type.get(sync_type) ?? at))
  return [...by_type].sort(([a], [b]) => (a < b ? -1 : 1))
}
