import { z } from 'zod'
import { isTokenScope } from '../../core/access.ts'
import { newSecret, SECRET_SHAPE } from '../../core/access-secret.ts'
import type { TokenRecord } from '../../store/access-store.ts'
import { ok, problem, type Answer, type Members } from '../http/answer.ts'
import { wholeNumber } from '../http/parameters.ts'
import type { RequestFacts } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { nameOfCaller } from './request-audit.ts'

const MOST_SCOPES = 50
const MOST_NAME = 100
const DAY_MS = 86_400_000

/** A token as it is listed; nothing of it is secret. */
export interface TokenInfo {
  readonly id: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly status: 'active' | 'expired' | 'revoked'
  readonly created_at: string
  /** `cli`, `loopback`, or `token:<id>` */
  readonly created_by: string
  readonly expires_at: string | null
  readonly revoked_at: string | null
  /** To the minute. */
  readonly last_used_at: string | null
}

/** The only answer that ever holds a token. */
export interface TokenCreated extends TokenInfo {
  readonly token: string
}

export interface TokenList {
  readonly count: number
  readonly tokens: readonly TokenInfo[]
}

const moment = z.iso.datetime().nullable()
const info: Members<TokenInfo> = {
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  status: z.enum(['active', 'expired', 'revoked']),
  created_at: z.iso.datetime(),
  created_by: z.string(),
  expires_at: moment,
  revoked_at: moment,
  last_used_at: moment,
}

export const tokenInfoSchema: z.ZodType<TokenInfo> = z.object(info).meta({ title: 'Token' })
export const tokenListSchema: z.ZodType<TokenList> = z
  .object({ count: z.int().min(0), tokens: z.array(z.object(info)) })
  .meta({ title: 'TokenList' })
export const tokenCreatedSchema: z.ZodType<TokenCreated> = z
  .object({ ...info, token: z.string() })
  .meta({ title: 'TokenCreated' })

const name_error = `text of 1 to ${MOST_NAME} characters that is not a token`
const scopes_error = `one to ${MOST_SCOPES} of read, read:user:<id>, ingest, admin`

export const tokenName: z.ZodType<string> = z
  .string({ error: name_error })
  .trim()
  .min(1, { error: name_error })
  .max(MOST_NAME, { error: name_error })
  .refine((name) => !name.includes('\0') && !SECRET_SHAPE.test(name), { error: name_error })
  .meta({ description: 'What the token is for', examples: ['grafana'] })

/** In an address one, or the parameter several times; in a body a list. */
export const tokenScopes: z.ZodType<string[]> = z
  .preprocess(
    (given) => (typeof given === 'string' ? [given] : given),
    z
      .array(z.string({ error: scopes_error }).refine(isTokenScope, { error: scopes_error }), {
        error: scopes_error,
      })
      .min(1, { error: scopes_error })
      .max(MOST_SCOPES, { error: scopes_error }),
  )
  .meta({
    description: 'What it may do: read, read:user:<id> (any number), ingest, admin',
    examples: [['read']],
  })

export const expiresInDays: z.ZodType<number | undefined> = wholeNumber(1, 3650)
  .optional()
  .meta({ description: 'After so many days it is no longer valid; without it, it is until it is revoked' })

export interface NewTokenInput {
  readonly name: string
  readonly scopes: readonly string[]
  readonly expires_in_days: number | undefined
}

export function toTokenInfo(token: TokenRecord, now: number): TokenInfo {
  const { expires_at, revoked_at, last_used_at } = token
  const expired = expires_at !== null && expires_at <= now
  return {
    id: token.id,
    name: token.name,
    scopes: token.scopes,
    status: revoked_at !== null ? 'revoked' : expired ? 'expired' : 'active',
    created_at: isoTime(token.created_at),
    created_by: token.created_by,
    expires_at: isoTimeOrNull(expires_at),
    revoked_at: isoTimeOrNull(revoked_at),
    last_used_at: isoTimeOrNull(last_used_at),
  }
}

export async function createToken(
  { name, scopes, expires_in_days }: NewTokenInput,
  { store, clock }: ApiServices,
  { caller, audit }: RequestFacts,
): Promise<Answer> {
  const { id, text, digest } = newSecret('token')
  const created_at = clock.now()
  const token = {
    id,
    name,
    scopes: [...new Set(scopes)],
    created_at,
    created_by: nameOfCaller(caller),
    expires_at: expires_in_days === undefined ? null : created_at + expires_in_days * DAY_MS,
  }
  await store.access.createToken({ ...token, digest }, audit.entry('token_created', { target: id }))
  const shown = toTokenInfo({ ...token, revoked_at: null, last_used_at: null }, created_at)
  const body: TokenCreated = { token: text, ...shown }
  return { status: 201, body }
}

export async function listTokens(_input: unknown, { store, clock }: ApiServices): Promise<Answer> {
  const tokens = await store.access.listTokens()
  const now = clock.now()
  const body: TokenList = { count: tokens.length, tokens: tokens.map((token) => toTokenInfo(token, now)) }
  return ok(body)
}

export async function revokeToken(
  { token_id }: { token_id: string },
  { store, clock }: ApiServices,
  { audit }: RequestFacts,
): Promise<Answer> {
  const now = clock.now()
  const entry = audit.entry('token_revoked', { target: token_id })
  const token = await store.access.revokeToken(token_id, now, entry)
  return token === null ? problem(404, 'There is no access token with this id.') : ok(toTokenInfo(token, now))
}

const isoTime = (at_ms: number): string => new Date(at_ms).toISOString()
const isoTimeOrNull = (at_ms: number | null): string | null => (at_ms === null ? null : isoTime(at_ms))
