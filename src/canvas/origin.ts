import { MonitorError } from '../core/errors.ts'

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * The origin a token may be sent to, such as `https://canvas.example.edu`. No message repeats the given text:
 * it may hold credentials.
 *
 * @throws {MonitorError} `insecure_url` for http:// beyond this machine, `config_invalid` otherwise
 */
export function validateBaseUrl(base_url: string): string {
  const refuse = (message: string): MonitorError =>
    new MonitorError('config_invalid', message, {
      next_step: 'Give the Canvas host alone, such as https://canvas.example.edu.',
    })
  let url: URL
  try {
    url = new URL(base_url)
  } catch {
    throw refuse('The Canvas base URL is not a complete web address.')
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refuse('The Canvas base URL must begin with https://.')
  }
  if (url.username !== '' || url.password !== '') {
    throw refuse('The Canvas base URL holds a user name or password; the token is given separately.')
  }
  if (url.search !== '' || url.hash !== '')
    throw refuse('The Canvas base URL must not have a query or fragment.')
  if (url.pathname !== '/') throw refuse('The Canvas base URL must not have a path such as /api/v1.')
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    throw new MonitorError('insecure_url', `The token would travel unencrypted to ${url.host}.`, {
      next_step: 'Use https:// in the Canvas base URL; http:// is only for this machine (localhost).',
    })
  }
  return url.origin
}

const ABSOLUTE = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^#]*)/i

/** Where a request goes: an origin that may have the token, and the path with query, byte for byte. */
export interface Target {
  readonly origin: string
  readonly path: string
}

/**
 * Turns a `next` reference into a target. Path and query are taken over untouched, because Canvas answers a
 * bookmark it cannot decode with page 1; another host is replaced by the configured one, so that neither the
 * token nor a request ever reaches a foreign host.
 *
 * @throws {MonitorError} `contract` when the reference is no web address
 */
export function rebase(reference: string, current: Target, allowed: readonly string[]): Target {
  const configured = allowed[0] ?? current.origin
  const absolute = ABSOLUTE.exec(reference.startsWith('//') ? `${scheme(current)}${reference}` : reference)
  if (absolute) {
    const [, protocol = '', authority = '', rest = ''] = absolute
    if (!/^https?$/i.test(protocol)) throw badLink()
    const named = `${protocol}://${authority}`.toLowerCase()
    return {
      origin: allowed.find((origin) => origin === named) ?? configured,
      path: checked(rest.startsWith('/') ? rest : `/${rest}`),
    }
  }
  const [bare = ''] = reference.split('#', 1)
  if (bare.startsWith('/')) return { origin: current.origin, path: checked(bare) }
  const [current_path = '/'] = current.path.split('?', 1)
  if (bare.startsWith('?')) return { origin: current.origin, path: checked(`${current_path}${bare}`) }
  if (bare === '' || /^[a-z][a-z0-9+.-]*:/i.test(bare)) throw badLink()
  const folder = current_path.slice(0, current_path.lastIndexOf('/') + 1)
  return { origin: current.origin, path: checked(`${folder}${bare}`) }
}

/** Canvas caps its own Link header at 6 KB, so a longer address cannot be one of its links. */
const MAX_LINK_LENGTH = 8192

function checked(path: string): string {
  // Anything else cannot stand in a request line; Node would refuse it with an error that names the path.
  if (path.length > MAX_LINK_LENGTH || /[^\u0021-\u00ff]/.test(path)) throw badLink()
  return path
}

function scheme(target: Target): string {
  return target.origin.slice(0, target.origin.indexOf(':') + 1)
}

function badLink(): MonitorError {
  return new MonitorError('contract', 'The address of the next page cannot be used.')
}
