import { existsSync } from 'node:fs'
import { MonitorError } from '../../../core/errors.ts'
import { openStore } from '../../../store/open-store.ts'
import type { UserTraces } from '../../../store/erasure-store.ts'
import type { Store } from '../../../store/store.ts'
import { flagValue, stringValue, type Command, type CommandContext } from '../../command.ts'
import { sqliteFileIn } from '../../sqlite-file.ts'
import { describeErased, describeLogsPlan, describePlan } from './erase-text.ts'
import { eraseUser, leftByRestoreOf } from './erase-user.ts'

export const privacyErase: Command = {
  name: 'privacy erase',
  summary: 'take everything of one user out of database, logs and archives',
  options: {
    user: { type: 'string', value: 'ID', help: "the application's id of the user" },
    'logs-only': {
      type: 'boolean',
      help: 'only the logs of this machine, where several share a database: on all but one, and before that one',
    },
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
    const logs_only = flagValue(context, 'logs-only')
    await using store = logs_only ? await storeIfThere(context) : await openStore(context.config.database)
    const found = (await store?.erasure.find(user_id)) ?? null
    if (!flagValue(context, 'yes')) return tellPlan(context, found)
    refuseWhileRunning(found)
    const receipt = await eraseUser({ context, store, user_id, found, logs_only })
    if (context.json) context.terminal.json(receipt)
    else for (const line of describeErased(receipt, context.terminal)) context.terminal.data(line)
    return receipt.verified ? 0 : 1
  },
}

/** A machine that has nothing but logs gets no database by being asked. */
async function storeIfThere({ config }: CommandContext): Promise<Store | null> {
  const path = sqliteFileIn(config.database)
  return path !== null && !existsSync(path) ? null : await openStore(config.database)
}

function refuseWhileRunning(found: UserTraces | null): void {
  if (found === null || found.running === 0) return
  const running =
    found.running === 1
      ? 'A sync of this user is running.'
      : `${found.running} syncs of this user are running.`
  throw new MonitorError('already_running', running, {
    next_step: 'Let them end, or stop them; nothing was erased.',
  })
}

function tellPlan(context: CommandContext, found: UserTraces | null): number {
  const { config, terminal, json } = context
  const logs_only = flagValue(context, 'logs-only')
  const databases_left_by_restore = logs_only ? [] : leftByRestoreOf(context)
  if (json) terminal.json({ erased: false, found, databases_left_by_restore })
  else {
    const is_shared = sqliteFileIn(config.database) === null
    const plan =
      logs_only || found === null
        ? describeLogsPlan(config.log_dir, found?.syncs ?? 0)
        : describePlan({ found, databases_left_by_restore, is_shared })
    for (const line of plan) terminal.data(line)
  }
  terminal.message('Nothing was erased. Add --yes to do it; it cannot be undone.')
  return 1
}
