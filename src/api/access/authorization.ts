import { SECRET_SHAPE } from '../../core/access-secret.ts'
import type { Route } from '../http/route.ts'

/**
 * What a request shows, as an `Authorization` header. Wrappers of cron jobs often cannot send one: where syncs are
 * reported, HTTP Basic with the token as user name does as well, and so does the place for a key in Sentry's address.
 */
export function authorizationOf(request: Request, route: Route): string | null {
  const given = request.headers.get('authorization')
  if (route.access !== 'ingest') return given
  if (given !== null) return basicUser(given) ?? given
  const token = route.token_in_path === undefined ? undefined : pathPart(request, route, route.token_in_path)
  // Anything else at that place is the key of a Sentry project, which means nothing here.
  return token !== undefined && SECRET_SHAPE.test(token) ? `Bearer ${token}` : null
}

/** The user name of HTTP Basic as a bearer token; null for another scheme. */
function basicUser(authorization: string): string | null {
  const encoded = /^basic +([\w+/-]+={0,2})$/i.exec(authorization.trim())?.[1]
  if (encoded === undefined) return null
  const [user = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':', 1)
  return `Bearer ${user}`
}

function pathPart(request: Request, route: Route, name: string): string | undefined {
  const parts = route.path.split('/')
  // From the end, because a base path may stand before it.
  return URL.parse(request.url)
    ?.pathname.split('/')
    .at(parts.indexOf(`{${name}}`) - parts.length)
}
