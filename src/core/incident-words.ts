import { errorTypeFacts } from './error-types.ts'
import { CAUSES, causeOf, numberOf as number, stepOf, textOf as text } from './incident-causes.ts'
import type { Incident, IncidentRule } from './incident.ts'
import { counted, grouped, spokenBytes, spokenDuration } from './number-text.ts'

/** An incident in sentences that are read in ten seconds. User ids, types and hosts, nothing personal. */
export interface IncidentText {
  /** What broke, without a dot. */
  readonly title: string
  /** Whose data. */
  readonly whose: string
  /** Since when, by the formatter given. */
  readonly since: string
  /** When it was last good; null where nothing is known of it. */
  readonly last_good: string | null
  /** The probable cause, one sentence; null where nobody can say. */
  readonly cause: string | null
  /** What to do next, one sentence. */
  readonly next_step: string
  /** Of its page in the dashboard. */
  readonly path: string
}

type TimeText = (at_ms: number) => string

/**
 * What is said of an incident.
 *
 * @param timeText how a time is written, in the zone of who reads it
 */
export function incidentWords(incident: Incident, timeText: TimeText): IncidentText {
  const said = WORDS[incident.rule](incident, timeText)
  return {
    title: said.title,
    whose: whose(incident),
    since: timeText(incident.began_at),
    last_good: incident.last_good_at === null ? null : timeText(incident.last_good_at),
    cause: said.cause,
    next_step: said.next_step,
    path: `/incidents/${incident.id}`,
  }
}

/** How an incident ended that is resolved. */
export function endOf({ resolved_by, facts }: Incident): string {
  if (resolved_by !== null) return 'Somebody called it resolved'
  const silent_days = number(facts, 'silent_days')
  return silent_days === null
    ? 'It was found good again'
    : `Nothing was heard of it for ${counted(silent_days, 'day')}`
}

interface Said {
  readonly title: string
  readonly cause: string | null
  readonly next_step: string
}

type Words = (incident: Incident, timeText: TimeText) => Said

function whose({ subject, user_count, rule }: Incident): string {
  if (rule === 'disk' || rule === 'cleanup_overdue' || rule === 'notification_failing') return 'Everybody'
  if (subject.user_id !== null) return `User ${subject.user_id}`
  if (user_count > 0) return counted(user_count, 'user')
  return rule === 'log_loss' ? 'Everybody' : 'All users of these syncs'
}

/** `Syncs of grades`, or `Syncs` where it is about several types. */
const syncsOf = ({ subject }: Incident): string =>
  subject.sync_type === null || subject.sync_type === 'all' ? 'Syncs' : `Syncs of ${subject.sync_type}`

const onHost = ({ subject }: Incident): string => (subject.host === null ? '' : ` from ${subject.host}`)

const LOOK_AT_SYNC = 'Open the last of these syncs and look at its error and its steps.'

const WORDS: Readonly<Record<IncidentRule, Words>> = {
  sync_failed: (incident) => {
    const share = number(incident.facts, 'share_percent')
    return {
      title: `${syncsOf(incident)}${onHost(incident)} fail`,
      cause:
        share === null
          ? causeOf(incident)
          : `${share} % of the last ${grouped(number(incident.facts, 'of') ?? 0)} failed. ${causeOf(incident) ?? ''}`.trim(),
      next_step: stepOf(incident, LOOK_AT_SYNC),
    }
  },
  sync_partial: (incident) => ({
    title: `${syncsOf(incident)}${onHost(incident)} read only a part`,
    cause: causeOf(incident),
    next_step: stepOf(incident, 'Open the last of these syncs and look at the courses that failed.'),
  }),
  sync_lost: (incident) => {
    const machine = text(incident.facts, 'machine')
    return {
      title: `${syncsOf(incident)} were lost${machine === null ? '' : ` on ${machine}`}`,
      cause: 'The process that ran them is gone: restarted, or killed for want of memory.',
      next_step: stepOf(incident, LOOK_AT_SYNC),
    }
  },
  sync_timed_out: (incident) => ({
    title: `${syncsOf(incident)}${onHost(incident)} run longer than their limit`,
    cause: 'They hang, or there is more to read than fits into the limit.',
    next_step: 'Look at which step takes the time, or raise the limit in sync_limits.',
  }),
  unexpected_empty: (incident) => ({
    title: `${syncsOf(incident)}${onHost(incident)} came back empty`,
    cause: CAUSES['unexpected_empty'] ?? null,
    next_step: errorTypeFacts('unexpected_empty')?.next_step ?? LOOK_AT_SYNC,
  }),
  volume: (incident) => {
    const { facts } = incident
    const is_low = text(facts, 'side') === 'low'
    const range = `${grouped(number(facts, 'usual_low') ?? 0)} to ${grouped(number(facts, 'usual_high') ?? 0)}`
    const records = counted(number(facts, 'processed') ?? 0, 'record')
    const known = number(facts, 'processed') !== null
    return {
      title: `${syncsOf(incident)} read ${is_low ? 'fewer' : 'more'} records than usual`,
      cause: known ? `It read ${records}; usual are ${range}.` : null,
      next_step: is_low
        ? "Compare with Canvas: courses may have ended, or the token's owner may see less than before."
        : 'Compare with Canvas: a new term brings more, and so does a sync of a wider scope.',
    }
  },
  duration: (incident) => {
    const { facts } = incident
    const side = text(facts, 'side')
    const took = number(facts, 'duration_ms')
    const usual = number(facts, 'usual_ms')
    const times =
      took === null || usual === null
        ? null
        : `It took ${spokenDuration(took)}; usual is ${spokenDuration(usual)}.`
    if (side === 'overrun') {
      return {
        title: `A run of ${incident.subject.schedule ?? 'a schedule'} takes longer than it may`,
        cause:
          took === null || usual === null
            ? null
            : `It has run for ${spokenDuration(took)}; it may take ${spokenDuration(usual)}.`,
        next_step: 'Look at which step takes the time; end it if it hangs.',
      }
    }
    return {
      title: `${syncsOf(incident)} are ${side === 'fast' ? 'faster' : 'slower'} than usual`,
      cause: times,
      next_step:
        side === 'fast'
          ? 'Check that nothing is left out: a sync that reads less is faster.'
          : 'Compare the steps with those of an earlier sync: Canvas, the database or more data.',
    }
  },
  missed: (incident, timeText) => {
    const due = number(incident.facts, 'due_at')
    const many = number(incident.facts, 'in_a_row') ?? 1
    return {
      title: `${incident.subject.schedule ?? 'A scheduled sync'} did not start`,
      cause:
        due === null
          ? null
          : `Nothing started for ${timeText(due)}${many > 1 ? `, for the ${ordinal(many)} time in a row` : ''}.`,
      next_step:
        'Check that the scheduler, such as cron, and its machine run, and that the job reports its start.',
    }
  },
  late: (incident, timeText) => {
    const due = number(incident.facts, 'due_at')
    const late_ms = number(incident.facts, 'late_ms')
    const behind = late_ms === null ? 'behind its margin' : `${spokenDuration(late_ms)} late`
    return {
      title: `${incident.subject.schedule ?? 'A scheduled sync'} starts late`,
      cause: due === null ? null : `What was due at ${timeText(due)} started ${behind}.`,
      next_step: 'Look for what the job waits for, or widen the margin of the schedule.',
    }
  },
  stale: (incident) => {
    const lists = number(incident.facts, 'stale_lists')
    const target = number(incident.facts, 'target_ms')
    const goal = target === null ? '' : ` The target is ${spokenTarget(target)}.`
    const what =
      incident.facts['all_lists'] === true
        ? 'Nothing was read completely for longer than the target.'
        : lists === null
          ? null
          : `${counted(lists, 'list')} could not be read completely in time.`
    return {
      title: `Data${onHost(incident)} is older than its target`,
      cause: what === null ? null : `${what}${goal}`,
      next_step:
        'Open the overview: under Freshness stand the stalest lists and the syncs that tried to read them.',
    }
  },
  token_invalid: (incident) => ({
    title: `Canvas refuses the token${incident.subject.user_id === null ? '' : ` of user ${incident.subject.user_id}`}`,
    cause: causeOf(incident),
    next_step: stepOf(incident, 'Ask the owner of the token for a new one.'),
  }),
  token_expiring: (incident, timeText) => {
    const { facts, subject } = incident
    const expires = number(facts, 'expires_at')
    const days = number(facts, 'days_left') ?? 0
    const when =
      facts['expired'] === true
        ? 'has expired'
        : days < 1
          ? 'expires within a day'
          : `expires in ${counted(days, 'day')}`
    return {
      title: `The token${subject.user_id === null ? '' : ` of user ${subject.user_id}`} ${when}`,
      cause: expires === null ? null : `Its end is ${timeText(expires)}.`,
      next_step: 'Create a new access token in Canvas under Account > Settings before the old one ends.',
    }
  },
  throttled: (incident) => {
    const percent = number(incident.facts, 'wait_percent')
    const hits = number(incident.facts, 'rate_limit_hits') ?? 0
    const refused = hits > 0 ? ` Canvas refused ${counted(hits, 'call')} for it.` : ''
    return {
      title: `Canvas throttles ${incident.subject.sync_type === null ? 'syncs' : syncsOf(incident).toLowerCase()}${onHost(incident)}`,
      cause: percent === null ? null : `${percent} % of the time is waiting.${refused}`,
      next_step: errorTypeFacts('throttled')?.next_step ?? LOOK_AT_SYNC,
    }
  },
  canvas_unreachable: (incident) => ({
    title: `${incident.subject.host === null ? 'Canvas' : `Canvas at ${incident.subject.host}`} cannot be reached`,
    cause: causeOf(incident) ?? 'Syncs of several users or runs reach no Canvas.',
    next_step:
      "Check Canvas's status page, and the network between the jobs and Canvas; syncs go on by themselves.",
  }),
  log_loss: (incident) => {
    const machine = text(incident.facts, 'machine')
    const lost = number(incident.facts, 'records_lost')
    return {
      title: `Log lines are lost${machine === null ? '' : ` on ${machine}`}`,
      cause: lost === null ? null : `${counted(lost, 'line')} or counts could not be written.`,
      next_step: 'Check free disk space, the permissions of the log folder, and the errors log.',
    }
  },
  disk: (incident) => {
    const { facts } = incident
    const free = number(facts, 'free_bytes')
    const holds = DISK_HOLDS[text(facts, 'holds') ?? ''] ?? 'the monitor'
    const machine = text(facts, 'machine')
    return {
      title: `The disk of ${holds}${machine === null ? '' : ` on ${machine}`} is almost full`,
      cause: free === null ? null : `${spokenBytes(free)} are free, ${number(facts, 'free_percent') ?? 0} %.`,
      next_step: 'Free some space, or shorten how long logs and syncs are kept.',
    }
  },
  cleanup_overdue: (incident, timeText) => {
    const done = number(incident.facts, 'done_at')
    const what =
      text(incident.facts, 'job') === 'prune' ? 'The clean-up of the database' : 'The clean-up of the logs'
    return {
      title: `${what} has not run`,
      cause: done === null ? null : `It last ran to its end on ${timeText(done)}.`,
      next_step: 'Look in the errors log for what keeps it from its end, and run it by hand.',
    }
  },
  notification_failing: (incident) => {
    const waiting = number(incident.facts, 'waiting') ?? 0
    const error = text(incident.facts, 'last_error')
    const why = error === null ? '' : ` The last error is ${error}.`
    return {
      title: `Messages to ${incident.subject.channel ?? 'a channel'} do not arrive`,
      cause: `${counted(waiting, 'message')} ${waiting === 1 ? 'waits' : 'wait'}.${why}`,
      next_step: 'Send a test message to the channel, and check its address and its secret.',
    }
  },
}

const DISK_HOLDS: Readonly<Record<string, string>> = {
  database: 'the database',
  logs: 'the logs',
  database_and_logs: 'the database and the logs',
}

function spokenTarget(target_ms: number): string {
  const hours = target_ms / 3_600_000
  return Number.isInteger(hours) && hours <= 72 ? counted(hours, 'hour') : spokenDuration(target_ms)
}

function ordinal(count: number): string {
  const last = count % 10
  const teen = Math.floor((count % 100) / 10) === 1
  const ending = teen ? 'th' : last === 1 ? 'st' : last === 2 ? 'nd' : last === 3 ? 'rd' : 'th'
  return `${grouped(count)}${ending}`
}
