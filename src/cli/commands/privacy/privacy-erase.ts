import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { systemClock } from '../../../core/clock.ts'
import { MonitorError } from '../../../core/errors.ts'
import { Ingest } from '../../../ingest/ingest.ts'
import { eraseLines } from '../../../logs/erasure/erase-lines.ts'
import type { UserTraces } from '../../../store/erasure-store.ts'
import { openStore } from '../../../store/open-store.ts'
import { emptyWriteAheadLog } from '../../../store/sqlite/empty-write-ahead-log.ts'
import { rewriteSqliteFile } from '../../../store/sqlite/rewrite-file.ts'
import type { Store } from '../../../store/store.ts'
import { flagValue, stringValue, type Command, type CommandContext } from '../../command.ts'
import { TextDisplay } from '../../progress/text-display.ts'
import { sqliteFileIn } from '../../sqlite-file.ts'
import { describeErased, describePlan } from './erase-text.ts'
import type { ErasureReceipt } from './erasure-receipt.ts'

/** Some seconds; larger files are rewritten for who asks for it. */
const MOST_BYTES_REWRITTEN = 512 * 1_048_576
/** Rows of one transaction: others wait for no longer than that takes. */
const ROWS_A_STEP = 500

export const privacyErase: Command = {
  name: 'privacy erase',
  summary: 'take everything of one user out of database, logs and archives',
  options: {
    user: { type: 'string', value: 'ID', help: "the application's id of the user" },
    rewrite: {
      type: 'boolean',
      help: 'write a large SQLite file anew, too, so that no unused part has old bytes; nobody can write meanwhile',
    },
    yes: { type: 'boolean', help: 'do it; without, only what would go is told' },
  },
  notes: [
    'The syncs of the user, what hangs on them, the synced data that nobody else’s syncs have read, the log lines',
    'in every file and archive, and the name in tokens and in the audit log. Sums over all users stay. It can be run',
    'again after it was stopped. Backups are not touched: delete those that are older, too.',
    'Exit codes: 1 when something is left, or without --yes.',
  ],
  async run(context) {
    const user_id = stringValue(context, 'user')
    if (user_id === undefined || user_id === '') {
      throw new MonitorError('usage', 'privacy erase needs --user ID.', {
        next_step: 'See canvas-sync-monitor privacy erase --help.',
      })
    }
    await using store = await openStore(context.config.database)
    const found = await store.erasure.find(user_id)
    if (!flagValue(context, 'yes')) return tellPlan(context, found)
    if (found.running > 0) {
      throw new MonitorError(
        'already_running',
        found.running === 1
          ? 'A sync of this user is running.'
          : `${found.running} syncs of this user are running.`,
        {
          next_step: 'Let them end, or stop them; nothing was erased.',
        },
      )
    }
    const receipt = await erase(context, store, user_id, found)
    if (context.json) context.terminal.json(receipt)
    else for (const line of describeErased(receipt, context.terminal)) context.terminal.data(line)
    return receipt.verified ? 0 : 1
  },
}

function tellPlan({ terminal, json }: CommandContext, found: UserTraces): number {
  if (json) terminal.json({ erased: false, found })
  else for (const line of describePlan(found)) terminal.data(line)
  terminal.message('Nothing was erased. Add --yes to do it; it cannot be undone.')
  return 1
}

async function erase(
  context: CommandContext,
  store: Store,
  user_id: string,
  found: UserTraces,
): Promise<ErasureReceipt> {
  const { config, terminal, signal } = context
  const started_at = isoNow()
  using display = new TextDisplay(terminal)
  await writeLinesLeftBehind(context, store)
  // The lines first: only the database knows which syncs were the user's, if this has to be run again.
  const task_ids = new Set(await store.erasure.taskIds(user_id))
  const logs = await eraseLines(
    config.log_dir,
    { user_id, task_ids },
    {
      clock: systemClock,
      signal,
      onProgress: (file, done, total) => {
        display.show(`Reading ${file} (${done + 1} of ${total}) …`)
      },
    },
  )
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
  await steps(() => store.erasure.eraseSyncs(user_id, ROWS_A_STEP))
  await steps(() => store.erasure.eraseData(user_id, ROWS_A_STEP))
  await store.erasure.eraseTraces(user_id, {
    at: systemClock.now(),
    actor_kind: 'cli',
    actor_id: null,
    action: 'user_erased',
    target: hashOf(user_id).slice(0, 16),
    user_id: null,
    route: null,
    address: null,
  })
  const left = await store.erasure.find(user_id)
  const path = sqliteFileIn(config.database)
  const rewritten = path === null ? null : rewriteIfAllowed(path, context)
  const emptied = path === null ? null : await emptyWriteAheadLog(path, systemClock)
  const nothing_left = left.syncs + left.sources + left.tokens + left.audit_entries === 0
  return {
    user_sha256: hashOf(user_id),
    started_at,
    finished_at: isoNow(),
    found,
    database: { rows_deleted, left },
    logs,
    file_rewritten: rewritten,
    write_ahead_log_emptied: emptied,
    verified:
      nothing_left && logs.lines_left === 0 && logs.suspicious_lines === 0 && logs.failures.length === 0,
  }
}

/** Lines that a killed server has committed and not written are in no file: the next server would write them later. */
async function writeLinesLeftBehind({ config }: CommandContext, store: Store): Promise<void> {
  const failures: unknown[] = []
  const ingest = await Ingest.open({
    store: store.ingest,
    logDir: config.log_dir,
    streams: config.log_streams,
    clock: systemClock,
    onFailure: (error) => failures.push(error),
  })
  await ingest.close()
  if (failures.length > 0) throw failures[0]
}

/** A large one takes so long that syncs which run meanwhile could be taken for lost. */
function rewriteIfAllowed(path: string, context: CommandContext): boolean {
  const small = statSync(path).size <= MOST_BYTES_REWRITTEN
  return (small || flagValue(context, 'rewrite')) && rewriteSqliteFile(path)
}

const hashOf = (user_id: string): string => createHash('sha256').update(user_id).digest('hex')

const isoNow = (): string => new Date(systemClock.now()).toISOString()
