import { callerWith, type Caller } from '../../core/access.ts'
import { hasDigest, secretId } from '../../core/access-secret.ts'
import type { AccessStore, StoredSession, TokenRecord } from '../../store/access-store.ts'
import { SESSION_IDLE_MS } from './session-cookie.ts'

/** Who somebody turned out to be. */
export interface Identity {
  readonly caller: Caller
  /** To the minute; null when it was never used. */
  readonly last_used_at: number | null
  /** The public id of the session; null for a token. */
  readonly session_id: string | null
}

/** Or one sentence about what is wrong with what was shown; it tells more only to who has the real thing. */
export type Identified = Identity | { readonly wrong: string }

export const UNKNOWN_TOKEN = 'The access token is not valid.'

/** Who comes with `Authorization: Bearer …`. */
export async function identifyByHeader(
  authorization: string,
  access: AccessStore,
  now: number,
): Promise<Identified> {
  const text = /^bearer +([^\s,]+)$/i.exec(authorization.trim())?.[1]
  if (text === undefined) return { wrong: 'The Authorization header must be "Bearer" and an access token.' }
  const found = await findToken(text, access, now)
  if ('wrong' in found) return found
  const caller = callerWith('token', found)
  return { caller, last_used_at: found.last_used_at, session_id: null }
}

/** The token that can be used now; or why it cannot. */
export async function findToken(
  text: string,
  access: AccessStore,
  now: number,
): Promise<TokenRecord | { readonly wrong: string }> {
  const id = secretId('token', text)
  const token = id === null ? null : await access.findToken(id)
  if (token === null || !hasDigest(text, token.digest)) return { wrong: UNKNOWN_TOKEN }
  const ended = whyEnded(token, now)
  return ended === null ? token : { wrong: ended }
}

/** Who comes with the cookie of a sign-in. */
export async function identifyBySession(text: string, access: AccessStore, now: number): Promise<Identified> {
  const session = await findSession(text, access, now)
  if (session === null) return { wrong: 'The sign-in has ended: sign in again.' }
  const { token, last_used_at, id } = session
  return { caller: callerWith('session', token), last_used_at, session_id: id }
}

/** The session that can be used now. */
export async function findSession(
  text: string,
  access: AccessStore,
  now: number,
): Promise<StoredSession | null> {
  const id = secretId('session', text)
  const session = id === null ? null : await access.findSession(id)
  if (session === null || !hasDigest(text, session.digest)) return null
  const over = session.expires_at <= now || now - session.last_used_at > SESSION_IDLE_MS
  return over || whyEnded(session.token, now) !== null ? null : session
}

function whyEnded(token: TokenRecord, now: number): string | null {
  if (token.revoked_at !== null) return 'The access token was revoked.'
  if (token.expires_at !== null && token.expires_at <= now) return 'The access token has expired.'
  return null
}
