import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Clock } from '../core/clock.ts'
import { MonitorError } from '../core/errors.ts'
import { readBody } from './body.ts'
import { networkError } from './network-error.ts'
import type { Target } from './origin.ts'

/** Of an error page only the first part is read: enough for its few deciding words. */
const ERROR_BODY_BYTES = 64 * 1024

export interface WireLimits {
  readonly timeout_ms: number
  readonly idle_timeout_ms: number
  readonly total_timeout_ms: number
  readonly max_body_bytes: number
}

export interface WireAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Body bytes after decompression. */
  readonly bytes: number
}

export interface WireRequest {
  readonly target: Target
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Called when the headers are there, before the body is read. */
  readonly onHeaders: (status: number, headers: IncomingHttpHeaders) => void
}

/**
 * One GET over kept connections. Node's own client instead of `fetch`: it sends the path of a `next` link
 * byte for byte (fetch re-encodes some characters), never follows a redirect, and its sockets end with
 * {@link Transport.close}.
 */
export class Transport {
  readonly #clock: Clock
  readonly #limits: WireLimits
  readonly #http: http.Agent
  readonly #https: https.Agent

  constructor(clock: Clock, limits: WireLimits) {
    this.#clock = clock
    this.#limits = limits
    // The same switch that makes Node's global agent and fetch use HTTPS_PROXY.
    const proxy = process.env['NODE_USE_ENV_PROXY'] === '1' ? { proxyEnv: process.env } : {}
    const options: http.AgentOptions = { keepAlive: true, scheduling: 'lifo' }
    // Plain http is only ever loopback: a proxy would carry the token off this machine unencrypted.
    this.#http = new http.Agent(options)
    this.#https = new https.Agent({ ...options, ...proxy })
  }

  /** @throws {MonitorError} `timeout`, `network` or `contract` (body too large); the signal's reason when aborted */
  async exchange(wire: WireRequest): Promise<WireAnswer> {
    const { signal, target } = wire
    signal.throwIfAborted()
    const url = new URL(target.origin)
    const secure = url.protocol === 'https:'
    const outgoing = (secure ? https : http).request({
      method: 'GET',
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
      path: target.path,
      headers: { ...wire.headers, host: url.host },
      agent: secure ? this.#https : this.#http,
    })
    let failure: Error | undefined
    const fail = (error: Error): void => {
      failure ??= error
      outgoing.destroy(failure)
    }
    const onAbort = (): void => {
      fail(signal.reason as Error)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    const { timeout_ms, idle_timeout_ms, total_timeout_ms } = this.#limits
    const after = (wait_ms: number, what: string): (() => void) =>
      this.#clock.every(wait_ms, () => {
        fail(new MonitorError('timeout', `${url.host} ${what} within ${wait_ms} ms.`))
      })
    let stopWatch = after(timeout_ms, 'did not begin to answer')
    const stopTotal = after(total_timeout_ms, 'did not finish its answer')
    try {
      const incoming = await headersOf(outgoing)
      stopWatch()
      const status = incoming.statusCode ?? 0
      wire.onHeaders(status, incoming.headers)
      let last_ms = this.#clock.monotonic()
      stopWatch = this.#clock.every(idle_timeout_ms / 2, () => {
        if (this.#clock.monotonic() - last_ms < idle_timeout_ms) return
        fail(new MonitorError('timeout', `${url.host} fell silent in the middle of its answer.`))
      })
      const is_ok = status >= 200 && status <= 299
      const read = await readBody(incoming, {
        max_bytes: is_ok ? this.#limits.max_body_bytes : ERROR_BODY_BYTES,
        cut: !is_ok,
        onChunk: () => {
          last_ms = this.#clock.monotonic()
        },
      })
      return { status, headers: incoming.headers, ...read }
    } catch (error) {
      // What destroyed the request is the reason; the stream's own error only follows from it.
      const reason = failure ?? error
      outgoing.destroy()
      if (signal.aborted) throw signal.reason
      throw reason instanceof MonitorError ? reason : networkError(reason, url.host)
    } finally {
      stopWatch()
      stopTotal()
      signal.removeEventListener('abort', onAbort)
    }
  }

  close(): void {
    this.#http.destroy()
    this.#https.destroy()
  }
}

function headersOf(outgoing: http.ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve)
    // Stays for the life of the request: a later socket error must not become an uncaught one.
    outgoing.on('error', reject)
    // Node drops the socket of a `101 Switching Protocols` without a response and without an error.
    outgoing.once('close', () => {
      reject(Object.assign(new Error('closed without an answer'), { code: 'ECONNRESET' }))
    })
    outgoing.end()
  })
}
