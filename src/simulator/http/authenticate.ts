import type { IncomingHttpHeaders } from 'node:http'
import { isoTime } from '../university/calendar.ts'
import type { World } from '../university/world.ts'
import type { Token, TokenBook } from '../tokens.ts'
import type { Viewer } from '../viewer.ts'
import { CanvasError } from './canvas-error.ts'
import type { Query } from './query.ts'

/** The word `Bearer` exactly, and one space; or `access_token` in the query. */
export function presentedToken(headers: IncomingHttpHeaders, query: Query): string | undefined {
  const header = headers.authorization
  if (header?.startsWith('Bearer ')) return header.slice('Bearer '.length)
  return query.get('access_token')
}

/** Each refusal with its own words; those that blame the token carry `WWW-Authenticate`. */
export function authenticate(tokens: TokenBook, presented: string | undefined, now_ms: number): Token {
  if (presented === undefined) {
    throw new CanvasError(
      401,
      { status: 'unauthenticated', errors: [{ message: 'user authorization required' }] },
      true,
    )
  }
  const token = tokens.find(presented)
  if (token === undefined) throw tokenError({ message: 'Invalid access token.' })
  if (token.is_revoked) throw tokenError({ message: 'Revoked access token.' })
  const { expires_at, permanent_expires_at } = token
  if (permanent_expires_at !== null && permanent_expires_at <= now_ms) {
    throw tokenError({ message: 'Expired access token.', expired_at: isoTime(permanent_expires_at) })
  }
  if (expires_at !== null && expires_at <= now_ms) throw tokenError({ message: 'Invalid access token.' })
  if (token.is_unverified) {
    throw new CanvasError(401, {
      status: 'unverified',
      errors: [{ message: 'user not authorized to perform that action' }],
    })
  }
  return token
}

export function checkScope(token: Token, scope: string): void {
  if (token.scopes === null || token.scopes.includes(scope)) return
  throw new CanvasError(401, { errors: [{ message: 'Insufficient scopes on access token.' }] })
}

/** `as_user_id` makes the answer another user's; only an admin may. Note `errors`: a string. */
export function viewerOf(world: World, token: Token, query: Query): Viewer {
  const as_user_id = query.get('as_user_id')
  if (as_user_id === undefined) {
    return { user_local_id: token.user_local_id, is_admin: token.kind === 'admin' }
  }
  const digits = /^(?:sis_user_id:U)?(\d+)$/.exec(as_user_id)?.[1]
  const user = digits === undefined ? undefined : world.user(world.localId(digits))
  if (token.kind !== 'admin' || user === undefined) {
    throw new CanvasError(401, { errors: 'Invalid as_user_id' })
  }
  return { user_local_id: user.local_id, is_admin: user.local_id === token.user_local_id }
}

function tokenError(error: { message: string; expired_at?: string }): CanvasError {
  return new CanvasError(401, { errors: [error] }, true)
}
