/** What a caller may do: read the figures, report syncs, change settings and see everything. */
export const SCOPES = ['read', 'ingest', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** Who sent a request, and what of the data that one may see. */
export interface Caller {
  /**
   * `loopback` is a program of this machine, which needs no token where the server listens on loopback only;
   * `anonymous` has shown nothing, and reaches only what is public.
   */
  readonly kind: 'loopback' | 'token' | 'session' | 'anonymous'
  /** The public id of the token; null where there is none. Never the token itself. */
  readonly token_id: string | null
  /** What the token is called; null where there is none. What is started with it belongs to the name. */
  readonly token_name: string | null
  readonly scopes: ReadonlySet<Scope>
  /** The application's users whose data may be read (`read:user:<id>`); null for all. */
  readonly users: readonly string[] | null
}

/** A program of this machine: may do everything. */
export const LOOPBACK_CALLER: Caller = {
  kind: 'loopback',
  token_id: null,
  token_name: null,
  scopes: new Set(SCOPES),
  users: null,
}

/** Somebody who has shown nothing: may see nothing. */
export const ANONYMOUS_CALLER: Caller = {
  kind: 'anonymous',
  token_id: null,
  token_name: null,
  scopes: new Set(),
  users: [],
}

/** What stands before the user's id in a scope that lets one read the data of that user only. */
export const USER_SCOPE_PREFIX = 'read:user:'

/** Whether a token may have this scope: `read`, `read:user:<id>`, `ingest` or `admin`. */
export function isTokenScope(text: string): boolean {
  if ((SCOPES as readonly string[]).includes(text)) return true
  if (!text.startsWith(USER_SCOPE_PREFIX) || text.includes('\0')) return false
  const { length } = Array.from(text.slice(USER_SCOPE_PREFIX.length))
  return length > 0 && length <= 255
}

/** Who comes with this token. `admin` includes all; `read` sees all users. */
export function callerWith(
  kind: 'token' | 'session',
  {
    id: token_id,
    name: token_name,
    scopes: token_scopes,
  }: { readonly id: string; readonly name: string; readonly scopes: readonly string[] },
): Caller {
  const shown = { kind, token_id, token_name }
  if (token_scopes.includes('admin')) return { ...shown, scopes: new Set(SCOPES), users: null }
  const users = token_scopes
    .filter((scope) => scope.startsWith(USER_SCOPE_PREFIX))
    .map((scope) => scope.slice(USER_SCOPE_PREFIX.length))
  const scopes = new Set(SCOPES.filter((scope) => token_scopes.includes(scope)))
  const reads_all = scopes.has('read')
  if (users.length > 0) scopes.add('read')
  return { ...shown, scopes, users: reads_all ? null : users }
}

/** Whether the caller may see what belongs to this user; syncs without a user are for those who see all. */
export function maySee({ users }: Caller, user_id: string | null): boolean {
  return users === null || (user_id !== null && users.includes(user_id))
}
