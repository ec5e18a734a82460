import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { leaseOf } from '../../config/queue.ts'
import { systemClock } from '../../core/clock.ts'
import { MonitorError } from '../../core/errors.ts'
import { shipLogs } from '../../fleet-logs/ship-logs.ts'
import { legacyZone } from '../../logs/reading/legacy-zone.ts'
import { openQueue } from '../../queue/open-queue.ts'
import type { WorkerHealth } from '../../queue/worker-health.ts'
import { QueueWorker, type WorkerSummary } from '../../queue/queue-worker.ts'
import { listenForProbes } from '../../server/worker-probes.ts'
import { databasePlace } from '../../store/open-store.ts'
import { createMonitor } from '../../tracker/monitor.ts'
import { version } from '../../version.ts'
import { flagValue, stringValue, stringValues, type Command, type CommandContext } from '../command.ts'
import { counted, wholeNumberOption } from '../numbers.ts'
import { durationOption } from '../queue/queued-sync-options.ts'
import { chosenSources, queueSources } from '../queue/queue-sources.ts'
import { tellWork } from '../queue/tell-work.ts'
import { printable } from '../terminal.ts'

const LOST_LOOK_MS = 2000

export const worker: Command = {
  name: 'worker',
  summary: 'take syncs out of the queue and run them',
  options: {
    concurrency: { type: 'string', value: 'N', help: 'syncs at the same time (default 2)' },
    source: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'only of this source; may be given several times (default all of this machine)',
    },
    drain: {
      type: 'string',
      value: 'TIME',
      help: 'how long running syncs may go on when it is stopped, before they are handed back (default 30s)',
    },
    'probe-port': {
      type: 'string',
      value: 'N',
      help: 'answer /livez and /readyz on this port (default: on none)',
    },
    'probe-host': { type: 'string', value: 'ADDRESS', help: 'on this address (default 127.0.0.1)' },
    'until-empty': { type: 'boolean', help: 'end when no sync of its sources waits or runs' },
  },
  notes: [
    'Any number of workers on any number of machines share one PostgreSQL database; with SQLite, those of one machine.',
    'Sources are named in the configuration file; CANVAS_BASE_URL with CANVAS_ACCESS_TOKEN is the source "default".',
    'SIGTERM or Ctrl-C: takes no more, lets what runs end or hands it back. A second one ends at once.',
  ],
  run: work,
}

async function work(context: CommandContext): Promise<number> {
  const { terminal, config, json, signal } = context
  const sources = chosenSources(queueSources(context), stringValues(context, 'source'))
  if (sources.size === 0) {
    throw new MonitorError('usage', 'This machine has no source to sync from.', {
      next_step:
        'Name some under "sources" in the configuration file, or set CANVAS_BASE_URL and CANVAS_ACCESS_TOKEN.',
    })
  }
  const concurrency = wholeNumberOption(stringValue(context, 'concurrency'), '--concurrency', {
    minimum: 1,
    maximum: 100,
    missing: 2,
  })
  const drain_ms = durationOption(context, 'drain', 30_000)
  const probe_port = probePort(context)
  await using monitor = await createMonitor({
    databaseAway: 'throw',
    database: config.database,
    logDir: config.log_dir,
    streams: config.log_streams,
  })
  await using queue = await openQueue(config.database, monitor.store, {
    lease_ms: leaseOf(config),
    supervise: true,
  })
  const stopShipping = shipLogs({
    settings: config,
    database: config.database,
    directory: config.log_dir,
    version: version(),
    clock: systemClock,
    zone: legacyZone(config.time_zone),
    logs: monitor.logs,
    onError: (error) => {
      terminal.error(
        `Log lines are not shipped any more: ${error instanceof Error ? error.message : 'unknown'}`,
      )
    },
  })
  await using stack = new AsyncDisposableStack()
  stack.defer(stopShipping)
  monitor.watchLostSyncs(LOST_LOOK_MS)
  const id = `${hostname()}:${process.pid}:${randomBytes(3).toString('hex')}`
  const tell = tellWork(terminal, json)
  const running = new QueueWorker({
    queue,
    monitor,
    sources,
    concurrency,
    drain_ms,
    until_empty: flagValue(context, 'until-empty'),
    version: version(),
    id,
    observer: tell.observer,
  })
  terminal.message(
    `Worker ${id} takes syncs of ${counted(sources.size, 'source')} from ${printable(databasePlace(config.database))}, ${concurrency} at a time.`,
  )
  if (probe_port !== null) {
    const host = stringValue(context, 'probe-host') ?? '127.0.0.1'
    const health = (): WorkerHealth => running.health()
    const probes = await listenForProbes({ host, port: probe_port, version: version(), health })
    stack.use(probes)
    terminal.message(`Whether it is well: ${probes.url}/readyz`)
  }
  tell.started(running, concurrency)
  const summary = await running.run(signal)
  tell.stopped()
  terminal.message(`Worker stopped: ${summaryText(summary)}.`)
  if (json) terminal.json({ event: 'stopped', ...summary })
  return 0
}

/** Null: nobody asks. */
function probePort(context: CommandContext): number | null {
  const given = stringValue(context, 'probe-port')
  if (given === undefined) {
    if (stringValue(context, 'probe-host') === undefined) return null
    throw new MonitorError('usage', '--probe-host needs a port.', { next_step: 'Add --probe-port 9466.' })
  }
  return wholeNumberOption(given, '--probe-port', { minimum: 0, maximum: 65_535, missing: 0 })
}

function summaryText({ ended, retried, handed_back, lost_hold }: WorkerSummary): string {
  const parts = [`${ended} ended`, `${retried} to be tried again`, `${handed_back} handed back`]
  if (lost_hold > 0) parts.push(`${lost_hold} taken over by others`)
  return parts.join(', ')
}
