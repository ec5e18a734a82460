import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { ExportLogsRequest } from './log-records.ts'

const compress = promisify(gzip)
const ANSWER_MS = 30_000
const MOST_ANSWER_BYTES = 65_536

export interface Collector {
  readonly address: URL
  readonly headers: Readonly<Record<string, string>>
}

/** What a collector did with a request. */
export type Posted =
  | { readonly kind: 'taken'; readonly rejected: number }
  /** It will never take these lines. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'too_large' }

/** The collector is away, overloaded, or not set up for us: the same request may be taken later. */
export class CollectorAway extends Error {
  /** What it answered; undefined when it did not. */
  readonly status: number | undefined
  /** Milliseconds that it asks for; undefined when it does not say. */
  readonly retry_after_ms: number | undefined

  constructor(what: string, status?: number, retry_after_ms?: number) {
    super(`The OpenTelemetry collector ${what}.`)
    this.status = status
    this.retry_after_ms = retry_after_ms
  }
}

/** What says that the request itself is bad; others say that the address, the access or the moment is. */
const REFUSED = new Set([400, 422])

/**
 * Sends one request as OTLP over HTTP with JSON (opentelemetry.io/docs/specs/otlp/#otlphttp).
 * @throws CollectorAway; the signal's reason
 */
export async function postLogs(
  { address, headers }: Collector,
  request: ExportLogsRequest,
  signal: AbortSignal,
  now_ms: number,
): Promise<Posted> {
  const body = await compress(JSON.stringify(request))
  let response: Response
  let text: string
  try {
    response = await fetch(address, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    })
    text = await startOf(response)
  } catch {
    // What was thrown may name the address, with a password in it.
    signal.throwIfAborted()
    throw new CollectorAway('does not answer')
  }
  const { status } = response
  if (response.ok) return { kind: 'taken', rejected: rejectedIn(text) }
  if (REFUSED.has(status)) return { kind: 'refused' }
  if (status === 413) return { kind: 'too_large' }
  const asked_ms = retryAfter(response.headers.get('retry-after'), now_ms)
  throw new CollectorAway(`answers ${status}`, status, asked_ms)
}

/** An address that is none of a collector may answer anything, and without end. */
async function startOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    chunks.push(chunk)
    bytes += chunk.byteLength
    if (bytes >= MOST_ANSWER_BYTES) break
  }
  return Buffer.concat(chunks).toString('utf8', 0, MOST_ANSWER_BYTES)
}

function rejectedIn(text: string): number {
  try {
    const { partialSuccess } = JSON.parse(text) as { partialSuccess?: { rejectedLogRecords?: unknown } }
    const rejected = Number(partialSuccess?.rejectedLogRecords ?? 0)
    return Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0
  } catch {
    return 0
  }
}

const LONGEST_ASKED_MS = 3_600_000

/** Seconds or a date. */
function retryAfter(header: string | null, now_ms: number): number | undefined {
  const text = header?.trim() ?? ''
  const wait_ms = /^\d{1,7}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now_ms
  return Number.isNaN(wait_ms) ? undefined : Math.min(LONGEST_ASKED_MS, Math.max(0, wait_ms))
}
