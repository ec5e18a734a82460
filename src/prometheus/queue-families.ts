import { OTHER_LABEL } from '../store/counters.ts'
import { each, type MetricFamily } from './metric-family.ts'

/** What is told of the queue. Whoever has one reads it: the queue is a layer above. */
export interface QueueFigures {
  readonly sources: readonly SourceFigures[]
  readonly workers: readonly { readonly state: WorkerState }[]
}

export interface SourceFigures {
  readonly source: string
  readonly queued: number
  readonly running: number
  /** Null when none waits that may run. */
  readonly oldest_waiting_ms: number | null
  /** Workers that have it, live and take syncs. */
  readonly workers: number
}

const WORKER_STATES = ['working', 'draining', 'silent'] as const
type WorkerState = (typeof WORKER_STATES)[number]

const JOB_STATES = ['queued', 'running'] as const

/** Sources with a label of their own: whoever can add to the queue can invent names. */
const MOST_SOURCES = 200

/** Which syncs wait for workers, for how long, and who is there to take them. */
export function queueFamilies({ sources, workers }: QueueFigures): MetricFamily[] {
  const told = labelled(sources)
  return [
    each(
      {
        name: 'canvas_sync_queue_jobs',
        type: 'gauge',
        help: 'Queued syncs that wait (queued) or run, by source.',
      },
      told.flatMap((figures) => JOB_STATES.map((state) => ({ figures, state }))),
      ({ figures: { source }, state }) => ({ source, state }),
      ({ figures, state }) => figures[state],
    ),
    each(
      {
        name: 'canvas_sync_queue_oldest_wait_seconds',
        type: 'gauge',
        unit: 'seconds',
        help: 'How long the queued sync has waited that waits longest of those that may run, by source.',
      },
      told.flatMap(({ source, oldest_waiting_ms: wait_ms }) =>
        wait_ms === null ? [] : [{ source, wait_ms }],
      ),
      ({ source }) => ({ source }),
      ({ wait_ms }) => wait_ms / 1000,
    ),
    each(
      {
        name: 'canvas_sync_queue_source_workers',
        type: 'gauge',
        help: 'Workers that have a source of which syncs wait or run, live and take syncs.',
      },
      told,
      ({ source }) => ({ source }),
      (figures) => figures.workers,
    ),
    each(
      {
        name: 'canvas_sync_queue_workers',
        type: 'gauge',
        help: 'Workers that take syncs (working), only end those they have (draining), or were not heard of for 30 s (silent).',
      },
      WORKER_STATES,
      (state) => ({ state }),
      (state) => workers.filter((worker) => worker.state === state).length,
    ),
  ]
}

/** The first have a label each. The rest share one, which has as few workers as the worst of them, so that no alert misses it. */
function labelled(sources: readonly SourceFigures[]): SourceFigures[] {
  const own = new Set(sources.slice(0, MOST_SOURCES).map(({ source }) => source))
  const by_label = Map.groupBy(sources, ({ source }) => (own.has(source) ? source : OTHER_LABEL))
  return [...by_label].map(([source, of]) => {
    const waits = of.flatMap(({ oldest_waiting_ms }) => oldest_waiting_ms ?? [])
    return {
      source,
      queued: of.reduce((total, { queued }) => total + queued, 0),
      running: of.reduce((total, { running }) => total + running, 0),
      oldest_waiting_ms: waits.length === 0 ? null : Math.max(...waits),
      workers: Math.min(...of.map(({ workers }) => workers)),
    }
  })
}
