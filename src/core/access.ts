/** What a caller may do: read the figures, report syncs, change settings and see everything. */
export const SCOPES = ['read', 'ingest', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** Who sent a request, and what of the data that one may see. */
export interface Caller {
  /**
   * `loopback` is a program of this machine, which needs no token where the server listens on loopback only; `host` was
   * let in by the application that the server is mounted in; `anonymous` has shown nothing, and reaches only what is
   * public.
   */
  readonly kind: 'loopback' | 'token' | 'session' | 'host' | 'anonymous'
  /** The public id of the token, never the token itself; of `host` the application's name for who it is; else null. */
  readonly token_id: string | null
  /** What the token is called, or as `token_id`; null where there is none. What is started with it belongs to the name. */
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

/** Somebody whom the application lets in that the server is mounted in. */
export interface HostCaller {
  /** `read` the figures, report syncs (`ingest`), or everything (`admin`). */
  readonly scopes: readonly Scope[]
  /** Whose data may be read: ids of the application's users. Default: of all. Not together with `admin`. */
  readonly users?: readonly (string | number)[]
  /** Who it is to the application, as the audit log keeps it: an id, up to 255 characters. Default: nobody knows. */
  readonly name?: string
}

/**
 * Who comes with the word of the application. What it says is checked: a mistake there must not open anything.
 *
 * @throws TypeError when it is no such thing
 */
export function callerOfHost(given: HostCaller): Caller {
  const { scopes, users, name = null } = given
  const isScope = (scope: unknown): boolean => (SCOPES as readonly unknown[]).includes(scope)
  if (!Array.isArray(scopes) || !scopes.every(isScope)) {
    throw new TypeError(`authorize must return scopes, each of them one of ${SCOPES.join(', ')}.`)
  }
  const isUser = (user: unknown): boolean => typeof user === 'string' || Number.isSafeInteger(user)
  if (users !== undefined && (!Array.isArray(users) || !users.every(isUser))) {
    throw new TypeError('authorize must return users as a list of ids, or none for all users.')
  }
  if (users !== undefined && scopes.includes('admin')) {
    throw new TypeError('authorize must not limit the users of an admin, who sees everything.')
  }
  if (name !== null && (typeof name !== 'string' || name === '' || name.length > 255)) {
    throw new TypeError('authorize must return a name of 1 to 255 characters, or none.')
  }
  return {
    kind: 'host',
    token_id: name,
    token_name: name,
    scopes: new Set(scopes.includes('admin') ? SCOPES : scopes),
    users: users === undefined ? null : users.map(String),
  }
}

/** Whether the caller may see what belongs to this user; syncs without a user are for those who see all. */
export function maySee({ users }: Caller, user_id: string | null): boolean {
  return users === null || (user_id !== null && users.includes(user_id))
}
