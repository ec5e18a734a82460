import type { Clock } from '../core/clock.ts'
import { MonitorError } from '../core/errors.ts'
import type { PeopleCounts } from '../store/counters.ts'
import type { Store } from '../store/store.ts'
import { eventFamilies, peopleFamilies } from './event-families.ts'
import {
  OPENMETRICS_MEDIA_TYPE,
  openMetricsExposition,
  TEXT_MEDIA_TYPE,
  textExposition,
  type ExpositionFormat,
} from './exposition.ts'
import { logFamilies } from './log-families.ts'
import { each, single, type MetricFamily } from './metric-family.ts'
import { queueFamilies, type QueueFigures } from './queue-families.ts'
import { syncFamilies } from './sync-families.ts'
import { workFamilies } from './work-families.ts'

export interface PrometheusOptions {
  readonly store: Pick<Store, 'counters' | 'system'>
  /** Of the logs. */
  readonly log_directory: string
  /** How it stands with the queue of workers. */
  readonly readQueue: () => Promise<QueueFigures>
  readonly clock: Clock
  /** Of this package. */
  readonly version: string
  /** The commit of the source; null where it is not known. */
  readonly revision: string | null
  /** How old a user's last completed sync may be, milliseconds. */
  readonly freshness_target_ms: number
  /** Gets what kept the log folder or the queue from being read, or the users from being counted anew. */
  readonly onError: (error: unknown) => void
}

export interface Scrape {
  readonly text: string
  readonly media_type: string
}

const HOUR_MS = 3_600_000
/** Whoever had no sync for so long is not waited for any more. */
const ACTIVE_MS = 30 * 24 * HOUR_MS
/** To count users is to look at each of them: a scrape every few seconds need not. */
const PEOPLE_KEPT_MS = 60_000
const PEOPLE_OLD_MS = 5 * PEOPLE_KEPT_MS
/** The queue has connections of its own; scrapers usually wait for ten seconds. */
const QUEUE_WAIT_MS = 5000

/** `24h`, `90m`: a label that stays the same as long as the target does. */
function targetText(target_ms: number): string {
  const minutes = target_ms / 60_000
  if (Number.isInteger(minutes / 60)) return `${minutes / 60}h`
  return Number.isInteger(minutes) ? `${minutes}m` : `${target_ms / 1000}s`
}

/** What Prometheus is told: out of the database, so that it counts every process and survives restarts. */
export class PrometheusMetrics {
  readonly #options: PrometheusOptions
  #people: { readonly at: number; readonly counts: Promise<PeopleCounts> } | undefined
  #counting: Promise<PeopleCounts> | undefined

  constructor(options: PrometheusOptions) {
    this.#options = options
  }

  /** @throws MonitorError what the store throws: without the database there is nothing to tell */
  async scrape(format: ExpositionFormat): Promise<Scrape> {
    const families = await this.#families(format === 'openmetrics')
    return format === 'openmetrics'
      ? { text: openMetricsExposition(families), media_type: OPENMETRICS_MEDIA_TYPE }
      : { text: textExposition(families), media_type: TEXT_MEDIA_TYPE }
  }

  async #families(with_examples: boolean): Promise<MetricFamily[]> {
    const { store, clock, version, revision, freshness_target_ms } = this.#options
    const [counts, events, people, { size_bytes }, logs, queue] = await Promise.all([
      store.counters.syncs({ remaining_since: clock.now() - HOUR_MS }),
      store.counters.events(),
      this.#countPeople(),
      store.system.database(),
      this.#logFamilies(),
      this.#queueFamilies(),
    ])
    const examples = with_examples ? await store.counters.examples(counts.sync_types) : []
    const build = { version, revision: revision ?? 'unknown', node_version: process.versions.node }
    return [
      ...syncFamilies(counts, examples),
      ...workFamilies(counts),
      ...eventFamilies(events),
      ...peopleFamilies(people, events.open_incidents, targetText(freshness_target_ms)),
      ...(queue ?? []),
      ...(logs ?? []),
      single(
        {
          name: 'canvas_sync_database_size_bytes',
          type: 'gauge',
          unit: 'bytes',
          help: 'Size of the database of the monitor.',
        },
        size_bytes,
      ),
      each(
        {
          name: 'canvas_sync_collector_success',
          type: 'gauge',
          help: 'Whether this part of what is told here could be read.',
        },
        [
          { collector: 'database', success: 1 },
          { collector: 'logs', success: logs === null ? 0 : 1 },
          { collector: 'queue', success: queue === null ? 0 : 1 },
        ],
        ({ collector }) => ({ collector }),
        ({ success }) => success,
      ),
      each(
        { name: 'canvas_sync_build_info', type: 'info', help: 'Version of the monitor that answers.' },
        [build],
        (labels) => labels,
        () => 1,
      ),
    ]
  }

  /** Null when the folder cannot be read: the rest is worth telling. */
  async #logFamilies(): Promise<MetricFamily[] | null> {
    const { log_directory, onError } = this.#options
    try {
      return await logFamilies(log_directory)
    } catch (error) {
      onError(error)
      return null
    }
  }

  /** Null when it cannot be read, or not in time: a scrape that takes too long tells nothing at all. */
  async #queueFamilies(): Promise<MetricFamily[] | null> {
    const { readQueue, clock, onError } = this.#options
    const ended = new AbortController()
    const late = clock.sleep(QUEUE_WAIT_MS, ended.signal).then(() => {
      throw new MonitorError('timeout', `The queue did not answer within ${QUEUE_WAIT_MS / 1000} s.`)
    })
    try {
      return queueFamilies(await Promise.race([readQueue(), late]))
    } catch (error) {
      onError(error)
      return null
    } finally {
      ended.abort()
    }
  }

  /** A scrape gets what is known while it is counted anew; only where that is too old, or nothing is, it waits. */
  #countPeople(): Promise<PeopleCounts> {
    const { store, clock, freshness_target_ms, onError } = this.#options
    const now = clock.now()
    const known = this.#people
    const age_ms = known === undefined ? Number.POSITIVE_INFINITY : Math.abs(now - known.at)
    if (known !== undefined && age_ms < PEOPLE_KEPT_MS) return known.counts
    const counts = (this.#counting ??= store.counters
      .people({ fresh_since: now - freshness_target_ms, active_since: now - ACTIVE_MS })
      .finally(() => {
        this.#counting = undefined
      }))
    const told = counts.then((answer) => {
      this.#people = { at: now, counts: Promise.resolve(answer) }
      return answer
    })
    if (known === undefined || age_ms >= PEOPLE_OLD_MS) return told
    told.catch(onError)
    return known.counts
  }
}
