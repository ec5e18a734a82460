/** An access token as anybody with the right may see it. Times are epoch milliseconds. */
export interface TokenRecord {
  /** The public part of the token. */
  readonly id: string
  /** What its creator called it. */
  readonly name: string
  /** `read`, `read:user:<id>`, `ingest`, `admin` */
  readonly scopes: readonly string[]
  readonly created_at: number
  /** `cli`, `loopback`, or `token:<id>` */
  readonly created_by: string
  /** Null when it never ends by itself. */
  readonly expires_at: number | null
  readonly revoked_at: number | null
  /** To the minute; null when it was never used. */
  readonly last_used_at: number | null
}

/** With the SHA-256 of the whole token, in hex. */
export interface StoredToken extends TokenRecord {
  readonly digest: string
}

export type NewToken = Omit<StoredToken, 'revoked_at' | 'last_used_at'>

export interface NewSession {
  readonly id: string
  /** SHA-256 of the whole session id, in hex. */
  readonly digest: string
  readonly token_id: string
  readonly created_at: number
  readonly expires_at: number
}

export interface StoredSession extends NewSession {
  /** To the minute. */
  readonly last_used_at: number
  /** What the session was opened with: it can do no more, and ends with it. */
  readonly token: TokenRecord
}

/** Who did what, when. Nothing in it is secret; user ids are the application's own. */
export interface AuditEntry {
  readonly at: number
  /** `token`, `session`, `loopback`, `anonymous`, `cli` */
  readonly actor_kind: string
  /** The public id of the token; null where there is none. */
  readonly actor_id: string | null
  /** `token_created`, `signed_in`, `viewed`, … */
  readonly action: string
  /** What it was done to: the id of a token, of a sync, of a clean-up. */
  readonly target: string | null
  /** Whose data it was about. */
  readonly user_id: string | null
  /** Method and route without values. */
  readonly route: string | null
  /** Of the client; null where there is none. */
  readonly address: string | null
}

export interface AuditRecord extends AuditEntry {
  readonly id: number
}

export interface AuditQuery {
  readonly actor_id?: string
  readonly action?: string
  readonly user_id?: string
  /** At or after. */
  readonly since?: number
  /** Before. */
  readonly until?: number
  readonly limit: number
  /** Only entries with a smaller id: the last one of the page before. */
  readonly before_id: number | null
}

/** Tokens, sessions of browsers and the audit log. Each change and its audit entry are one transaction. */
export interface AccessStore {
  createToken(token: NewToken, audit: AuditEntry): Promise<void>
  /** Newest first. */
  listTokens(): Promise<TokenRecord[]>
  findToken(id: string): Promise<StoredToken | null>
  /** Also ends its sessions. One that is revoked already stays as it is; null when there is none. */
  revokeToken(id: string, at: number, audit: AuditEntry): Promise<TokenRecord | null>
  /** Whether any token is neither revoked nor expired. */
  hasUsableToken(at: number): Promise<boolean>
  /** Never goes back. */
  saveTokenUse(id: string, at: number): Promise<void>

  openSession(session: NewSession, audit: AuditEntry): Promise<void>
  findSession(id: string): Promise<StoredSession | null>
  /** Also a use of its token. Never goes back. */
  saveSessionUse(id: string, at: number): Promise<void>
  /** Returns whether there was one; otherwise nothing is audited. */
  endSession(id: string, audit: AuditEntry): Promise<boolean>

  recordAudit(entries: readonly AuditEntry[]): Promise<void>
  /** Newest first. */
  listAudit(query: AuditQuery): Promise<AuditRecord[]>
  /**
   * Removes sessions that expired before `expired_before` and audit entries older than `audit_before`, at most `limit`
   * of each. Returns how many are gone; as many as the limit means that there may be more.
   */
  removeOld(expired_before: number, audit_before: number, limit: number): Promise<number>
}
