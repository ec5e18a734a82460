import { validateBaseUrl } from '../../canvas/origin.ts'
import { MonitorError } from '../../core/errors.ts'
import { runSync } from '../../engine/sync-engine.ts'
import { createMonitor } from '../../tracker/monitor.ts'
import { checkCanvasId } from '../canvas-id-option.ts'
import { readToken } from '../canvas-token.ts'
import { exitCodeOf } from '../exit-code.ts'
import { checkOwnWord } from '../own-word.ts'
import { flagValue, stringValue, stringValues, type Command, type CommandContext } from '../command.ts'
import { remoteOptions, SERVER_OPTIONS, tellWhatWaits } from '../server-options.ts'
import { SYNC_SCOPE_OPTIONS } from '../sync-scope-options.ts'
import { syncProgress } from '../progress/sync-progress.ts'
import { describeSync, tellProblem } from '../sync-text.ts'

export const sync: Command = {
  name: 'sync',
  summary: 'one monitored sync',
  options: {
    'base-url': { type: 'string', value: 'URL', help: 'the Canvas host, https://… (or CANVAS_BASE_URL)' },
    'token-file': {
      type: 'string',
      value: 'FILE',
      help: 'file with the access token, - for standard input (or CANVAS_ACCESS_TOKEN)',
    },
    ...SYNC_SCOPE_OPTIONS,
    'task-id': { type: 'string', value: 'ID', help: 'your own id of this sync, unique' },
    trigger: { type: 'string', value: 'WORD', help: 'what started it (default manual)' },
    ...SERVER_OPTIONS,
  },
  notes: [
    'An interrupted sync goes on where it stopped when it is run again within an hour.',
    'With --server it is told to that server as well; what it does not get at once waits in --spool-dir.',
    'Exit code: 0 completed, 1 failed, 3 partial, 4 the token is the cause, 130 interrupted (143 by SIGTERM).',
  ],
  run: runOneSync,
}

async function runOneSync(context: CommandContext): Promise<number> {
  const { terminal, config, json, signal } = context
  const baseUrl = config.canvas_base_url
  if (baseUrl === null) {
    throw new MonitorError('usage', 'There is no Canvas host to sync from.', {
      next_step: 'Give --base-url https://canvas.example.edu, or set CANVAS_BASE_URL.',
    })
  }
  if (stringValues(context, 'course').length > 0 && stringValue(context, 'account') !== undefined) {
    throw new MonitorError('usage', '--course and --account cannot be given together.', {
      next_step: 'Leave --account out: a course is read by its id, whatever account it is in.',
    })
  }
  const token = readToken(stringValue(context, 'token-file'), config.canvas_access_token)
  validateBaseUrl(baseUrl)
  for (const id of stringValues(context, 'course')) checkCanvasId(id)
  const account = stringValue(context, 'account') ?? null
  if (account !== null) checkCanvasId(account)
  for (const name of ['task-id', 'user-id', 'trigger']) checkOwnWord(name, stringValue(context, name))

  const server = remoteOptions(context)
  await using monitor = await createMonitor({
    databaseAway: 'throw',
    database: config.database,
    logDir: config.log_dir,
    streams: config.log_streams,
    ...(server === null ? {} : { server }),
  })
  const progress = syncProgress(terminal)
  const record = await runSync({
    monitor,
    baseUrl,
    token,
    syncType: stringValue(context, 'type') ?? 'all',
    courses: stringValues(context, 'course'),
    account,
    full: flagValue(context, 'full'),
    acceptDeletions: flagValue(context, 'accept-deletions'),
    userId: stringValue(context, 'user-id') ?? null,
    trigger: stringValue(context, 'trigger') ?? 'manual',
    onTaskIdTaken: 'throw',
    signal,
    observer: progress.observer,
    ...optional('taskId', stringValue(context, 'task-id')),
  }).finally(() => {
    progress.end()
  })
  await monitor.close()
  if (server !== null) tellWhatWaits(context)
  if (json) {
    terminal.json(record)
    tellProblem(record, terminal)
  } else for (const line of describeSync(record, terminal)) terminal.data(line)
  return exitCodeOf(record)
}

const optional = <T>(name: string, value: T | undefined): Record<string, T> =>
  value === undefined ? {} : { [name]: value }
