import type { Counter, Histogram, MeterProvider, UpDownCounter } from '@opentelemetry/api'
import type { OpenTelemetry } from './opentelemetry.ts'

/** Name of the instrumentation scope, by which an SDK's views and filters choose. */
export const SCOPE = 'canvas-sync-monitor'

/** The version of the semantic conventions that names were taken from. */
export const CONVENTIONS = { schemaUrl: 'https://opentelemetry.io/schemas/1.45.0' } as const

/** Seconds; as of `/metrics`. */
export const RUN_BUCKETS: number[] = [1, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200]
/** Seconds; what the conventions advise. */
const CALL_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

export interface Instruments {
  /** Seconds. */
  readonly run_duration: Histogram
  readonly runs_active: UpDownCounter
  readonly run_errors: Counter
  /** Seconds. */
  readonly call_duration: Histogram
}

const made = new WeakMap<MeterProvider, Instruments>()

/** Asked for at each sync: unlike tracers, instruments made before the SDK was there would stay mute. */
export function instrumentsOf({ metrics }: OpenTelemetry): Instruments {
  const provider = metrics.getMeterProvider()
  const known = made.get(provider)
  if (known !== undefined) return known
  const meter = provider.getMeter(SCOPE, undefined, CONVENTIONS)
  const instruments: Instruments = {
    run_duration: meter.createHistogram('canvas.sync.run.duration', {
      unit: 's',
      description: 'Duration of a sync.',
      advice: { explicitBucketBoundaries: RUN_BUCKETS },
    }),
    runs_active: meter.createUpDownCounter('canvas.sync.run.active', {
      unit: '{run}',
      description: 'Syncs that run now in this process.',
    }),
    run_errors: meter.createCounter('canvas.sync.run.errors', {
      unit: '{error}',
      description: 'Errors that syncs met, in their courses and as a whole.',
    }),
    call_duration: meter.createHistogram('http.client.request.duration', {
      unit: 's',
      description: 'Duration of HTTP client requests.',
      advice: { explicitBucketBoundaries: CALL_BUCKETS },
    }),
  }
  made.set(provider, instruments)
  return instruments
}
