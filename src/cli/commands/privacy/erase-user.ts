import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { systemClock } from '../../../core/clock.ts'
import { spoolStatus } from '../../../remote/spool/spool.ts'
import type { UserTraces } from '../../../store/erasure-store.ts'
import { leftByRestore } from '../../../store/sqlite/backup/restore-names.ts'
import { emptyWriteAheadLog } from '../../../store/sqlite/empty-write-ahead-log.ts'
import { rewriteSqliteFile } from '../../../store/sqlite/rewrite-file.ts'
import type { Store } from '../../../store/store.ts'
import { flagValue, type CommandContext } from '../../command.ts'
import { TextDisplay } from '../../progress/text-display.ts'
import { spoolDirectory } from '../../server-options.ts'
import { sqliteFileIn } from '../../sqlite-file.ts'
import { allErased, eraseUserLines } from './erase-user-lines.ts'
import type { ErasureReceipt } from './erasure-receipt.ts'

/** Some seconds; larger files are rewritten for who asks for it. */
const MOST_BYTES_REWRITTEN = 512 * 1_048_576
/** Rows of one transaction: others wait for no longer than that takes. */
const ROWS_A_STEP = 500

export interface ErasureTask {
  readonly context: CommandContext
  /** Null where there is none, which is for logs alone. */
  readonly store: Store | null
  readonly user_id: string
  readonly found: UserTraces | null
  readonly logs_only: boolean
}

/** Erases and looks again. Whatever it is stopped in, it is simply run again. */
export async function eraseUser(task: ErasureTask): Promise<ErasureReceipt> {
  const { context, store, user_id, found, logs_only } = task
  const started_at = isoNow()
  using display = new TextDisplay(context.terminal)
  // The lines first: only the database knows which syncs were the user's, if this has to be run again.
  const { logs, task_ids_known, shipped } = await eraseUserLines(context, store, user_id, display)
  const database = logs_only || store === null ? null : await eraseRows(context, store, user_id, display)
  const path = database === null ? null : sqliteFileIn(context.config.database)
  const file_rewritten = path === null ? null : rewriteIfAllowed(path, context)
  const write_ahead_log_emptied = path === null ? null : await emptyWriteAheadLog(path, systemClock)
  const databases_left_by_restore = database === null ? [] : leftByRestoreOf(context)
  // Those of a process that lives come and go all the time, and it delivers them itself.
  const { left_bytes, elsewhere_bytes } = spoolStatus(spoolDirectory(context))
  const spool_bytes = left_bytes + elsewhere_bytes
  return {
    user_sha256: hashOf(user_id),
    started_at,
    finished_at: isoNow(),
    found,
    database,
    logs,
    task_ids_known,
    shipped_lines: shipped,
    spool_bytes,
    databases_left_by_restore,
    file_rewritten,
    write_ahead_log_emptied,
    verified:
      (database === null || nothingIn(database.left)) &&
      allErased(logs) &&
      (shipped?.lines_left ?? 0) === 0 &&
      spool_bytes === 0 &&
      databases_left_by_restore.length === 0,
  }
}

/** What restores have left beside the database. */
export function leftByRestoreOf({ config }: CommandContext): string[] {
  const path = sqliteFileIn(config.database)
  return path === null ? [] : leftByRestore(path)
}

async function eraseRows(
  { signal }: CommandContext,
  { erasure }: Store,
  user_id: string,
  display: TextDisplay,
): Promise<ErasureReceipt['database']> {
  let rows_deleted = 0
  const steps = async (
    step: () => Promise<{ readonly rows: number; readonly done: boolean }>,
  ): Promise<void> => {
    for (let done = false; !done;) {
      signal.throwIfAborted()
      const { rows, ...rest } = await step()
      rows_deleted += rows
      done = rest.done
      display.show(`${rows_deleted} rows deleted …`)
    }
  }
  await steps(() => erasure.eraseSyncs(user_id, ROWS_A_STEP))
  await steps(() => erasure.eraseData(user_id, ROWS_A_STEP))
  await erasure.eraseTraces(user_id, {
    at: systemClock.now(),
    actor_kind: 'cli',
    actor_id: null,
    action: 'user_erased',
    target: hashOf(user_id).slice(0, 16),
    user_id: null,
    route: null,
    address: null,
  })
  return { rows_deleted, left: await erasure.find(user_id) }
}

function nothingIn({ syncs, sources, tokens, audit_entries }: UserTraces): boolean {
  return syncs + sources + tokens + audit_entries === 0
}

/** A large one takes so long that syncs which run meanwhile could be taken for lost. */
function rewriteIfAllowed(path: string, context: CommandContext): boolean {
  const small = statSync(path).size <= MOST_BYTES_REWRITTEN
  return (small || flagValue(context, 'rewrite')) && rewriteSqliteFile(path)
}

const hashOf = (user_id: string): string => createHash('sha256').update(user_id).digest('hex')

const isoNow = (): string => new Date(systemClock.now()).toISOString()
