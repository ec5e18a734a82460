import { ROUTES } from '../api/routes.ts'
import { isTakenBy, readBasePath } from '../core/base-path.ts'
import { MonitorError } from '../core/errors.ts'

/** Where browsers find a server. */
export interface ServerPlace {
  /** Empty for the root. */
  readonly base_path: string
  /** With the base path, without a slash at its end; null where nobody said. */
  readonly public_url: string | null
}

const PATHS = ROUTES.map(({ path }) => path)

/**
 * The base path is that of the public URL, unless it is given by itself.
 *
 * @throws MonitorError `config_invalid` when it is no path, is one of the server's own, or differs from the other's
 */
export function placeOf(options: {
  readonly basePath?: string | undefined
  readonly publicUrl?: string | undefined
}): ServerPlace {
  const url = options.publicUrl === undefined ? null : URL.parse(options.publicUrl)
  if (options.publicUrl !== undefined && url === null) throw wrongPath(options.publicUrl, 'is no address')
  const of_url = url === null ? '' : checked(url.pathname)
  const base_path = options.basePath === undefined ? of_url : checked(options.basePath)
  if (of_url !== '' && of_url !== base_path) {
    throw wrongPath(base_path, `is not the path of the public URL, which is ${of_url}`)
  }
  return { base_path, public_url: url === null ? null : `${url.origin}${base_path}` }
}

function checked(text: string): string {
  const path = readBasePath(text)
  if (path === null) throw wrongPath(text, 'is no path such as /monitor')
  // Behind a proxy that takes the base path away nobody could tell which of the two is meant.
  if (isTakenBy(path, PATHS)) throw wrongPath(path, 'is an address of the server itself')
  return path
}

function wrongPath(path: string, why: string): MonitorError {
  return new MonitorError('config_invalid', `The base path ${path} ${why}.`, {
    next_step: 'Take a path of letters, digits, dots and dashes, such as /monitor.',
  })
}
