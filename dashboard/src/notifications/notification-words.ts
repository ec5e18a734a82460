import type {
  ChannelHealth,
  NotificationRecord,
} from '../../../src/api/notifications/notification-records.ts'
import type { ChannelKind, NotificationKind, NotificationState } from '../../../src/core/notification.ts'
import type { Mark } from '../parts/mark.ts'

/** Shape and word say what the colour says. */
export const HEALTH_MARKS: Readonly<Record<ChannelHealth, Mark>> = {
  ok: { shape: 'check', words: 'Works', tone: 'good' },
  unused: { shape: 'dash', words: 'Not used yet', tone: 'quiet' },
  retrying: { shape: 'exclamation', words: 'Tries again', tone: 'warn' },
  failing: { shape: 'cross', words: 'Dead', tone: 'bad' },
}

export const STATE_MARKS: Readonly<Record<NotificationState, Mark>> = {
  waiting: { shape: 'clock', words: 'Waits', tone: 'quiet' },
  sent: { shape: 'check', words: 'Sent', tone: 'good' },
  failed: { shape: 'cross', words: 'Failed', tone: 'bad' },
  combined: { shape: 'back', words: 'Told with another', tone: 'quiet' },
  withdrawn: { shape: 'barred', words: 'Withdrawn', tone: 'quiet' },
}

export const OUTCOME_MARKS: Readonly<Record<'sent' | 'again' | 'failed', Mark>> = {
  sent: STATE_MARKS.sent,
  again: { shape: 'exclamation', words: 'To be tried again', tone: 'warn' },
  failed: STATE_MARKS.failed,
}

export const KIND_WORDS: Readonly<Record<NotificationKind, string>> = {
  incident: 'Incident',
  reminder: 'Reminder',
  recovery: 'Recovery',
  report: 'Report',
  test: 'Test',
}

export const CHANNEL_WORDS: Readonly<Record<ChannelKind, string>> = {
  slack: 'Slack',
  mail: 'Mail',
  webhook: 'Webhook',
  stdout: 'Output',
}

const ERRORS: Readonly<Record<string, string>> = {
  timeout: 'no answer in time',
  refused: 'connection refused',
  reset: 'connection lost',
  expired: 'tried for too long',
  dns: 'no such host',
  tls: 'no safe connection',
  connection: 'connection failed',
  smtp_auth: 'SMTP refused the password',
  smtp_no_recipient: 'SMTP took no recipient',
  address_refused: 'its address may not be called',
  redirected: 'it redirects, which is not followed',
  not_written: 'not written',
  internal: 'an error of the monitor itself',
}

/** `http_500` as people say it; a word that is not known stays as it is. */
export function errorText(error: string): string {
  const status = /^(http|smtp)_(\d{3})$/.exec(error)
  if (status !== null) return `${status[1] === 'http' ? 'HTTP' : 'SMTP'} ${status[2]}`
  return Object.hasOwn(ERRORS, error) ? (ERRORS[error] ?? error) : error.replaceAll('_', ' ')
}

/** How a test went, and whether it is over; null while nothing is known of it. */
export function testText({ state, last_error, attempts }: NotificationRecord): {
  readonly is_over: boolean
  readonly words: string
} {
  const why = last_error === null ? '' : `: ${errorText(last_error)}`
  if (state === 'sent') return { is_over: true, words: 'The test has arrived.' }
  if (state === 'waiting') {
    return attempts === 0
      ? { is_over: false, words: 'The test is on its way…' }
      : { is_over: false, words: `The test did not arrive${why}. It is tried again.` }
  }
  return { is_over: true, words: `The test did not arrive${why}.` }
}
