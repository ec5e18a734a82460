import { systemClock } from '../../core/clock.ts'
import { MonitorError } from '../../core/errors.ts'
import { isoTime } from '../../core/iso-time.ts'
import type { Notification } from '../../core/notification.ts'
import { deliveryConfig } from '../../config/delivery.ts'
import { openDelivery } from '../../server/delivery.ts'
import { openStore } from '../../store/open-store.ts'
import { stringValue, type Command } from '../command.ts'
import { wholeNumberOption } from '../numbers.ts'
import { printable } from '../terminal.ts'
import { textTable } from '../text-table.ts'

/** As long as an attempt and a second one after trouble may take. */
const PATIENCE_MS = 30_000
const LOOK_MS = 100

export const notifyTest: Command = {
  name: 'notify test',
  summary: 'send a test to the channels of notifications, by the way that every message takes',
  options: {
    channel: { type: 'string', value: 'NAME', help: 'only this one (default all)' },
  },
  notes: [
    'Channels come from SLACK_BOT_TOKEN or SLACK_WEBHOOK_URL, from SMTP_URL with ALERT_RECIPIENTS, and from',
    '"notifications" in the configuration file. It exits with 1 when a channel did not take the test.',
  ],
  async run(context) {
    const { terminal, config, json, signal } = context
    const delivery_config = deliveryConfig(config)
    const names = (delivery_config?.channels ?? []).map(({ name }) => name)
    const wanted = stringValue(context, 'channel')
    const tested = wanted === undefined ? names : names.filter((name) => name === wanted)
    if (delivery_config === null || tested.length === 0) throw noChannel(wanted, names)
    await using store = await openStore(config.database)
    const only = delivery_config.channels.filter(({ name }) => tested.includes(name))
    const errors: unknown[] = []
    const onError = (error: unknown): void => void errors.push(error)
    // What else waits for these channels goes with it: this is a sender like that of a server.
    const delivery = openDelivery({
      store,
      clock: systemClock,
      config: { ...delivery_config, channels: only },
      onError,
    })
    if (delivery === null) throw noChannel(wanted, names)
    const ids = await Promise.all(tested.map((name) => delivery.test(name)))
    delivery.start({ plans: false })
    const until = systemClock.monotonic() + PATIENCE_MS
    let found: (Notification | null)[] = []
    do {
      await systemClock.sleep(LOOK_MS, signal).catch(() => {})
      found = await Promise.all(ids.map((id) => store.notifications.find(id)))
    } while (found.some(isUndecided) && systemClock.monotonic() < until && !signal.aborted)
    await delivery.stop()
    if (errors.length > 0) throw errors[0]
    const shown = delivery.channels.map(({ name, kind, target }, index) => ({
      channel: name,
      kind,
      target,
      notification_id: ids[index] ?? null,
      state: found[index]?.state ?? null,
      error: found[index]?.last_error ?? null,
    }))
    if (json) terminal.json(shown)
    else {
      for (const { channel, kind, target, state, error } of shown) {
        const went = state === 'sent' ? 'sent' : `not sent (${error ?? 'no answer yet'})`
        terminal.data(`${channel}: ${went}, ${kind} to ${printable(target)}`)
      }
    }
    return shown.every(({ state }) => state === 'sent') ? 0 : signal.aborted ? 130 : 1
  },
}

/** One that has failed once and waits says enough. */
const isUndecided = (notification: Notification | null): boolean =>
  notification !== null && notification.state === 'waiting' && notification.attempts === 0

function noChannel(wanted: string | undefined, names: readonly string[]): MonitorError {
  if (names.length > 0) {
    return new MonitorError('usage', `There is no channel "${wanted ?? ''}".`, {
      next_step: `Channels are ${names.join(', ')}.`,
    })
  }
  return new MonitorError('usage', 'There is no channel of notifications.', {
    next_step: 'Set SLACK_BOT_TOKEN or SLACK_WEBHOOK_URL, or SMTP_URL and ALERT_RECIPIENTS.',
  })
}

export const notifyLog: Command = {
  name: 'notify log',
  summary: 'what was told to which channel, and how it went',
  options: {
    channel: { type: 'string', value: 'NAME', help: 'only this one' },
    limit: { type: 'string', value: 'N', help: 'at most so many (default 20)' },
  },
  async run(context) {
    const { terminal, config, json } = context
    const limit = wholeNumberOption(stringValue(context, 'limit'), '--limit', {
      minimum: 1,
      maximum: 1000,
      missing: 20,
    })
    const channel = stringValue(context, 'channel')
    await using store = await openStore(config.database)
    const { notifications } = await store.notifications.page({
      limit,
      ...(channel === undefined ? {} : { channel }),
    })
    if (json) terminal.json(notifications.map(recordOf))
    else if (notifications.length === 0) terminal.message('No notifications yet.')
    else for (const line of textTable(rowsOf(notifications))) terminal.data(line)
    return 0
  },
}

const iso = (at: number | null): string | null => (at === null ? null : isoTime(at))

/** The same members as in the API. */
function recordOf({ created_at, due_at, sent_at, ...rest }: Notification): object {
  return { ...rest, created_at: iso(created_at), due_at: iso(due_at), sent_at: iso(sent_at) }
}

function rowsOf(notifications: readonly Notification[]): string[][] {
  const rows = notifications.map(
    ({ id, created_at, channel, kind, state, incident_ids, attempts, last_error }) => [
      String(id),
      isoTime(created_at).slice(0, 19).replace('T', ' '),
      printable(channel),
      kind,
      state,
      incident_ids.length > 3 ? `${incident_ids.length} of them` : incident_ids.join(' ') || '-',
      String(attempts),
      last_error ?? '-',
    ],
  )
  return [['id', 'made (UTC)', 'channel', 'kind', 'state', 'incidents', 'tries', 'error'], ...rows]
}
