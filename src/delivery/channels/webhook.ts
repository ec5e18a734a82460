import { createHmac } from 'node:crypto'
import * as http from 'node:http'
import * as https from 'node:https'
import type { Clock } from '../../core/clock.ts'
import { isoTime } from '../../core/iso-time.ts'
import type { Channel, Letter, SendResult } from '../channel.ts'
import type { WebhookConfig } from '../delivery-config.ts'
import { retryAfter } from '../retry.ts'
import { networkFailure } from './network-failure.ts'
import { plainSentence } from './plain-text.ts'
import { AddressRefused, hostOf, isAllowed, mayBeAsked, safeLookup } from './safe-address.ts'

/** What no other attempt would change. */
const REFUSED: ReadonlySet<number> = new Set([400, 405, 406, 410, 411, 413, 414, 415, 422])
const SOON: ReadonlySet<number> = new Set([408, 423, 425, 429])

interface WebhookTools {
  readonly clock: Clock
  /** Who finds addresses of hosts. Default: only public ones. */
  readonly lookup?: ReturnType<typeof safeLookup>
}

/** An address of somebody's own: a signed `POST` with a sentence and the data. Follows nothing, and asks no private network. */
export class WebhookChannel implements Channel {
  readonly kind = 'webhook'
  readonly name: string
  readonly target: string
  readonly #url: URL
  readonly #config: WebhookConfig
  readonly #tools: WebhookTools

  constructor(config: WebhookConfig, tools: WebhookTools) {
    this.name = config.name
    this.#url = new URL(config.url)
    // The rest of it is often the secret.
    this.target = this.#url.host
    this.#config = config
    this.#tools = tools
  }

  async send({ id, message, created_at, signal }: Letter): Promise<SendResult> {
    const { clock } = this.#tools
    if (!mayBeAsked(this.#url, this.#config.allow_hosts)) {
      return { outcome: 'again', error: 'address_refused', slowly: true }
    }
    const { kind, tone, title, sections, link, data } = message
    const body = JSON.stringify({
      id,
      kind,
      tone,
      created_at: isoTime(created_at),
      title,
      message: plainSentence(message),
      sections,
      url: link?.url ?? null,
      data,
    })
    const timestamp = String(Math.floor(clock.now() / 1000))
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'canvas-sync-monitor',
      'canvas-sync-id': id,
      'canvas-sync-timestamp': timestamp,
      'canvas-sync-signature': signature(this.#config.secret, timestamp, body),
    }
    try {
      const { status, retry_after } = await this.#post(headers, body, signal)
      return resultOf(status, retryAfter(retry_after, clock.now()))
    } catch (error) {
      if (error instanceof AddressRefused) return { outcome: 'again', error: 'address_refused', slowly: true }
      return { outcome: 'again', ...networkFailure(error) }
    }
  }

  /** Not `fetch`: that has no say in which address is connected to, and may go by a proxy. */
  #post(
    headers: http.OutgoingHttpHeaders,
    body: string,
    signal: AbortSignal,
  ): Promise<{ status: number; retry_after: string | null }> {
    const url = this.#url
    const lookup = isAllowed(url, this.#config.allow_hosts)
      ? {}
      : { lookup: this.#tools.lookup ?? safeLookup() }
    const { request } = url.protocol === 'https:' ? https : http
    return new Promise((resolve, reject) => {
      const asked = request(url, {
        method: 'POST',
        agent: false,
        host: hostOf(url),
        headers,
        signal,
        ...lookup,
      })
      asked.on('error', reject)
      asked.on('response', (response) => {
        const { statusCode = 0 } = response
        resolve({ status: statusCode, retry_after: response.headers['retry-after'] ?? null })
        // What it says besides is nobody's business.
        response.on('error', () => {})
        response.destroy()
      })
      asked.end(body)
    })
  }
}

/** `sha256=` and the HMAC-SHA256 of the timestamp, a point and the body, in hexadecimal digits. */
export function signature(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`
}

function resultOf(status: number, retry_after_ms: number | undefined): SendResult {
  const error = `http_${status}`
  if (status >= 200 && status < 300) return { outcome: 'sent' }
  if (status >= 300 && status < 400) return { outcome: 'again', error: 'redirected', slowly: true }
  if (REFUSED.has(status)) return { outcome: 'failed', error }
  const asked = retry_after_ms === undefined ? {} : { retry_after_ms }
  if (SOON.has(status) || status >= 500) return { outcome: 'again', error, ...asked }
  return { outcome: 'again', error, slowly: true }
}
