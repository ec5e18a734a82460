import { systemClock } from '../core/clock.ts'
import { MonitorError } from '../core/errors.ts'
import { isoTime } from '../core/iso-time.ts'
import type { Notification } from '../core/notification.ts'
import type { ReportPeriod, ReportSpan } from '../core/report-period.ts'
import { publicUrlOf } from '../config/access.ts'
import { deliveryConfig } from '../config/delivery.ts'
import { reportSettings } from '../config/reports.ts'
import { openDelivery } from '../server/delivery.ts'
import { openReports } from '../server/reports.ts'
import { freshnessTarget } from '../config/freshness.ts'
import type { Store } from '../store/store.ts'
import type { CommandContext } from './command.ts'
import { counted } from './numbers.ts'

/** As long as an attempt and a second one after trouble may take; a second more for each letter. */
const PATIENCE_MS = 30_000
const LOOK_MS = 100

interface SentReport {
  readonly report_id: number
  /** Null: it was sent before, and not again. */
  readonly sent: readonly ChannelOutcome[] | null
  readonly handed_at: string | null
}

interface ChannelOutcome {
  readonly channel: string
  readonly messages: number
  readonly arrived: number
  /** Unsubscribed recipients. */
  readonly unwanted: number
  readonly error: string | null
}

/**
 * Sends the report of a span as a server would, by the outbox; one that was sent already is not sent again.
 *
 * @throws MonitorError `usage` when nobody gets reports
 */
export async function sendReport(
  { config, terminal, json, signal }: CommandContext,
  store: Store,
  asked: { readonly period: ReportPeriod; readonly span: ReportSpan; readonly time_zone: string },
): Promise<number> {
  const notifications = deliveryConfig(config)
  const settings = reportSettings(config, notifications)
  if (notifications === null || settings === null) throw nobody()
  const channels = notifications.channels.map(({ name }) => name)
  const reports = openReports({
    store,
    clock: systemClock,
    settings,
    time_zone: asked.time_zone,
    freshness_target_ms: freshnessTarget(config.freshness_target),
    public_url: publicUrlOf(config),
    incidents: true,
    channels,
  })
  const kept = await store.reports.keep(await reports.collect(asked.period, asked.span))
  if (kept.handed_at !== null) {
    const handed_at = isoTime(kept.handed_at)
    const already: SentReport = { report_id: kept.id, sent: null, handed_at }
    if (json) terminal.json(already)
    else terminal.message(`This report was sent at ${handed_at} already; it is not sent again.`)
    return 0
  }
  const errors: unknown[] = []
  const only = notifications.channels.filter(({ name }) =>
    reports.readers.some(({ channel }) => channel === name),
  )
  // What else waits for these channels goes with it: this is a sender like that of a server.
  const delivery = openDelivery({
    store,
    clock: systemClock,
    config: { ...notifications, channels: only },
    composeReport: reports.compose,
    onError: (error) => void errors.push(error),
  })
  if (delivery === null) throw nobody()
  const ids = await delivery.addReport(kept.id, reports.readers)
  await store.reports.markHanded(kept.id, systemClock.now())
  delivery.start({ plans: false })
  const until = systemClock.monotonic() + PATIENCE_MS + 1000 * ids.length
  let found: (Notification | null)[] = []
  do {
    await systemClock.sleep(LOOK_MS, signal).catch(() => {})
    found = await Promise.all(ids.map((id) => store.notifications.find(id)))
  } while (found.some(isUndecided) && systemClock.monotonic() < until && !signal.aborted)
  await delivery.stop()
  if (errors.length > 0) throw errors[0]
  const sent = outcomes(found.filter((each) => each !== null))
  const told: SentReport = { report_id: kept.id, sent, handed_at: null }
  if (json) terminal.json(told)
  else for (const each of sent) terminal.data(sentence(each))
  if (signal.aborted) return 130
  return sent.every(({ messages, arrived, unwanted }) => arrived + unwanted === messages) ? 0 : 1
}

/** One that has failed once and waits says enough. */
const isUndecided = (notification: Notification | null): boolean =>
  notification !== null && notification.state === 'waiting' && notification.attempts === 0

function outcomes(found: readonly Notification[]): ChannelOutcome[] {
  return [...Map.groupBy(found, ({ channel }) => channel)].map(([channel, all]) => ({
    channel,
    messages: all.length,
    arrived: all.filter(({ state }) => state === 'sent').length,
    unwanted: all.filter(({ state }) => state === 'withdrawn').length,
    error: all.find(({ state, last_error }) => state !== 'sent' && last_error !== null)?.last_error ?? null,
  }))
}

function sentence({ channel, messages, arrived, unwanted, error }: ChannelOutcome): string {
  const rest = messages - arrived - unwanted
  return `${channel}: ${[
    ...(arrived > 0 ? [`${counted(arrived, 'message')} sent`] : []),
    ...(unwanted > 0 ? [`${counted(unwanted, 'recipient')} unsubscribed`] : []),
    ...(rest > 0
      ? [`${counted(rest, 'message')} not sent (${error ?? 'no answer yet'}); a server tries on`]
      : []),
  ].join(', ')}`
}

const nobody = (): MonitorError =>
  new MonitorError('usage', 'Nobody gets reports.', {
    next_step: 'Set REPORT_RECIPIENTS and SMTP_URL, or SLACK_BOT_TOKEN or SLACK_WEBHOOK_URL.',
  })
