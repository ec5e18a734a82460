import { systemClock } from '../../../core/clock.ts'
import { MonitorError } from '../../../core/errors.ts'
import { newSchedule } from '../../../queue/fire-schedules.ts'
import { checkSchedule } from '../../../schedules/check-schedule.ts'
import { openStore } from '../../../store/open-store.ts'
import { stringValue, type Command, type CommandContext } from '../../command.ts'
import { priorityOption, QUEUED_SYNC_OPTIONS, queuedSyncOf } from '../../queue/queued-sync-options.ts'
import { isoOf, second } from '../../queue/queue-text.ts'
import { printable } from '../../terminal.ts'
import { textTable } from '../../text-table.ts'
import { zoneOption } from '../../zone-option.ts'

export const queueSchedule: Command = {
  name: 'queue schedule',
  summary: 'put a sync into the queue at the times of a cron expression',
  positionals: 'NAME "CRON"',
  options: {
    ...QUEUED_SYNC_OPTIONS,
    'time-zone': { type: 'string', value: 'ZONE', help: 'IANA name (default TZ)' },
    margin: {
      type: 'string',
      value: 'TIME',
      help: 'how late it may start before it counts as late (default 15m)',
    },
  },
  notes: [
    'Any worker puts it there when it is due. It is expected as well: one that did not start is an incident, and',
    'schedules show NAME tells of its last times. Given again it is replaced.',
  ],
  async run(context) {
    const { terminal, config, json } = context
    const [slug, cron, ...rest] = context.positionals
    if (slug === undefined || cron === undefined || rest.length > 0) {
      throw new MonitorError('usage', 'queue schedule needs a name and a cron expression.', {
        next_step: 'Put the expression in quotes: queue schedule nightly "0 2 * * *".',
      })
    }
    const sync = queuedSyncOf(context, 'schedule')
    const time_zone = zoneOption(context)
    const margin = stringValue(context, 'margin')
    const terms = checkSchedule(
      slug,
      {
        cron,
        sync_type: sync.sync_type,
        ...(sync.user_id === null ? {} : { user_id: sync.user_id }),
        ...(margin === undefined ? {} : { margin }),
      },
      time_zone,
    )
    const now = systemClock.now()
    const declared = newSchedule({ slug, cron, time_zone, sync, priority: priorityOption(context) }, now)
    await using store = await openStore(config.database)
    const schedule = await store.queue.saveSchedule(declared)
    const by = { origin: 'api', reported_by: null } as const
    const { outcome } = await store.schedules.declare(terms, by, now, null)
    if (outcome === 'kept' || outcome === 'full')
      terminal.message(`It runs at its times, but is not expected: "schedules list" has ${slug} otherwise.`)
    if (json) terminal.json({ name: slug, next_at: isoOf(schedule.next_at) })
    else terminal.data(`${slug}: next at ${second(schedule.next_at)} UTC`)
    return 0
  },
}

export const queueUnschedule: Command = {
  name: 'queue unschedule',
  summary: 'end a schedule of the queue, and what was expected of it',
  positionals: 'NAME',
  options: {},
  async run(context) {
    const { terminal, config, json } = context
    const [slug, ...rest] = context.positionals
    if (slug === undefined || rest.length > 0) {
      throw new MonitorError('usage', 'queue unschedule needs the name of one schedule.', {
        next_step: 'See queue schedules for them.',
      })
    }
    await using store = await openStore(config.database)
    if (!(await store.queue.removeSchedule(slug))) {
      throw new MonitorError('not_found_locally', `The queue has no schedule ${printable(slug)}.`, {
        next_step: 'See queue schedules for their names.',
      })
    }
    await store.schedules.remove(slug, null)
    if (json) terminal.json({ name: slug, removed: true })
    else terminal.data(`${slug}: removed`)
    return 0
  },
}

export const queueSchedules: Command = {
  name: 'queue schedules',
  summary: 'when syncs are put into the queue',
  options: {},
  run: listSchedules,
}

async function listSchedules({ terminal, config, json }: CommandContext): Promise<number> {
  await using store = await openStore(config.database)
  const schedules = await store.queue.listSchedules()
  if (json) {
    terminal.json(
      schedules.map(({ slug, cron, time_zone, sync, priority, next_at, last_at, last_job_id }) => ({
        name: slug,
        cron,
        time_zone,
        ...sync,
        priority,
        next_at: isoOf(next_at),
        last_at: isoOf(last_at),
        last_job_id,
      })),
    )
  } else if (schedules.length === 0) terminal.message('The queue has no schedules.')
  else {
    const rows = schedules.map(({ slug, cron, time_zone, sync, next_at, last_at }) => [
      slug,
      cron,
      time_zone,
      printable(sync.source),
      sync.sync_type,
      second(last_at),
      second(next_at),
    ])
    const heads = ['name', 'when', 'zone', 'source', 'type', 'last (UTC)', 'next (UTC)']
    for (const line of textTable([heads, ...rows])) terminal.data(line)
  }
  return 0
}
