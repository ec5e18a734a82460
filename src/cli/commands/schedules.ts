import { systemClock } from '../../core/clock.ts'
import { isMonitorError, MonitorError } from '../../core/errors.ts'
import { toWallTime } from '../../core/local-time.ts'
import type { ScheduleTerms } from '../../core/schedule.ts'
import { comingDues, toDueRunRecord, toScheduleRecord } from '../../schedules/schedule-records.ts'
import { checkSchedule } from '../../schedules/check-schedule.ts'
import { clockChanges } from '../../schedules/cron-times.ts'
import { nextDues } from '../../schedules/schedule-times.ts'
import { databasePlace, openStore } from '../../store/open-store.ts'
import type { WatchedSchedule } from '../../store/schedules.ts'
import type { Store } from '../../store/store.ts'
import { stringValue, type Command, type CommandContext } from '../command.ts'
import { spokenDuration, wholeNumberOption } from '../numbers.ts'
import { printable } from '../terminal.ts'
import { textTable } from '../text-table.ts'
import { zoneOption } from '../zone-option.ts'

const COMING = 5
const DAY_MS = 86_400_000

const OPTION_OF: Readonly<Record<string, 'show' | 'preview'>> = { limit: 'show', 'time-zone': 'preview' }

export const schedules: Command = {
  name: 'schedules',
  summary: 'when syncs are expected: list, show one, or try one',
  positionals: 'list | show NAME | preview WHEN',
  options: {
    limit: { type: 'string', value: 'N', help: 'show: at most so many of its last times (default 10)' },
    'time-zone': { type: 'string', value: 'ZONE', help: 'preview: IANA name (default TZ)' },
  },
  notes: [
    'WHEN is a cron expression in quotes, such as "0 2 * * 1-5", or a duration such as 6h. show exits with 1 when',
    'the last time was missed. They are declared in the configuration file, over the API, or with a ping.',
  ],
  async run(context) {
    const [verb = 'list', given, ...rest] = context.positionals
    if (verb !== 'list' && verb !== 'show' && verb !== 'preview') {
      throw new MonitorError('usage', `schedules has no "${verb}".`, {
        next_step: 'Use schedules list, schedules show NAME or schedules preview "0 2 * * *".',
      })
    }
    if (rest.length > 0 || (verb === 'list' && given !== undefined)) {
      throw new MonitorError('usage', `schedules ${verb} does not take "${rest[0] ?? given ?? ''}".`, {
        next_step:
          verb === 'preview'
            ? 'Put the cron expression in quotes: schedules preview "0 2 * * *".'
            : 'See canvas-sync-monitor schedules --help.',
      })
    }
    if (verb !== 'list' && given === undefined) {
      const what = verb === 'show' ? 'the name of a schedule' : 'a cron expression or a duration'
      throw new MonitorError('usage', `schedules ${verb} needs ${what}.`, {
        next_step: 'See canvas-sync-monitor schedules --help.',
      })
    }
    for (const [option, of_verb] of Object.entries(OPTION_OF)) {
      if (verb === of_verb || context.values[option] === undefined) continue
      throw new MonitorError('usage', `--${option} is for schedules ${of_verb}.`, {
        next_step: 'See canvas-sync-monitor schedules --help.',
      })
    }
    if (verb === 'preview') return preview(context, given ?? '')
    await using store = await openStore(context.config.database)
    return verb === 'list' ? await list(context, store) : await show(context, store, given ?? '')
  },
}

async function list({ terminal, json, config }: CommandContext, store: Store): Promise<number> {
  const now = systemClock.now()
  const found = await store.schedules.list()
  if (json) {
    terminal.json(found.map((schedule) => toScheduleRecord(schedule, now)))
    return 0
  }
  if (found.length === 0) {
    terminal.message(
      `No schedules yet in ${printable(databasePlace(config.database))}. Name them as "schedules" in the configuration file, or PUT one to the server.`,
    )
    return 0
  }
  const rows = found.map((schedule) => {
    const [next] = comingDues(schedule, now, 1)
    return [
      schedule.slug,
      printable(schedule.sync_type),
      printable(schedule.user_id ?? 'any'),
      timesText(schedule),
      schedule.paused ? 'paused' : (schedule.last?.state ?? '-'),
      minute(schedule.last?.due_at ?? null),
      minute(next === undefined ? null : Date.parse(next)),
    ]
  })
  const heads = ['name', 'type', 'user', 'when', 'last', 'was due (UTC)', 'next (UTC)']
  for (const line of textTable([heads, ...rows])) terminal.data(line)
  return 0
}

async function show(context: CommandContext, store: Store, slug: string): Promise<number> {
  const { terminal, json } = context
  const limit = wholeNumberOption(stringValue(context, 'limit'), '--limit', {
    minimum: 1,
    maximum: 1000,
    missing: 10,
  })
  const schedule = await store.schedules.find(slug)
  if (schedule === null) {
    throw new MonitorError('not_found_locally', `There is no schedule ${slug}.`, {
      next_step: 'See schedules list for their names.',
    })
  }
  const now = systemClock.now()
  const runs = await store.schedules.listDueRuns(schedule.id, limit)
  const next_due_at = comingDues(schedule, now, COMING)
  if (json) {
    const due_runs = runs.map(toDueRunRecord)
    terminal.json({ schedule: toScheduleRecord(schedule, now), next_due_at, due_runs })
  } else {
    terminal.data(
      `${slug}: ${timesText(schedule)}, ${marginText(schedule)}${schedule.paused ? ', paused' : ''}`,
    )
    const next = next_due_at.map((due) => minute(Date.parse(due)))
    terminal.data(`Next (UTC): ${next.length === 0 ? 'never' : next.join(', ')}`)
    const rows = runs.map(({ due_at, state, sync_id, sync }) => [
      minute(due_at),
      state,
      sync_id === null ? '-' : String(sync_id),
      sync === null ? '-' : sync.sync_status,
    ])
    if (rows.length > 0)
      for (const line of textTable([['was due (UTC)', 'state', 'sync', 'status'], ...rows]))
        terminal.data(line)
  }
  return schedule.last?.state === 'missed' ? 1 : 0
}

function preview(context: CommandContext, when: string): number {
  const { terminal, json } = context
  const zone = zoneOption(context)
  const terms = termsOf(when.trim(), zone)
  const now = systemClock.now()
  const dues = nextDues(terms, now, COMING)
  // The next change is worth knowing, also when it is months away.
  const changes = clockChanges(zone, now, now + 366 * DAY_MS).slice(0, 2)
  const around = changes.map((change) => ({ ...change, dues: dayOf(terms, change.at_ms) }))
  if (json) {
    const iso = (at: number): string => new Date(at).toISOString()
    terminal.json({
      time_zone: zone,
      next_due_at: dues.map(iso),
      clock_changes: around.map(({ at_ms, forward_ms, dues: of_day }) => ({
        at: iso(at_ms),
        forward_seconds: forward_ms / 1000,
        due_at: of_day.slice(0, 50).map(iso),
      })),
    })
    return 0
  }
  terminal.data(`In ${zone}:`)
  for (const due of dues) terminal.data(`  ${wall(due, zone)}  ${minute(due)} UTC`)
  for (const { at_ms, forward_ms, dues: of_day } of around) {
    const how = `${spokenDuration(Math.abs(forward_ms))} ${forward_ms > 0 ? 'forward' : 'back'}`
    terminal.data(`On ${wall(at_ms, zone).slice(0, 14).trim()} the clocks are set ${how}; due that day:`)
    for (const due of of_day.slice(0, COMING)) terminal.data(`  ${wall(due, zone)}  ${minute(due)} UTC`)
    if (of_day.length === 0) terminal.data('  nothing')
    if (of_day.length > COMING) terminal.data(`  and ${of_day.length - COMING} more`)
  }
  return 0
}

function termsOf(when: string, zone: string): ScheduleTerms {
  const given = /^\d\S*$/.test(when) ? { every: when } : { cron: when }
  try {
    return checkSchedule('preview', given, zone)
  } catch (error) {
    if (!isMonitorError(error)) throw error
    const sentence = error.message.replace(/^(?:cron|every) of the schedule preview/, 'WHEN')
    throw new MonitorError('usage', sentence, {
      next_step: 'For example schedules preview "0 2 * * 1-5", or schedules preview 6h.',
    })
  }
}

/** What is due within twelve hours of a moment. */
function dayOf(terms: ScheduleTerms, at_ms: number): number[] {
  const until = at_ms + DAY_MS / 2
  return nextDues(terms, at_ms - DAY_MS / 2, 1500).filter((due) => due < until)
}

const minute = (at: number | null): string =>
  at === null ? '-' : new Date(at).toISOString().slice(0, 16).replace('T', ' ')

const WEEK_DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

function wall(at: number, zone: string): string {
  const { year, month, day, hour, minute: of_hour } = toWallTime(at, zone)
  const two = (number: number): string => String(number).padStart(2, '0')
  const week_day = WEEK_DAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()] ?? ''
  return `${week_day} ${year}-${two(month)}-${two(day)} ${two(hour)}:${two(of_hour)}`
}

function timesText({ times }: Pick<WatchedSchedule, 'times'>): string {
  if (times.kind === 'interval') return `every ${spokenDuration(times.interval_ms)}`
  return `${printable(times.cron)} ${times.time_zone}`
}

const marginText = ({ margin_ms, max_run_ms }: WatchedSchedule): string =>
  `margin ${spokenDuration(margin_ms)}${max_run_ms === null ? '' : `, at most ${spokenDuration(max_run_ms)}`}`
