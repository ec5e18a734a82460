import { MonitorError } from '../core/errors.ts'

/** Where syncs are reported to. */
export interface RemoteOptions {
  /** Address of the server: `https://monitor.example.edu`; a path before the API's own is kept. */
  readonly url: string
  /** A token with the scope `ingest`; none is needed for a server on this machine that asks for none. */
  readonly token?: string
  /** Folder of what has not been delivered yet. Default `logs/canvas_sync/spool`. */
  readonly spoolDir?: string
  /** The most that may lie there, bytes; then log lines are dropped and counted. Default 256 MiB. */
  readonly spoolLimitBytes?: number
  /** How long the start of a sync waits at most to hear whether its task id is taken, milliseconds. Default 2000. */
  readonly startWaitMs?: number
  /** How long `close` delivers at most while the server is there, milliseconds. Default 10,000. */
  readonly closeWaitMs?: number
  /** Send the token over plain http to another machine all the same. Default false. */
  readonly allowInsecure?: boolean
}

/** The same, checked and with its defaults; can be sent to a thread. */
export interface CheckedRemote {
  readonly endpoint: string
  readonly token: string | null
  readonly spool_directory: string
  readonly spool_limit_bytes: number
  readonly start_wait_ms: number
  readonly close_wait_ms: number
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/
const API = 'api/canvas/metrics/ingest'
const TOKEN = /^[\u0021-\u007e]+$/

/** @throws MonitorError `config_invalid`, `insecure_url` */
export function checkRemoteOptions(options: RemoteOptions): CheckedRemote {
  const url = URL.parse(options.url)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new MonitorError('config_invalid', 'The address of the server is not a http or https address.', {
      next_step: 'Give something like https://monitor.example.edu.',
    })
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new MonitorError('config_invalid', 'The address of the server has more than a host and a path.', {
      next_step: 'Give the token as an option of its own, not in the address.',
    })
  }
  const { token = '' } = options
  if (token !== '' && !TOKEN.test(token)) {
    throw new MonitorError('config_invalid', 'The token of the server has a sign that no token has.', {
      next_step: 'Look for a space or a line break in it.',
    })
  }
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname) && options.allowInsecure !== true) {
    throw new MonitorError('insecure_url', `What is sent to ${url.host} over http can be read on its way.`, {
      next_step: 'Use https, or say that it is wanted (allowInsecure).',
    })
  }
  const base = url.href.endsWith('/') ? url.href : `${url.href}/`
  return {
    endpoint: `${base}${API}`,
    token: token === '' ? null : token,
    spool_directory: options.spoolDir ?? 'logs/canvas_sync/spool',
    spool_limit_bytes: options.spoolLimitBytes ?? 256 * 1_048_576,
    start_wait_ms: options.startWaitMs ?? 2000,
    close_wait_ms: options.closeWaitMs ?? 10_000,
  }
}
