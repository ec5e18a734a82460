import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { IngestReport } from '../core/ingest-event.ts'

const compress = promisify(gzip)

const COMPRESS_FROM_BYTES = 1024
const TIMEOUT_MS = 30_000
const LONGEST_WAIT_MS = 3_600_000

/** What became of some lines that were sent. */
export type SendResult =
  | { readonly kind: 'taken'; readonly report: IngestReport }
  /** The server is away or busy. */
  | { readonly kind: 'later'; readonly after_ms: number | null; readonly error: string }
  /** It will not take anything of us. */
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'too_large' }

export type Send = (lines: readonly string[], signal: AbortSignal) => Promise<SendResult>

/** Sends lines of NDJSON to the ingest route of a server. Never throws; no error says what was sent, or the token. */
export function sender(endpoint: string, token: string | null): Send {
  return async (lines, signal) => {
    const text = `${lines.join('\n')}\n`
    const zipped = text.length >= COMPRESS_FROM_BYTES
    const headers: Record<string, string> = { 'content-type': 'application/x-ndjson' }
    if (token !== null) headers['authorization'] = `Bearer ${token}`
    if (zipped) headers['content-encoding'] = 'gzip'
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers,
        body: zipped ? await compress(text, { level: 1 }) : text,
        // To follow it would hand the token to another place.
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      })
      return await read(response)
    } catch (error) {
      return { kind: 'later', after_ms: null, error: reasonOf(error) }
    }
  }
}

async function read(response: Response): Promise<SendResult> {
  const { status } = response
  if (status === 200 || status === 422) {
    const report = reportOf(await response.text())
    if (report !== null) return { kind: 'taken', report }
    return { kind: 'later', after_ms: null, error: 'The server answered in a form that is not known.' }
  }
  await response.body?.cancel()
  if (status === 413) return { kind: 'too_large' }
  if (status === 429 || status >= 500 || status === 408) {
    const error = `The server answered ${status}.`
    return { kind: 'later', after_ms: retryAfter(response.headers.get('retry-after')), error }
  }
  return { kind: 'refused', error: whyRefused(status) }
}

function whyRefused(status: number): string {
  if (status === 401 || status === 403) return `The server refused the token (${status}).`
  if (status >= 300 && status < 400) return `The server answered ${status}: it has another address.`
  return `The server answered ${status}: its address or version is not the right one.`
}

function reportOf(text: string): IngestReport | null {
  try {
    const report = JSON.parse(text) as Partial<IngestReport> | null
    const is_report = typeof report?.accepted === 'number' && Array.isArray(report.errors)
    return is_report && typeof report.rejected === 'number' ? (report as IngestReport) : null
  } catch {
    return null
  }
}

function retryAfter(header: string | null): number | null {
  const seconds = Number(header)
  return header !== null && seconds >= 0 ? Math.min(seconds * 1000, LONGEST_WAIT_MS) : null
}

/** The system's code, which says what is wrong; never the message, which may repeat the address. */
function reasonOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return `The server cannot be reached (${at.code}).`
    if (at.name === 'TimeoutError') return 'The server did not answer in time.'
  }
  return 'The server cannot be reached.'
}
