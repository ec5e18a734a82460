import { systemClock } from '../../core/clock.ts'
import { MonitorError, systemErrorCode } from '../../core/errors.ts'
import { spokenBytes } from '../../core/number-text.ts'
import { Outbox, type OutboxHealth } from '../../remote/outbox.ts'
import { checkRemoteOptions } from '../../remote/remote-options.ts'
import { sender } from '../../remote/sender.ts'
import { Spool, spoolStatus, type SpoolStatus } from '../../remote/spool/spool.ts'
import { flagValue, stringValue, type Command, type CommandContext } from '../command.ts'
import { counted, wholeNumberOption } from '../numbers.ts'
import { remoteOptions, SERVER_OPTIONS, SPOOL_OPTION, spoolDirectory } from '../server-options.ts'

const DAY_S = 86_400

export const spoolStatusCommand: Command = {
  name: 'spool status',
  summary: 'what waits on this machine for the server that syncs are reported to',
  options: SPOOL_OPTION,
  notes: ['Exit code: 0 nothing waits, 3 something does.'],
  run(context) {
    const { terminal, json } = context
    const status = statusOf(spoolDirectory(context))
    if (json) terminal.json({ spool_dir: spoolDirectory(context), ...status })
    else for (const line of describe(status, spoolDirectory(context))) terminal.data(line)
    return Promise.resolve(status.bytes === 0 ? 0 : 3)
  },
}

export const spoolSend: Command = {
  name: 'spool send',
  summary: 'deliver what ended jobs have left for the server',
  options: {
    ...SERVER_OPTIONS,
    'other-hosts': {
      type: 'boolean',
      help: 'also what jobs of other hosts or containers left; none of them may be running',
    },
    wait: { type: 'string', value: 'SECONDS', help: 'stop after so many seconds (default 300)' },
  },
  notes: [
    'For cron, after a crash. Jobs that run deliver their own. Nothing is counted twice.',
    'Exit code: 0 nothing is left, 3 something is: the server is away, or refuses it.',
  ],
  run: send,
}

async function send(context: CommandContext): Promise<number> {
  const { terminal, json, signal } = context
  const options = remoteOptions(context)
  if (options === null) {
    throw new MonitorError('usage', 'There is no server to send to.', {
      next_step: 'Give --server https://monitor.example.edu, or set CANVAS_SYNC_SERVER.',
    })
  }
  const remote = checkRemoteOptions(options)
  const wait_s = wholeNumberOption(stringValue(context, 'wait'), '--wait', {
    minimum: 0,
    maximum: DAY_S,
    missing: 300,
  })
  const directory = spoolDirectory(context)
  const before = statusOf(directory)
  const health = before.bytes === 0 ? null : await deliver(context, remote, wait_s, signal)
  const left = statusOf(directory)
  const [delivered_events, lost_events] = [health?.delivered_events ?? 0, health?.lost_events ?? 0]
  const last_error = health?.last_error ?? null
  if (json) terminal.json({ spool_dir: directory, delivered_events, lost_events, last_error, ...left })
  else {
    terminal.data(`Delivered ${counted(delivered_events, 'event')}.`)
    if (left.bytes > 0) for (const line of describe(left, directory)) terminal.data(line)
  }
  if (last_error !== null) terminal.message(last_error)
  return left.bytes > 0 || lost_events > 0 ? 3 : 0
}

async function deliver(
  context: CommandContext,
  remote: ReturnType<typeof checkRemoteOptions>,
  wait_s: number,
  signal: AbortSignal,
): Promise<OutboxHealth> {
  try {
    const outbox = new Outbox({
      spool: new Spool(remote.spool_directory),
      send: sender(remote.endpoint, remote.token),
      clock: systemClock,
      limit_bytes: remote.spool_limit_bytes,
      elsewhere: flagValue(context, 'other-hosts'),
    })
    await outbox.close(wait_s * 1000, signal)
    return outbox.health
  } catch (error) {
    throw unusable(remote.spool_directory, error)
  }
}

function statusOf(directory: string): SpoolStatus {
  try {
    return spoolStatus(directory)
  } catch (error) {
    throw unusable(directory, error)
  }
}

function unusable(directory: string, error: unknown): MonitorError {
  const code = systemErrorCode(error) ?? 'unknown'
  return new MonitorError('not_writable', `The spool ${directory} cannot be used (${code}).`, {
    cause: error,
    next_step: 'Run it as the user of the jobs, or give the right --spool-dir.',
  })
}

function describe(status: SpoolStatus, directory: string): string[] {
  const { lanes, bytes, left_bytes, elsewhere_bytes } = status
  if (bytes === 0) return [`Nothing waits in ${directory}.`]
  const lines = [`${spokenBytes(bytes)} of ${counted(lanes, 'job')} wait in ${directory}.`]
  if (left_bytes > 0) lines.push(`${spokenBytes(left_bytes)} of them are of jobs that have ended.`)
  if (elsewhere_bytes > 0) {
    lines.push(
      `${spokenBytes(elsewhere_bytes)} are of other hosts or containers: "spool send --other-hosts" delivers them when their jobs have ended.`,
    )
  }
  return lines
}
