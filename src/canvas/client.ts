import { systemClock } from '../core/clock.ts'
import { MonitorError } from '../core/errors.ts'
import { buildPath, endpointOf } from './address.ts'
import { validateBaseUrl } from './origin.ts'
import { readPages } from './pages.ts'
import { Runner } from './runner.ts'
import { stringifyIds } from './string-ids.ts'
import { ThrottleGate } from './throttle-gate.ts'
import type {
  CallOptions,
  CanvasAnswer,
  CanvasClient,
  CanvasClientOptions,
  CanvasPage,
  CanvasParams,
  ListOptions,
} from './types.ts'
import type { ThrottleState } from './throttle-state.ts'

/**
 * A read-only client for one Canvas host and one token.
 *
 * @throws {MonitorError} `config_invalid` or `insecure_url` for the address, `token_missing` or
 * `config_invalid` for the token
 */
export function createCanvasClient(options: CanvasClientOptions): CanvasClient {
  return new HttpCanvasClient(options)
}

class HttpCanvasClient implements CanvasClient {
  readonly #runner: Runner
  readonly #gate: ThrottleGate
  readonly #origins: readonly [string, ...string[]]

  constructor(options: CanvasClientOptions) {
    this.#origins = [
      validateBaseUrl(options.base_url),
      ...(options.additional_origins ?? []).map(validateBaseUrl),
    ]
    const clock = options.clock ?? systemClock
    const random = options.random ?? Math.random
    const { max_concurrency } = options
    this.#gate =
      options.gate ??
      new ThrottleGate({ clock, random, ...(max_concurrency === undefined ? {} : { max_concurrency }) })
    this.#runner = new Runner({
      token: checkedToken(options.token),
      clock,
      random,
      gate: this.#gate,
      observer: options.observer ?? {},
      traces: options.traces,
      send_traceparent: options.send_traceparent ?? false,
      may_send: options.may_send ?? (() => true),
      retries: {
        max_attempts: options.max_attempts ?? 4,
        max_throttled_attempts: options.max_throttled_attempts ?? 5,
      },
      limits: {
        timeout_ms: options.timeout_ms ?? 70_000,
        idle_timeout_ms: options.idle_timeout_ms ?? 30_000,
        total_timeout_ms: options.total_timeout_ms ?? 300_000,
        max_body_bytes: options.max_body_bytes ?? 16 * 1024 * 1024,
      },
    })
  }

  get throttle(): ThrottleState {
    return this.#gate.state
  }

  async self(options: CallOptions = {}): Promise<{ readonly id: string }> {
    const { data } = await this.get<unknown>('/api/v1/users/self', {}, options)
    const id = typeof data === 'object' && data !== null && 'id' in data ? data.id : undefined
    if (typeof id === 'string' && id !== '') return { id }
    throw new MonitorError('contract', "Canvas did not say who the token's owner is.")
  }

  async get<T>(path: string, params: CanvasParams = {}, options: CallOptions = {}): Promise<CanvasAnswer<T>> {
    const { value, answer, request_id, duration_ms } = await this.#runner.run({
      target: { origin: this.#origins[0], path: buildPath(path, params) },
      endpoint: endpointOf(path),
      course_id: options.course_id ?? null,
      page: null,
      signal: options.signal,
      read: (body) => {
        stringifyIds(body)
        return body as T
      },
      count: (data) => (Array.isArray(data) ? data.length : null),
    })
    return { data: value, status: answer.status, bytes: answer.bytes, duration_ms, request_id }
  }

  pages<T>(path: string, params: CanvasParams = {}, options: ListOptions = {}): AsyncIterable<CanvasPage<T>> {
    return readPages<T>(this.#runner, this.#origins, path, params, options)
  }

  async *list<T>(
    path: string,
    params: CanvasParams = {},
    options: ListOptions = {},
  ): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages<T>(path, params, options)) yield* page.items
  }

  close(): Promise<void> {
    this.#runner.close()
    return Promise.resolve()
  }
}

function checkedToken(token: string): string {
  if (token === '') throw new MonitorError('token_missing', 'There is no Canvas access token.')
  // Anything else cannot stand in a header; Node's own error would repeat it.
  if (/^[!-~]+$/.test(token)) return token
  throw new MonitorError(
    'config_invalid',
    'The Canvas access token holds a space, a line break or a special character.',
    {
      next_step: 'Put the token alone on one line, as Canvas showed it.',
    },
  )
}
