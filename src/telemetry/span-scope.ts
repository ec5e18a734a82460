import type { Attributes, Context, Span } from '@opentelemetry/api'
import type { SyncErrorType } from '../core/error-types.ts'
import type { OpenTelemetry } from './opentelemetry.ts'

/** A span and the context in which it is the current one. */
export class SpanScope {
  readonly context: Context
  readonly #api: OpenTelemetry
  readonly #span: Span

  constructor(api: OpenTelemetry, span: Span, context: Context) {
    this.#api = api
    this.#span = span
    this.context = api.trace.setSpan(context, span)
  }

  /** Null where no SDK traces. */
  get trace_id(): string | null {
    const context = this.#span.spanContext()
    return this.#api.isSpanContextValid(context) ? context.traceId : null
  }

  /** As in the header of that name; null where no SDK traces. */
  get traceparent(): string | null {
    const { traceId, spanId, traceFlags } = this.#span.spanContext()
    const flags = traceFlags.toString(16).padStart(2, '0')
    return this.trace_id === null ? null : `00-${traceId}-${spanId}-${flags}`
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return this.#api.context.with(this.context, work)
  }

  /** Ends the span. An error is told by its type alone: its sentence is for people who may read it. */
  end(attributes: Attributes, error_type: SyncErrorType | null): void {
    quietly(() => {
      this.#span.setAttributes(attributes)
      if (error_type !== null) this.#span.setAttribute('error.type', error_type)
      // Who stops a sync has not failed.
      if (error_type !== null && error_type !== 'cancelled') {
        this.#span.setStatus({ code: this.#api.SpanStatusCode.ERROR })
      }
      this.#span.end()
    })
  }
}

/** A span processor of the application may throw; the sync must not. */
export function quietly(tell: () => void): void {
  try {
    tell()
  } catch {
    // There is nobody to tell it to.
  }
}
