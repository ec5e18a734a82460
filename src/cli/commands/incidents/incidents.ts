import { toChangeRecord, toIncidentRecord } from '../../../core/incident-record.ts'
import { systemClock } from '../../../core/clock.ts'
import { MonitorError } from '../../../core/errors.ts'
import { parseDuration } from '../../../core/duration-text.ts'
import { INCIDENT_RULES, INCIDENT_SEVERITIES, INCIDENT_STATES } from '../../../core/incident.ts'
import { openStore } from '../../../store/open-store.ts'
import type { IncidentDecision, IncidentQuery } from '../../../store/incidents.ts'
import { stringValue, type Command, type CommandContext } from '../../command.ts'
import { wholeNumberOption } from '../../numbers.ts'
import { incidentLines, incidentTable, timeText } from './incident-lines.ts'

const LONGEST_MUTE_MS = 366 * 86_400_000
const MOST_REASON = 500
const NOT_IN_A_LINE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

export const incidentsList: Command = {
  name: 'incidents list',
  summary: 'what is wrong now; with --state, what was',
  options: {
    state: { type: 'string', value: 'STATE', help: `${INCIDENT_STATES.join(', ')} (or several)` },
    rule: { type: 'string', value: 'RULE', help: 'only of this rule (or several), such as sync_failed' },
    severity: { type: 'string', value: 'WORD', help: `${INCIDENT_SEVERITIES.join(', ')} (or several)` },
    type: { type: 'string', value: 'TYPE', help: 'only about syncs of this type' },
    limit: { type: 'string', value: 'N', help: 'at most so many (default 20)' },
  },
  notes: ['Exits with 1 while a critical one is open that nobody has acknowledged or muted.'],
  async run(context) {
    const { terminal, config, json } = context
    const limit = wholeNumberOption(stringValue(context, 'limit'), '--limit', {
      minimum: 1,
      maximum: 1000,
      missing: 20,
    })
    const rules = words(context, 'rule', INCIDENT_RULES)
    const severities = words(context, 'severity', INCIDENT_SEVERITIES)
    const sync_type = stringValue(context, 'type')
    const query: IncidentQuery = {
      states: words(context, 'state', INCIDENT_STATES) ?? ['open', 'acknowledged', 'muted', 'suppressed'],
      now: systemClock.now(),
      limit,
      ...(rules === undefined ? {} : { rules }),
      ...(severities === undefined ? {} : { severities }),
      ...(sync_type === undefined ? {} : { sync_type }),
    }
    await using store = await openStore(config.database)
    const { incidents } = await store.incidents.list(query)
    if (json) terminal.json(incidents.map(toIncidentRecord))
    else if (incidents.length === 0) terminal.message('All is well: there is no such incident.')
    else for (const line of incidentTable(incidents)) terminal.data(line)
    return incidents.some(({ severity, state }) => severity === 'critical' && state === 'open') ? 1 : 0
  },
}

export const incidentsShow: Command = {
  name: 'incidents show',
  summary: 'one incident: what broke, why, what to do, and what was done',
  positionals: 'ID',
  options: {},
  async run(context) {
    const { terminal, config, json } = context
    const id = idOf(context, 'show')
    await using store = await openStore(config.database)
    const found = await store.incidents.find(id)
    if (found === null) throw noSuch(id)
    const { incident, history } = found
    if (json) terminal.json({ incident: toIncidentRecord(incident), history: history.map(toChangeRecord) })
    else for (const line of incidentLines(incident, history)) terminal.data(line)
    return 0
  },
}

const reason: Command['options'] = {
  reason: { type: 'string', value: 'TEXT', help: 'why, for the others: no names, no e-mail addresses' },
}

export const incidentsAck: Command = {
  name: 'incidents ack',
  summary: 'say that somebody is working on an incident: no more reminders',
  positionals: 'ID',
  options: {},
  run: (context) => decide(context, 'ack', { decision: 'acknowledged', muted_until: null, reason: null }),
}

export const incidentsMute: Command = {
  name: 'incidents mute',
  summary: 'tell nobody of an incident for a while',
  positionals: 'ID',
  options: { until: { type: 'string', value: 'TIME', help: 'for so long: 90m, 12h, 7d' }, ...reason },
  run: async (context) => {
    const ahead_ms = parseDuration(stringValue(context, 'until') ?? '') ?? 0
    if (!(ahead_ms > 0 && ahead_ms <= LONGEST_MUTE_MS)) {
      throw new MonitorError('usage', '--until must be a duration such as 90m, 12h or 7d, at most 366d.', {
        next_step: 'For example --until 7d --reason "Canvas is being upgraded".',
      })
    }
    const muted_until = Math.ceil(systemClock.now() + ahead_ms)
    return await decide(context, 'mute', { decision: 'muted', muted_until, reason: reasonOf(context) })
  },
}

export const incidentsUnmute: Command = {
  name: 'incidents unmute',
  summary: 'end the muting of an incident',
  positionals: 'ID',
  options: {},
  run: (context) => decide(context, 'unmute', { decision: 'unmuted', muted_until: null, reason: null }),
}

export const incidentsResolve: Command = {
  name: 'incidents resolve',
  summary: 'call an incident resolved: a newer sync that fails opens it again',
  positionals: 'ID',
  options: reason,
  run: async (context) =>
    await decide(context, 'resolve', {
      decision: 'resolved',
      muted_until: null,
      reason: reasonOf(context),
    }),
}

async function decide(
  context: CommandContext,
  verb: string,
  decided: Pick<IncidentDecision, 'decision' | 'muted_until' | 'reason'>,
): Promise<number> {
  const { terminal, config, json } = context
  const id = idOf(context, verb)
  const now = systemClock.now()
  const audit = {
    at: now,
    actor_kind: 'cli',
    actor_id: null,
    action: `incident_${decided.decision}`,
    target: String(id),
    user_id: null,
    route: null,
    address: null,
  }
  await using store = await openStore(config.database)
  const outcome = await store.incidents.decide({ ...decided, id, decided_at: now, audit })
  if (outcome === null) throw noSuch(id)
  const { incident, changed } = outcome
  if (json) terminal.json({ incident: toIncidentRecord(incident), changed })
  else {
    const muted = incident.muted_until === null ? '' : ` until ${timeText(incident.muted_until)}`
    terminal.data(`Incident ${id} is ${changed ? '' : 'already '}${incident.state}${muted}.`)
  }
  return 0
}

function idOf({ positionals }: CommandContext, verb: string): number {
  const [id = '', ...rest] = positionals
  if (/^[1-9]\d{0,14}$/.test(id) && rest.length === 0) return Number(id)
  throw new MonitorError('usage', `incidents ${verb} needs the id of one incident.`, {
    next_step: 'See incidents list for the ids.',
  })
}

const noSuch = (id: number): MonitorError =>
  new MonitorError('not_found_locally', `There is no incident ${id}.`, {
    next_step: 'See incidents list for the ids; old ones are deleted with their syncs.',
  })

function reasonOf(context: CommandContext): string {
  const given = stringValue(context, 'reason')?.trim() ?? ''
  if (given !== '' && given.length <= MOST_REASON && !NOT_IN_A_LINE.test(given)) return given
  throw new MonitorError('usage', `--reason must be 1 to ${MOST_REASON} characters on one line.`, {
    next_step: 'For example --reason "Canvas is being upgraded".',
  })
}

function words<Word extends string>(
  context: CommandContext,
  option: string,
  known: readonly Word[],
): Word[] | undefined {
  const given = stringValue(context, option)
  return given?.split(',').map((each) => {
    const word = known.find((one) => one === each.trim())
    if (word !== undefined) return word
    throw new MonitorError('usage', `There is no ${option} "${each}".`, {
      next_step: `Use one or more of ${known.join(', ')}.`,
    })
  })
}
