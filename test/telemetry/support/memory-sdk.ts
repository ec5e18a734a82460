import { context, metrics, propagation, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { DataPointType, MeterProvider, MetricReader, type MetricData } from '@opentelemetry/sdk-metrics'
import { TracerProvider, type ReadableSpan, type Sampler, type SpanProcessor } from '@opentelemetry/sdk-trace'

class CollectingReader extends MetricReader {
  protected onForceFlush(): Promise<void> {
    return Promise.resolve()
  }

  protected onShutdown(): Promise<void> {
    return Promise.resolve()
  }
}

/** One series of a metric; of a histogram its count and sum. */
export interface Series {
  readonly attributes: Attributes
  readonly value: number
  readonly sum: number
}

export interface MemorySdkOptions {
  /** Whether contexts are carried over `await`. Default true. */
  readonly carries_context?: boolean
  readonly sampler?: Sampler
  /** Told of each span that begins and ends. */
  readonly processor?: Partial<SpanProcessor>
}

/** OpenTelemetry's own SDK, registered for this process as an application does, that keeps what it is told. */
export class MemorySdk implements SpanProcessor {
  readonly started: ReadableSpan[] = []
  readonly ended: ReadableSpan[] = []
  readonly #reader = new CollectingReader()

  constructor({ carries_context = true, sampler, processor }: MemorySdkOptions = {}) {
    for (const part of [trace, metrics, context, propagation]) part.disable()
    if (carries_context) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    propagation.setGlobalPropagator(new W3CTraceContextPropagator())
    const others = processor === undefined ? [] : [{ ...NO_PROCESSOR, ...processor }]
    const sampled = sampler === undefined ? {} : { sampler }
    trace.setGlobalTracerProvider(new TracerProvider({ ...sampled, spanProcessors: [this, ...others] }))
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [this.#reader] }))
  }

  onStart(span: ReadableSpan): void {
    this.started.push(span)
  }

  onEnd(span: ReadableSpan): void {
    this.ended.push(span)
  }

  forceFlush(): Promise<void> {
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    return Promise.resolve()
  }

  /** The ended spans of a name, or of a name's beginning that ends in `*`. */
  named(name: string): ReadableSpan[] {
    return this.ended.filter((span) =>
      name.endsWith('*') ? span.name.startsWith(name.slice(0, -1)) : span.name === name,
    )
  }

  /** The only ended span of a name. */
  one(name: string): ReadableSpan {
    const [span, ...more] = this.named(name)
    if (span !== undefined && more.length === 0) return span
    const all = this.ended.map((each) => each.name).join(', ')
    throw new Error(`${more.length + (span === undefined ? 0 : 1)} spans are named ${name}, of ${all}`)
  }

  async metrics(): Promise<MetricData[]> {
    const { resourceMetrics, errors } = await this.#reader.collect()
    if (errors.length > 0) throw new AggregateError(errors, 'metrics could not be read')
    return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
  }

  async metric(name: string): Promise<MetricData> {
    const found = (await this.metrics()).find(({ descriptor }) => descriptor.name === name)
    if (found === undefined) throw new Error(`there is no metric ${name}`)
    return found
  }

  async series(name: string): Promise<Series[]> {
    const metric = await this.metric(name)
    if (metric.dataPointType === DataPointType.HISTOGRAM) {
      return metric.dataPoints.map(({ attributes, value }) => ({
        attributes,
        value: value.count,
        sum: value.sum ?? 0,
      }))
    }
    if (metric.dataPointType !== DataPointType.SUM) throw new Error(`${name} is no sum`)
    return metric.dataPoints.map(({ attributes, value }) => ({ attributes, value, sum: value }))
  }
}

const NO_PROCESSOR: SpanProcessor = {
  onStart: () => {},
  onEnd: () => {},
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
}

export function isChildOf(child: ReadableSpan, parent: ReadableSpan): boolean {
  const { traceId, spanId } = parent.spanContext()
  return child.spanContext().traceId === traceId && child.parentSpanContext?.spanId === spanId
}

/** What a reader of traces sees at once: whether it failed and of what. */
export function statusOf(span: ReadableSpan): { code: keyof typeof SpanStatusCode; error_type: unknown } {
  if (span.status.message !== undefined) throw new Error(`${span.name} has a message`)
  return {
    code: SpanStatusCode[span.status.code] as keyof typeof SpanStatusCode,
    error_type: span.attributes['error.type'],
  }
}
