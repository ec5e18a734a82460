import { systemErrorCode } from '../../core/errors.ts'

/** The closed word for what a connection can do, and whether the other side may have got what was sent. */
export function networkFailure(error: unknown): { readonly error: string; readonly perhaps: boolean } {
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) {
    return { error: 'timeout', perhaps: true }
  }
  const code = systemErrorCode(error) ?? ''
  const [word, perhaps] = WORDS[code] ?? (TLS.test(code) ? ['tls', false] : ['connection', true])
  return { error: word, perhaps }
}

const TLS = /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/
const WORDS: Readonly<Record<string, readonly [string, boolean]>> = {
  ENOTFOUND: ['dns', false],
  EAI_AGAIN: ['dns', false],
  ECONNREFUSED: ['refused', false],
  EHOSTUNREACH: ['unreachable', false],
  ENETUNREACH: ['unreachable', false],
  UND_ERR_CONNECT_TIMEOUT: ['timeout', false],
  ECONNRESET: ['reset', true],
  EPIPE: ['reset', true],
  UND_ERR_SOCKET: ['reset', true],
  ETIMEDOUT: ['timeout', true],
  UND_ERR_HEADERS_TIMEOUT: ['timeout', true],
  UND_ERR_BODY_TIMEOUT: ['timeout', true],
}
