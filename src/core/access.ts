/** What a caller may do: read the figures, report syncs, change settings and see everything. */
export const SCOPES = ['read', 'ingest', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** Who sent a request, and what of the data that one may see. */
export interface Caller {
  /** `loopback` is a program of this machine, which needs no token where the server listens on loopback only. */
  readonly kind: 'loopback' | 'token' | 'session'
  /** The public id of the token; null for loopback. Never the token itself. */
  readonly token_id: string | null
  readonly scopes: ReadonlySet<Scope>
  /** The application's users whose data may be read (`read:user:<id>`); null for all. */
  readonly users: readonly string[] | null
}

/** A program of this machine: may do everything. */
export const LOOPBACK_CALLER: Caller = {
  kind: 'loopback',
  token_id: null,
  scopes: new Set(SCOPES),
  users: null,
}

/** Whether the caller may see what belongs to this user; syncs without a user are for those who see all. */
export function maySee({ users }: Caller, user_id: string | null): boolean {
  return users === null || (user_id !== null && users.includes(user_id))
}
