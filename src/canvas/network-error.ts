import { MonitorError, systemErrorCode } from '../core/errors.ts'

type Sentence = (host: string) => string

const SENTENCES: Readonly<Record<string, Sentence>> = {
  ENOTFOUND: (host) => `The host name ${host} is not known to DNS.`,
  EAI_AGAIN: (host) => `DNS did not answer for ${host}.`,
  ECONNREFUSED: (host) => `${host} refused the connection.`,
  ECONNRESET: (host) => `${host} closed the connection before the answer was complete.`,
  EPIPE: (host) => `${host} closed the connection before the answer was complete.`,
  ERR_STREAM_PREMATURE_CLOSE: (host) => `${host} closed the connection before the answer was complete.`,
  ETIMEDOUT: (host) => `${host} did not accept a connection in time.`,
  EHOSTUNREACH: (host) => `${host} cannot be reached from this machine.`,
  ENETUNREACH: (host) => `There is no network to ${host}.`,
  CERT_HAS_EXPIRED: (host) => `The TLS certificate of ${host} has expired.`,
  ERR_TLS_CERT_ALTNAME_INVALID: (host) => `The TLS certificate is for another host than ${host}.`,
  DEPTH_ZERO_SELF_SIGNED_CERT: (host) => `The TLS certificate of ${host} is self-signed.`,
  SELF_SIGNED_CERT_IN_CHAIN: (host) =>
    `The TLS certificate of ${host} comes from an authority this machine does not know.`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: (host) =>
    `The TLS certificate of ${host} comes from an authority this machine does not know.`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: (host) =>
    `The TLS certificate of ${host} comes from an authority this machine does not know.`,
  EPROTO: (host) => `${host} does not speak TLS at this port.`,
}

const CERTIFICATE_CODE = /CERT|SIGNATURE/

/** Turns what Node's network layer throws into a `network` error that names host and cause. */
export function networkError(error: unknown, host: string): MonitorError {
  const code = systemErrorCode(error) ?? 'UNKNOWN'
  const known = Object.hasOwn(SENTENCES, code) ? SENTENCES[code] : undefined
  const message =
    known?.(host) ?? `The connection to ${host} failed (${/^\w{1,60}$/.test(code) ? code : 'UNKNOWN'}).`
  // The original error is not the cause: a parse error carries the raw answer, and with it people's data.
  const cause = Object.assign(new Error(code), { code })
  return new MonitorError('network', message, { cause, retryable: !CERTIFICATE_CODE.test(code) })
}
