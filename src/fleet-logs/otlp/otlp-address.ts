import type { Collector } from './post-logs.ts'

/** The address that OTLP logs are posted to; null for a text that is none. */
export function otlpLogsAddress(text: string): URL | null {
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') ? url : null
}

/** What an address and headers name; null where the address is none. What stands in front of its host becomes a header. */
export function collectorOf(text: string, headers_text: string | null): Collector | null {
  const address = otlpLogsAddress(text)
  if (address === null) return null
  const headers = otlpHeaders(headers_text)
  const { username, password } = address
  if (username === '' && password === '') return { address, headers }
  // `fetch` takes no address with a password in it.
  address.username = ''
  address.password = ''
  const basic = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')
  return { address, headers: { authorization: `Basic ${basic}`, ...headers } }
}

/**
 * Headers as `OTEL_EXPORTER_OTLP_HEADERS` has them (opentelemetry.io/docs/specs/otel/protocol/exporter):
 * `name=value,name=value`, values percent-encoded. What is no pair is left out.
 */
export function otlpHeaders(text: string | null): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const pair of (text ?? '').split(',')) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, Math.max(0, at)).trim().toLowerCase()
    if (!/^[\w-]+$/.test(name)) continue
    const value = pair.slice(at + 1).trim()
    headers[name] = decoded(value)
  }
  return headers
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
