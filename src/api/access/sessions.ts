import { z } from 'zod'
import { ANONYMOUS_CALLER, callerWith, SCOPES, type Caller, type Scope } from '../../core/access.ts'
import { newSecret } from '../../core/access-secret.ts'
import { ok, type Answer } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { findSession, findToken } from './authenticate.ts'
import { notRight } from './refusals.ts'
import { SESSION_LIFE_MS, sessionCookie } from './session-cookie.ts'

/** Who somebody is, and what that one may do. */
export interface SessionInfo {
  readonly kind: Caller['kind']
  /** The public id of the token, or the name of who was let in by the application; null where none is needed. */
  readonly token_id: string | null
  readonly token_name: string | null
  readonly scopes: readonly Scope[]
  /** The users whose data may be read; null for all. */
  readonly users: readonly string[] | null
  /** When the sign-in, or the token, ends; null for never. */
  readonly expires_at: string | null
}

export interface SignedOut {
  readonly status: 'signed_out'
}

export const sessionInfoSchema: z.ZodType<SessionInfo> = z
  .object({
    kind: z.enum(['loopback', 'token', 'session', 'host', 'anonymous']),
    token_id: z.string().nullable(),
    token_name: z.string().nullable(),
    scopes: z.array(z.enum(SCOPES)),
    users: z.array(z.string()).nullable(),
    expires_at: z.iso.datetime().nullable(),
  })
  .meta({ title: 'Session' })

export const signedOutSchema: z.ZodType<SignedOut> = z
  .object({ status: z.literal('signed_out') })
  .meta({ title: 'SignedOut' })

const token_error = 'an access token'
export const signInToken: z.ZodType<string> = z
  .string({ error: token_error })
  .min(1, { error: token_error })
  .max(200, { error: token_error })
  .meta({ description: 'The access token; only in the body' })

/** Exchanges a token for a session, whose id goes into a cookie and is new each time. */
export async function signIn(
  { token: text }: { token: string },
  { store, clock, base_path }: ApiServices,
  { audit, headers }: RequestFacts,
): Promise<Answer> {
  const now = clock.now()
  const token = await findToken(text, store.access, now)
  if ('wrong' in token) {
    await audit.changed('sign_in_failed')
    return notRight(token.wrong)
  }
  const session = newSecret('session')
  const life_ends = now + SESSION_LIFE_MS
  const expires_at = Math.min(life_ends, token.expires_at ?? life_ends)
  const caller = callerWith('session', token)
  const whose = { actor_kind: caller.kind, actor_id: caller.token_id }
  const cookie = sessionCookie(base_path)
  await endSession(cookie.of(headers), { store, clock }, { ...audit.entry('signed_out'), ...whose })
  await store.access.openSession(
    { id: session.id, digest: session.digest, token_id: token.id, created_at: now, expires_at },
    { ...audit.entry('signed_in', { target: session.id }), ...whose },
  )
  const body = infoOf(caller, token.name, expires_at)
  return { status: 201, body, headers: { 'set-cookie': cookie.keep(session.text) } }
}

/** Also for who is not signed in any more: the cookie goes in any case. */
export async function signOut(
  _input: unknown,
  { store, clock, base_path }: ApiServices,
  { audit, headers }: RequestFacts,
): Promise<Answer> {
  const cookie = sessionCookie(base_path)
  await endSession(cookie.of(headers), { store, clock }, audit.entry('signed_out'))
  const body: SignedOut = { status: 'signed_out' }
  return { status: 200, body, headers: { 'set-cookie': cookie.forget } }
}

export async function getSession(
  _input: unknown,
  { store, clock, base_path }: ApiServices,
  { caller, headers }: RequestFacts,
): Promise<Answer> {
  const text = caller.kind === 'session' ? sessionCookie(base_path).of(headers) : null
  const session = text === null ? null : await findSession(text, store.access, clock.now())
  const { kind, token_id, token_name } = caller
  const token = token_id === null || kind === 'host' ? null : await store.access.findToken(token_id)
  return ok(infoOf(caller, token?.name ?? token_name, session?.expires_at ?? token?.expires_at ?? null))
}

async function endSession(
  text: string | null,
  { store, clock }: Pick<ApiServices, 'store' | 'clock'>,
  entry: ReturnType<RequestFacts['audit']['entry']>,
): Promise<void> {
  const session = text === null ? null : await findSession(text, store.access, clock.now())
  if (session === null) return
  const actor = entry.actor_kind === ANONYMOUS_CALLER.kind ? 'session' : entry.actor_kind
  await store.access.endSession(session.id, {
    ...entry,
    actor_kind: actor,
    actor_id: session.token_id,
    target: session.id,
  })
}

function infoOf(caller: Caller, token_name: string | null, expires_at: number | null): SessionInfo {
  return {
    kind: caller.kind,
    token_id: caller.token_id,
    token_name,
    scopes: [...caller.scopes],
    users: caller.users,
    expires_at: expires_at === null ? null : new Date(expires_at).toISOString(),
  }
}
