import { sql } from 'kysely'
import type {
  AccessStore,
  AuditEntry,
  AuditQuery,
  AuditRecord,
  NewSession,
  NewToken,
  StoredSession,
  StoredToken,
  TokenRecord,
} from '../access-store.ts'
import type { SqlConnection, SqlDatabase } from './sql-database.ts'
import type { TokensTable } from './access-tables.ts'

const TOKENS = 'canvas_sync_tokens'
const SESSIONS = 'canvas_sync_sessions'
const AUDIT = 'canvas_sync_audit'

/** Columns of an audit entry; 8 parameters each keep many of them in one statement. */
const AUDIT_BATCH = 500

/** {@link AccessStore} in the SQL that both engines understand. */
export class SqlAccessStore implements AccessStore {
  readonly #database: SqlDatabase

  constructor(database: SqlDatabase) {
    this.#database = database
  }

  async createToken({ scopes, ...token }: NewToken, audit: AuditEntry): Promise<void> {
    await this.#database.write(async (connection) => {
      const row = { ...token, scopes: JSON.stringify(scopes), revoked_at: null, last_used_at: null }
      await connection.query.insertInto(TOKENS).values(row).execute()
      await insertAudit(connection, [audit])
    })
  }

  listTokens(): Promise<TokenRecord[]> {
    return this.#database.read(async ({ query }) => {
      const rows = await query
        .selectFrom(TOKENS)
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .execute()
      return rows.map(recordOfRow)
    })
  }

  findToken(id: string): Promise<StoredToken | null> {
    return this.#database.read(async ({ query }) => {
      const row = await query.selectFrom(TOKENS).selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : { ...recordOfRow(row), digest: row.digest }
    })
  }

  revokeToken(id: string, at: number, audit: AuditEntry): Promise<TokenRecord | null> {
    return this.#database.write(async (connection) => {
      const { query } = connection
      const revoked = await query
        .updateTable(TOKENS)
        .set({ revoked_at: at })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .returning('id')
        .executeTakeFirst()
      if (revoked !== undefined) {
        await query.deleteFrom(SESSIONS).where('token_id', '=', id).execute()
        await insertAudit(connection, [audit])
      }
      const row = await query.selectFrom(TOKENS).selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : recordOfRow(row)
    })
  }

  hasUsableToken(at: number): Promise<boolean> {
    return this.#database.read(async ({ query }) => {
      const row = await query
        .selectFrom(TOKENS)
        .select('id')
        .where('revoked_at', 'is', null)
        .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', at)]))
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    })
  }

  async saveTokenUse(id: string, at: number): Promise<void> {
    await this.#database.write((connection) => updateTokenUse(connection, id, at))
  }

  async openSession(session: NewSession, audit: AuditEntry): Promise<void> {
    await this.#database.write(async (connection) => {
      const row = { ...session, last_used_at: session.created_at }
      await connection.query.insertInto(SESSIONS).values(row).execute()
      await insertAudit(connection, [audit])
    })
  }

  findSession(id: string): Promise<StoredSession | null> {
    return this.#database.read(async ({ query }) => {
      const session = await query.selectFrom(SESSIONS).selectAll().where('id', '=', id).executeTakeFirst()
      if (session === undefined) return null
      const token = await query
        .selectFrom(TOKENS)
        .selectAll()
        .where('id', '=', session.token_id)
        .executeTakeFirst()
      return token === undefined ? null : { ...session, token: recordOfRow(token) }
    })
  }

  async saveSessionUse(id: string, at: number): Promise<void> {
    await this.#database.write(async (connection) => {
      const session = await connection.query
        .updateTable(SESSIONS)
        .set({ last_used_at: at })
        .where('id', '=', id)
        .where('last_used_at', '<', at)
        .returning('token_id')
        .executeTakeFirst()
      if (session !== undefined) await updateTokenUse(connection, session.token_id, at)
    })
  }

  endSession(id: string, audit: AuditEntry): Promise<boolean> {
    return this.#database.write(async (connection) => {
      const ended = await connection.query
        .deleteFrom(SESSIONS)
        .where('id', '=', id)
        .returning('id')
        .executeTakeFirst()
      if (ended === undefined) return false
      await insertAudit(connection, [audit])
      return true
    })
  }

  async recordAudit(entries: readonly AuditEntry[]): Promise<void> {
    if (entries.length === 0) return
    await this.#database.write((connection) => insertAudit(connection, entries))
  }

  listAudit(filter: AuditQuery): Promise<AuditRecord[]> {
    return this.#database.read(async ({ query }) => {
      let select = query.selectFrom(AUDIT).selectAll()
      if (filter.actor_id !== undefined) select = select.where('actor_id', '=', filter.actor_id)
      if (filter.action !== undefined) select = select.where('action', '=', filter.action)
      if (filter.user_id !== undefined) select = select.where('user_id', '=', filter.user_id)
      if (filter.since !== undefined) select = select.where('at', '>=', filter.since)
      if (filter.until !== undefined) select = select.where('at', '<', filter.until)
      if (filter.before_id !== null) select = select.where('id', '<', filter.before_id)
      return await select.orderBy('id', 'desc').limit(filter.limit).execute()
    })
  }

  removeOld(expired_before: number, audit_before: number, limit: number): Promise<number> {
    return this.#database.write(async ({ query }) => {
      const sessions = await query
        .deleteFrom(SESSIONS)
        .where('id', 'in', (inner) =>
          inner.selectFrom(SESSIONS).select('id').where('expires_at', '<', expired_before).limit(limit),
        )
        .executeTakeFirst()
      const entries = await query
        .deleteFrom(AUDIT)
        .where('id', 'in', (inner) =>
          inner.selectFrom(AUDIT).select('id').where('at', '<', audit_before).orderBy('at').limit(limit),
        )
        .executeTakeFirst()
      return Number(sessions.numDeletedRows + entries.numDeletedRows)
    })
  }
}

async function insertAudit({ query }: SqlConnection, entries: readonly AuditEntry[]): Promise<void> {
  for (let first = 0; first < entries.length; first += AUDIT_BATCH) {
    await query
      .insertInto(AUDIT)
      .values(entries.slice(first, first + AUDIT_BATCH))
      .execute()
  }
}

async function updateTokenUse({ query }: SqlConnection, id: string, at: number): Promise<void> {
  await query
    .updateTable(TOKENS)
    .set({ last_used_at: at })
    .where('id', '=', id)
    .where(sql<boolean>`coalesce(last_used_at, 0) < ${at}`)
    .execute()
}

function recordOfRow(token: TokensTable): TokenRecord {
  const { digest: _, scopes, ...row } = token
  return { ...row, scopes: JSON.parse(scopes) as string[] }
}
