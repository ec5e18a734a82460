import { constants } from 'node:os'
import { MonitorError } from '../../core/errors.ts'
import type { ScheduleTerms } from '../../core/schedule.ts'
import { checkJobSchedule, declareTerms } from '../../jobs/declare-schedule.ts'
import { troubleSentence, type TellTrouble } from '../../jobs/unrecorded.ts'
import { createMonitor } from '../../tracker/monitor.ts'
import { createRemoteMonitor } from '../../tracker/remote-monitor.ts'
import type { Sync, SyncOptions } from '../../tracker/types.ts'
import { flagValue, stringValue, type Command, type CommandContext } from '../command.ts'
import { remoteOptions, SERVER_OPTIONS, tellWhatWaits } from '../server-options.ts'
import { printable } from '../terminal.ts'
import { checkOwnWord } from '../own-word.ts'
import { runWrapped, type WrappedRun } from '../wrap/run-wrapped.ts'
import { SignalRelay } from '../wrap/signal-relay.ts'
import { zoneOption } from '../zone-option.ts'

const LONGEST_TAIL = 800

export const wrap: Command = {
  name: 'wrap',
  summary: 'run any command as a monitored sync',
  positionals: '--slug NAME [options] -- COMMAND [ARGUMENTS]',
  passes_signals_on: true,
  options: {
    slug: { type: 'string', value: 'NAME', help: 'what the job is called; its syncs have this type' },
    'user-id': { type: 'string', value: 'ID', help: "your application's user on whose behalf it runs" },
    schedule: {
      type: 'string',
      value: 'CRON',
      help: 'when it starts, so that a server finds the run that never did',
    },
    'time-zone': {
      type: 'string',
      value: 'ZONE',
      help: 'of the schedule: an IANA name (default that of the configuration)',
    },
    margin: { type: 'string', value: 'DURATION', help: 'how late it may start, such as 15m (default 5m)' },
    'keep-output': {
      type: 'boolean',
      help: 'keep the last lines of its output when it fails; they may hold names',
    },
    ...SERVER_OPTIONS,
  },
  notes: [
    'The command runs here, with the same input and output, and gets the signals that are sent to this one.',
    'Exit code: that of the command; 128 + the number of the signal that ended it; 127 when there is no such command, 126',
    'when it cannot be run. It runs all the same when nothing can be recorded.',
    'With --schedule each run says when the job starts: --slug is then 1 to 50 characters of a-z, 0-9, _ and -.',
    'With --server only that server is told; what it does not get at once waits in --spool-dir.',
  ],
  run: runWrap,
}

interface Recorder extends AsyncDisposable {
  startSync(options: SyncOptions): Promise<Sync>
  declare(schedule: ScheduleTerms): Promise<unknown>
}

async function runWrap(context: CommandContext): Promise<number> {
  const { positionals, terminal, config } = context
  const slug = stringValue(context, 'slug')
  if (slug === undefined) {
    throw new MonitorError('usage', 'The job has no name.', {
      next_step: 'Give it one: canvas-sync-monitor wrap --slug nightly -- COMMAND',
    })
  }
  checkOwnWord('slug', slug)
  checkOwnWord('user-id', stringValue(context, 'user-id'))
  if (positionals.length === 0) {
    throw new MonitorError('usage', 'There is no command to run.', {
      next_step: `Write it behind two dashes: canvas-sync-monitor wrap --slug ${printable(slug)} -- COMMAND`,
    })
  }
  const schedule = await scheduleOf(context, slug)
  const keeps_tail = flagValue(context, 'keep-output') || config.keep_error_messages
  using signals = new SignalRelay()
  await using recorder = await openRecorder(context)
  const sync = await started(context, recorder, slug)
  const declared = schedule === null ? null : recorder?.declare(schedule)
  const asked_before = signals.end_asked_by
  if (asked_before !== null) {
    await sync?.cancel(`${asked_before} was sent before the command was started.`)
    return 128 + constants.signals[asked_before]
  }
  const { stdout, stderr } = process
  const run = await runWrapped(positionals, { keeps_tail, signals, stdout, stderr })
  if (run.end.how === 'not_started') terminal.error(run.end.reason)
  if (sync !== null) await finish(sync, run, signals.end_asked_by)
  await declared
  return run.end.exit_code
}

/** Null when nothing can be recorded: the job is worth more than its record. */
async function openRecorder(context: CommandContext): Promise<Recorder | null> {
  const { config, terminal } = context
  const server = remoteOptions(context)
  const tell: TellTrouble = (what, why) => terminal.error(troubleSentence(what, why))
  try {
    if (server === null) {
      const { database, log_dir: logDir, log_streams: streams } = config
      const monitor = await createMonitor({ database, logDir, streams, databaseAway: 'throw' })
      return {
        startSync: (options) => monitor.startSync(options),
        declare: (schedule) => declareTerms(monitor, schedule, tell),
        [Symbol.asyncDispose]: () => monitor.close(),
      }
    }
    const monitor = await createRemoteMonitor(server)
    return {
      declare: (schedule) => declareTerms(server, schedule, tell),
      startSync: (options) => monitor.startSync(options),
      [Symbol.asyncDispose]: async () => {
        await monitor.close()
        tellWhatWaits(context)
      },
    }
  } catch (error) {
    tellUnrecorded(terminal, error)
    return null
  }
}

/** @throws MonitorError `config_invalid`, `usage`: better when it is written into a crontab than in the night */
async function scheduleOf(context: CommandContext, slug: string): Promise<ScheduleTerms | null> {
  const cron = stringValue(context, 'schedule')
  if (cron === undefined) return null
  const timeZone = zoneOption(context)
  return await checkJobSchedule(slug, { cron, timeZone, margin: stringValue(context, 'margin') })
}

async function started(
  context: CommandContext,
  recorder: Recorder | null,
  slug: string,
): Promise<Sync | null> {
  const userId = stringValue(context, 'user-id') ?? null
  try {
    // The command says of its exit code what it is worth, and nothing of what it has read.
    const options = { syncType: slug, userId, trigger: 'wrap', mayBeEmpty: true }
    return (await recorder?.startSync(options)) ?? null
  } catch (error) {
    tellUnrecorded(context.terminal, error)
    return null
  }
}

function tellUnrecorded(terminal: CommandContext['terminal'], error: unknown): void {
  const why = error instanceof MonitorError ? error.message : 'Something unexpected happened.'
  terminal.error(`The run is not recorded: ${why}`)
}

async function finish(sync: Sync, { end, tail }: WrappedRun, asked_by: NodeJS.Signals | null): Promise<void> {
  if (end.how === 'exited' && end.exit_code === 0) {
    await sync.completeSuccess()
    return
  }
  const sentence =
    end.how === 'exited'
      ? `The command ended with exit code ${end.exit_code}.`
      : end.how === 'signalled'
        ? `The command was ended by ${end.signal}.`
        : end.reason
  if (asked_by !== null) await sync.cancel(`${asked_by} was sent. ${sentence}`)
  else {
    const output = tail === null || tail === '' ? '' : ` Its last output: ${tail.slice(-LONGEST_TAIL)}`
    await sync.completeFailure(sentence + output)
  }
}
