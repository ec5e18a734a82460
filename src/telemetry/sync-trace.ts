import type { Attributes, Context, SpanOptions, Tracer } from '@opentelemetry/api'
import type { SyncErrorType } from '../core/error-types.ts'
import { COURSE_OUTCOMES } from '../core/sync-status.ts'
import {
  NOT_TRACED,
  type CallBegin,
  type CallTrace,
  type CourseEnd,
  type CourseTrace,
  type SyncBegin,
  type SyncEnd,
  type SyncTrace,
} from '../core/telemetry.ts'
import { OpenCall } from './open-call.ts'
import { CONVENTIONS, instrumentsOf, SCOPE, type Instruments } from './instruments.ts'
import { openTelemetry, type OpenTelemetry } from './opentelemetry.ts'
import { quietly, SpanScope } from './span-scope.ts'
import { courseOf } from './url-template.ts'

/** OpenTelemetry's words of how a run ended. */
const RESULTS: Readonly<Record<SyncEnd['status'], string>> = {
  completed: 'success',
  partial: 'failure',
  failed: 'failure',
  cancelled: 'cancellation',
  timed_out: 'timeout',
}

/**
 * Begins the span of a sync under the span that is current where it is called, and counts the sync as active. Nothing
 * of the kind where no OpenTelemetry SDK is registered. Never throws.
 */
export async function traceSync(sync: SyncBegin): Promise<SyncTrace> {
  const api = await openTelemetry()
  if (api === null) return NOT_TRACED
  try {
    return new OpenSync(api, sync)
  } catch {
    return NOT_TRACED
  }
}

class OpenSync implements SyncTrace {
  readonly #api: OpenTelemetry
  readonly #tracer: Tracer
  readonly #instruments: Instruments
  readonly #scope: SpanScope
  readonly #courses = new Map<string, SpanScope>()
  /** Marks the contexts that belong to this sync. */
  readonly #mark: symbol
  readonly #kind: Attributes

  constructor(api: OpenTelemetry, sync: SyncBegin) {
    this.#api = api
    this.#tracer = api.trace.getTracerProvider().getTracer(SCOPE, undefined, CONVENTIONS)
    this.#instruments = instrumentsOf(api)
    this.#mark = api.createContextKey(SCOPE)
    this.#kind = { 'canvas.sync.type': sync.sync_type, 'canvas.sync.run.state': 'executing' }
    const attributes: Attributes = {
      'canvas.sync.task.id': sync.sync_task_id,
      'canvas.sync.type': sync.sync_type,
      'canvas.sync.trigger': sync.trigger,
      'canvas.sync.incremental': sync.incremental_sync,
    }
    if (sync.user_id !== null) attributes['user.id'] = sync.user_id
    if (sync.target_course_id !== null) attributes['canvas.course.id'] = sync.target_course_id
    const context = api.context.active().setValue(this.#mark, this)
    this.#scope = this.#open(`sync ${sync.sync_type}`, { attributes }, context)
    this.#instruments.runs_active.add(1, this.#kind)
  }

  get trace_id(): string | null {
    return this.#scope.trace_id
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return this.#scope.run(work)
  }

  course(course_id: string): CourseTrace {
    try {
      const attributes = { 'canvas.course.id': course_id }
      const scope = this.#open('sync course', { attributes }, this.#contextFor(null))
      this.#courses.set(course_id, scope)
      return {
        run: (work) => scope.run(work),
        end: (course) => {
          if (this.#courses.get(course_id) === scope) this.#courses.delete(course_id)
          this.#endCourse(scope, course)
        },
      }
    } catch {
      return NOT_TRACED.course(course_id)
    }
  }

  begin(call: CallBegin): CallTrace {
    try {
      const course_id = call.course_id ?? courseOf(call.endpoint)
      const api = this.#api
      return new OpenCall(api, this.#tracer, this.#instruments, this.#contextFor(course_id), {
        ...call,
        course_id,
      })
    } catch {
      return NOT_TRACED.begin(call)
    }
  }

  end({ status, error_type, duration_ms, counters, errors }: SyncEnd): void {
    const ended: Attributes = { 'canvas.sync.status': status, 'canvas.sync.result': RESULTS[status] }
    const counts = Object.entries(counters).map(([name, value]) => [`canvas.sync.${name}`, value] as const)
    this.#scope.end({ ...Object.fromEntries(counts), ...ended }, error_type)
    quietly(() => {
      const { run_duration, runs_active } = this.#instruments
      runs_active.add(-1, this.#kind)
      const failed = error_type === null ? {} : { 'error.type': error_type }
      run_duration.record(duration_ms / 1000, { ...this.#kind, ...ended, ...failed })
      for (const error of errors) this.#countError(error)
    })
  }

  #endCourse(scope: SpanScope, { outcome, error_type, api_calls }: CourseEnd): void {
    const attributes: Attributes = { 'canvas.course.api_calls': api_calls }
    // A job in JavaScript may have said any word.
    if (outcome !== null && COURSE_OUTCOMES.includes(outcome)) attributes['canvas.course.outcome'] = outcome
    scope.end(attributes, error_type)
    if (error_type !== null) {
      quietly(() => {
        this.#countError(error_type)
      })
    }
  }

  #countError(error_type: SyncErrorType): void {
    if (error_type === 'cancelled') return
    this.#instruments.run_errors.add(1, {
      'canvas.sync.type': this.#kind['canvas.sync.type'],
      'error.type': error_type,
    })
  }

  #open(name: string, options: SpanOptions, context: Context): SpanScope {
    return new SpanScope(this.#api, this.#tracer.startSpan(name, options, context), context)
  }

  /**
   * The current context where it is one of this sync: it may be a span of the job's own. A job of the long form, or an
   * SDK that carries no context over `await`, has none; then it is that of the course or of the sync.
   */
  #contextFor(course_id: string | null): Context {
    const active = this.#api.context.active()
    if (active.getValue(this.#mark) === this) return active
    const course = course_id === null ? undefined : this.#courses.get(course_id)
    return (course ?? this.#scope).context
  }
}
