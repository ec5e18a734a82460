import type { AuditPage } from '../../../src/api/access/audit.ts'
import type { TokenInfo, TokenList } from '../../../src/api/access/tokens.ts'
import type { CleanupStarted } from '../../../src/api/logs/logs.ts'
import type { SystemInfo } from '../../../src/api/system/system-schemas.ts'
import type { CleanupOptions } from '../../../src/logs/cleanup/cleanup-report.ts'
import type { CleanupStatus } from '../../../src/logs/cleanup/log-directory.ts'
import type { CleanupPlan } from '../../../src/logs/cleanup/plan-cleanup.ts'
import type { QueueStatus } from '../../../src/queue/queue-status.ts'
import { addressOf, askJson } from '../data/api-client.ts'
import { asked, type Asking } from '../data/asked.ts'

const once = { follows_syncs: false }
const LAST_ENTRIES = 20
/** Syncs are queued and workers come and go, and no event tells of it. */
const QUEUE_EVERY_MS = 5000

export const systemQuery = (): Asking<SystemInfo> => asked('system', '/system', {}, once)
export const cleanupStatusQuery = (): Asking<CleanupStatus> =>
  asked('cleanup-status', '/logs/cleanup-status', {}, once)
export const queueQuery = (): Asking<QueueStatus> & { readonly refetchInterval: number } => ({
  ...asked('queue', '/queue'),
  refetchInterval: QUEUE_EVERY_MS,
})
export const tokensQuery = (): Asking<TokenList> => asked('tokens', '/tokens', {}, once)
export const auditQuery = (): Asking<AuditPage> => asked('audit', '/audit', { limit: LAST_ENTRIES }, once)

const post = <T>(path: string, body: object): Promise<T> =>
  askJson<T>(addressOf(path), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** What a clean-up would do; changes nothing. */
export const planCleanup = (options: CleanupOptions): Promise<CleanupPlan> =>
  post('/logs/cleanup', { ...options, dry_run: true })
export const startCleanup = (options: CleanupOptions): Promise<CleanupStarted> =>
  post('/logs/cleanup', options)
export const revokeToken = (token_id: string): Promise<TokenInfo> =>
  post(`/tokens/${encodeURIComponent(token_id)}/revoke`, {})
