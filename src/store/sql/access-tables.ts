import type { Generated } from 'kysely'

export interface TokensTable {
  id: string
  digest: string
  name: string
  scopes: string
  created_at: number
  created_by: string
  expires_at: number | null
  revoked_at: number | null
  last_used_at: number | null
}

export interface SessionsTable {
  id: string
  digest: string
  token_id: string
  created_at: number
  expires_at: number
  last_used_at: number
}

export interface AuditTable {
  id: Generated<number>
  at: number
  actor_kind: string
  actor_id: string | null
  action: string
  target: string | null
  user_id: string | null
  route: string | null
  address: string | null
}

/** Who may do what, and who did. */
export interface AccessTables {
  canvas_sync_tokens: TokensTable
  canvas_sync_sessions: SessionsTable
  canvas_sync_audit: AuditTable
}
