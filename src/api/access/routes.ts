import { problemSchema } from '../http/answer.ts'
import { BASE } from '../http/base-path.ts'
import { LINK_HEADER } from '../http/page-links.ts'
import { opaqueId } from '../http/parameters.ts'
import { get, post, type Route } from '../http/route.ts'
import { AUDIT_PARAMETERS, auditPageSchema, listAudit } from './audit.ts'
import { getSession, sessionInfoSchema, signedOutSchema, signIn, signInToken, signOut } from './sessions.ts'
import {
  createToken,
  expiresInDays,
  listTokens,
  revokeToken,
  tokenCreatedSchema,
  tokenInfoSchema,
  tokenListSchema,
  tokenName,
  tokenScopes,
} from './tokens.ts'

export const ACCESS_ROUTES: readonly Route[] = [
  get(
    `${BASE}/tokens`,
    { summary: 'The access tokens', access: 'admin', parameters: {}, answers: { 200: tokenListSchema } },
    listTokens,
  ),
  post(
    `${BASE}/tokens`,
    {
      summary: 'Make an access token; this answer alone shows it',
      access: 'admin',
      parameters: { name: tokenName, scopes: tokenScopes, expires_in_days: expiresInDays },
      answers: { 201: tokenCreatedSchema },
    },
    createToken,
  ),
  post(
    `${BASE}/tokens/{token_id}/revoke`,
    {
      summary: 'Revoke an access token, which ends its sessions too',
      access: 'admin',
      parameters: { token_id: opaqueId('The public id of the token') },
      answers: { 200: tokenInfoSchema, 404: problemSchema },
    },
    revokeToken,
  ),
  get(
    `${BASE}/session`,
    {
      summary: 'Who you are, and what you may do',
      access: 'any',
      secret: true,
      parameters: {},
      answers: { 200: sessionInfoSchema },
    },
    getSession,
  ),
  post(
    `${BASE}/session`,
    {
      summary: 'Sign in with an access token: sets the cookie of a session',
      access: 'public',
      limit: 'sign_in',
      secret: true,
      parameters: { token: signInToken },
      answers: { 201: sessionInfoSchema, 401: problemSchema, 429: problemSchema },
    },
    signIn,
  ),
  post(
    `${BASE}/session/end`,
    {
      summary: 'Sign out',
      access: 'public',
      secret: true,
      parameters: {},
      answers: { 200: signedOutSchema },
    },
    signOut,
  ),
  get(
    `${BASE}/audit`,
    {
      summary: 'What was changed, and whose data was looked at, newest first',
      access: 'admin',
      parameters: AUDIT_PARAMETERS,
      answers: { 200: auditPageSchema },
      headers: { 200: LINK_HEADER },
    },
    listAudit,
  ),
]
