import type { Attributes, Context, Tracer } from '@opentelemetry/api'
import type { CallBegin, CallEnd, CallTrace } from '../core/telemetry.ts'
import type { Instruments } from './instruments.ts'
import type { OpenTelemetry } from './opentelemetry.ts'
import { quietly, SpanScope } from './span-scope.ts'
import { urlTemplate } from './url-template.ts'

/** By which `suppressTracing` of `@opentelemetry/core` marks a context; instrumentations and propagators heed it. */
const SUPPRESS = 'OpenTelemetry SDK Context Key SUPPRESS_TRACING'

/** One request to Canvas, named as the conventions for HTTP clients have it, but for `url.full`: it may name a student. */
export class OpenCall implements CallTrace {
  readonly #api: OpenTelemetry
  readonly #instruments: Instruments
  readonly #scope: SpanScope
  /** What the span and the metric have in common. */
  readonly #request: Attributes

  constructor(
    api: OpenTelemetry,
    tracer: Tracer,
    instruments: Instruments,
    context: Context,
    { method, endpoint, origin, course_id, page, attempt }: CallBegin,
  ) {
    this.#api = api
    this.#instruments = instruments
    const template = urlTemplate(endpoint)
    const { hostname, port, protocol } = new URL(origin)
    this.#request = {
      'http.request.method': method,
      'server.address': hostname.replace(/^\[|\]$/g, ''),
      'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
      'url.template': template,
    }
    const attributes: Attributes = { ...this.#request }
    if (course_id !== null) attributes['canvas.course.id'] = course_id
    if (page !== null) attributes['canvas.call.page'] = page
    if (attempt > 1) attributes['http.request.resend_count'] = attempt - 1
    const span = tracer.startSpan(`${method} ${template}`, { kind: api.SpanKind.CLIENT, attributes }, context)
    this.#scope = new SpanScope(api, span, context)
  }

  get traceparent(): string | null {
    return this.#scope.traceparent
  }

  /**
   * An HTTP instrumentation of the application would put the whole address on a span of its own, and the trace's ids
   * into a header: the address of a next page holds a student's name, and Canvas is not ours to trace.
   */
  run<T>(send: () => Promise<T>): Promise<T> {
    const suppressed = this.#scope.context.setValue(this.#api.createContextKey(SUPPRESS), true)
    return this.#api.context.with(suppressed, send)
  }

  end(call: CallEnd): void {
    const answer: Attributes = {}
    if (call.status !== null) answer['http.response.status_code'] = call.status
    const attributes: Attributes = { ...answer }
    if (call.items !== null) attributes['canvas.call.items'] = call.items
    if (call.request_cost !== null) attributes['canvas.call.request_cost'] = call.request_cost
    if (call.rate_limit_remaining !== null) {
      attributes['canvas.call.rate_limit_remaining'] = call.rate_limit_remaining
    }
    if (call.request_id !== null) attributes['canvas.call.request_id'] = call.request_id
    this.#scope.end(attributes, call.error_type)
    quietly(() => {
      const failed = call.error_type === null ? {} : { 'error.type': call.error_type }
      const { call_duration } = this.#instruments
      call_duration.record(call.duration_ms / 1000, { ...this.#request, ...answer, ...failed })
    })
  }
}
