import { isTokenScope } from '../../core/access.ts'
import { newSecret } from '../../core/access-secret.ts'
import { systemClock } from '../../core/clock.ts'
import { MonitorError } from '../../core/errors.ts'
import type { AuditEntry, TokenRecord } from '../../store/access-store.ts'
import { openStore } from '../../store/open-store.ts'
import { stringValue, stringValues, type Command, type CommandContext } from '../command.ts'
import { printable } from '../terminal.ts'
import { textTable } from '../text-table.ts'

const MOST_NAME = 100
const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 }

export const tokenCreate: Command = {
  name: 'token create',
  summary: 'make an access token and print it, this once',
  options: {
    name: { type: 'string', value: 'NAME', help: 'what it is for' },
    scope: {
      type: 'string',
      multiple: true,
      value: 'SCOPE',
      help: 'read, read:user:ID, ingest or admin; may be given several times',
    },
    expires: {
      type: 'string',
      value: 'TIME',
      help: 'for so long: 12h, 90d, 52w (default: until it is revoked)',
    },
  },
  notes: [
    'The token alone goes to stdout; only its SHA-256 is kept. Send it as "Authorization: Bearer TOKEN".',
    'read sees all users, read:user:ID only that one, ingest reports syncs, admin may do everything.',
  ],
  async run(context) {
    const { terminal, config, json } = context
    const now = systemClock.now()
    const name = nameOf(context)
    const scopes = scopesOf(context)
    const expires_at = expiryOf(stringValue(context, 'expires'), now)
    const { id, text, digest } = newSecret('token')
    const token = { id, name, scopes, created_at: now, created_by: 'cli', expires_at }
    await using store = await openStore(config.database)
    await store.access.createToken({ ...token, digest }, auditEntry('token_created', id, now))
    if (json) {
      terminal.json({ token: text, ...recordOf({ ...token, revoked_at: null, last_used_at: null }, now) })
    } else {
      terminal.data(text)
    }
    terminal.message('Keep it now: it is not shown again. To end it: canvas-sync-monitor token revoke ' + id)
    return 0
  },
}

export const tokenList: Command = {
  name: 'token list',
  summary: 'the access tokens, newest first',
  options: {},
  async run({ terminal, config, json }) {
    const now = systemClock.now()
    await using store = await openStore(config.database)
    const tokens = await store.access.listTokens()
    if (json) terminal.json(tokens.map((token) => recordOf(token, now)))
    else if (tokens.length === 0)
      terminal.message('No access tokens yet. Make one with canvas-sync-monitor token create.')
    else for (const line of tableOf(tokens, now)) terminal.data(line)
    return 0
  },
}

export const tokenRevoke: Command = {
  name: 'token revoke',
  summary: 'end an access token and its sign-ins',
  positionals: 'ID',
  options: {},
  notes: ['ID is the public id that token list shows.'],
  async run({ terminal, config, json, positionals }) {
    const [id, ...rest] = positionals
    if (id === undefined || rest.length > 0) {
      throw new MonitorError('usage', 'token revoke needs the id of one token.', {
        next_step: 'See token list for the ids.',
      })
    }
    const now = systemClock.now()
    await using store = await openStore(config.database)
    const token = await store.access.revokeToken(id, now, auditEntry('token_revoked', id, now))
    if (token === null) {
      // What was given may be a whole token, so it is not repeated.
      throw new MonitorError('not_found_locally', 'There is no access token with this id.', {
        next_step: 'See token list for the ids: the letters between the first two low lines of a token.',
      })
    }
    if (json) terminal.json(recordOf(token, now))
    else terminal.data(`${token.id} is revoked.`)
    return 0
  },
}

function nameOf(context: CommandContext): string {
  const name = stringValue(context, 'name')?.trim() ?? ''
  if (name !== '' && name.length <= MOST_NAME) return name
  throw new MonitorError('usage', `--name must be text of 1 to ${MOST_NAME} characters.`, {
    next_step: 'Say what the token is for, for example --name grafana.',
  })
}

function scopesOf(context: CommandContext): string[] {
  const scopes = [...new Set(stringValues(context, 'scope'))]
  const wrong = scopes.find((scope) => !isTokenScope(scope))
  if (scopes.length > 0 && wrong === undefined) return scopes
  const message = wrong === undefined ? 'token create needs a --scope.' : `There is no scope "${wrong}".`
  throw new MonitorError('usage', message, {
    next_step: 'Use --scope read, --scope read:user:ID, --scope ingest or --scope admin.',
  })
}

function expiryOf(given: string | undefined, now: number): number | null {
  if (given === undefined) return null
  const [, count = '', unit = ''] = /^([1-9]\d{0,4})([hdw])$/.exec(given) ?? []
  const unit_ms = UNIT_MS[unit]
  if (unit_ms !== undefined) return now + Number(count) * unit_ms
  throw new MonitorError('usage', `--expires must be a time such as 90d, got "${given}".`, {
    next_step: 'Use hours, days or weeks: 12h, 90d, 52w.',
  })
}

function auditEntry(action: string, target: string, at: number): AuditEntry {
  const nobody = { actor_id: null, user_id: null, route: null, address: null }
  return { at, actor_kind: 'cli', action, target, ...nobody }
}

const statusOf = ({ revoked_at, expires_at }: TokenRecord, now: number): string =>
  revoked_at !== null ? 'revoked' : expires_at !== null && expires_at <= now ? 'expired' : 'active'

const isoTime = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())

/** The same members as in the API. */
function recordOf(token: TokenRecord, now: number): object {
  const { created_at, expires_at, revoked_at, last_used_at, ...rest } = token
  return {
    ...rest,
    status: statusOf(token, now),
    created_at: isoTime(created_at),
    expires_at: isoTime(expires_at),
    revoked_at: isoTime(revoked_at),
    last_used_at: isoTime(last_used_at),
  }
}

function tableOf(tokens: readonly TokenRecord[], now: number): string[] {
  const minute = (at: number | null): string => isoTime(at)?.slice(0, 16).replace('T', ' ') ?? '-'
  const rows = tokens.map((token) => [
    token.id,
    printable(token.name),
    printable(token.scopes.join(' ')),
    statusOf(token, now),
    minute(token.created_at),
    minute(token.expires_at),
    minute(token.last_used_at),
  ])
  return textTable([['id', 'name', 'scopes', 'status', 'created (UTC)', 'expires', 'last used'], ...rows])
}
