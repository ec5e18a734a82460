import type { Clock } from '../../core/clock.ts'
import type { Channel, Letter, SendResult } from '../channel.ts'
import type { SlackConfig } from '../delivery-config.ts'
import { retryAfter } from '../retry.ts'
import { answerText } from './answer-body.ts'
import { networkFailure } from './network-failure.ts'
import { slackBlocks, slackText } from './slack-blocks.ts'

const API_URL = 'https://slack.com/api'

/** What no other attempt would change. */
const REFUSED: ReadonlySet<string> = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_too_long',
  'msg_blocks_too_long',
  'no_text',
  'too_many_attachments',
  'invalid_payload',
])
/** What only a person can mend: the token, the channel, the app. */
const TO_BE_MENDED: ReadonlySet<string> = new Set([
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'channel_is_archived',
  'restricted_action',
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
  'no_permission',
  'no_service',
  'no_active_hooks',
  'invalid_token',
  'action_prohibited',
  'team_disabled',
  'org_login_required',
])
/** What is only wrong with answering a message: somebody has deleted it, say. */
const NO_THREAD: ReadonlySet<string> = new Set([
  'thread_not_found',
  'message_not_found',
  'cannot_reply_to_message',
  'thread_locked',
  'invalid_thread_ts',
])
const SOON: ReadonlySet<string> = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
])

/** A Slack channel, by the token of a bot (`chat.postMessage`) or by an incoming webhook. */
export class SlackChannel implements Channel {
  readonly kind = 'slack'
  readonly name: string
  readonly target: string
  readonly #config: SlackConfig
  readonly #clock: Clock

  constructor(config: SlackConfig, clock: Clock) {
    this.name = config.name
    this.target = config.token === null ? 'an incoming webhook' : config.slack_channel
    this.#config = config
    this.#clock = clock
  }

  async send(letter: Letter): Promise<SendResult> {
    const [channel, thread_ts] = letter.reference?.split(' ') ?? []
    if (this.#config.token === null || thread_ts === undefined) return await this.#post(letter, {})
    // The end of an incident belongs to its beginning, and must be seen by who looks at the channel only.
    const answered = await this.#post(letter, { channel, thread_ts, reply_broadcast: true })
    const is_gone = answered.outcome !== 'sent' && NO_THREAD.has(answered.error.replace(/^slack_/, ''))
    return is_gone ? await this.#post(letter, {}) : answered
  }

  async #post({ message, signal }: Letter, thread: object): Promise<SendResult> {
    const { token, webhook_url, slack_channel, api_url = API_URL } = this.#config
    const content = {
      text: slackText(message),
      blocks: slackBlocks(message),
      mrkdwn: false,
      unfurl_links: false,
      unfurl_media: false,
    }
    const [url, body] =
      token === null
        ? [webhook_url ?? '', content]
        : [`${api_url}/chat.postMessage`, { channel: slack_channel, ...content, ...thread }]
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'error',
        signal,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(body),
      })
      return this.#resultOf(response, await answerText(response), token !== null)
    } catch (error) {
      // Slack has no name for a message by which it would know one that comes twice.
      const failure = networkFailure(error)
      return { outcome: 'again', error: failure.error }
    }
  }

  #resultOf(response: Response, text: string | null, by_token: boolean): SendResult {
    const { status, headers } = response
    const retry_after_ms = retryAfter(headers.get('retry-after'), this.#clock.now())
    const asked = retry_after_ms === undefined ? {} : { retry_after_ms }
    if (status === 429) return { outcome: 'again', error: 'http_429', ...asked }
    if (status >= 500) return { outcome: 'again', error: `http_${status}`, ...asked }
    if (text === null) return { outcome: 'again', error: 'answer_broken_off' }
    if (!by_token) {
      if (status === 200 && text.trim() === 'ok') return { outcome: 'sent' }
      return refusal(text.trim(), status)
    }
    const answer = parsed(text)
    if (answer === null)
      return { outcome: 'again', error: status === 200 ? 'answer_not_json' : `http_${status}` }
    if (answer['ok'] !== true) return refusal(String(answer['error']), status, asked)
    const { channel, ts } = answer
    return typeof channel === 'string' && typeof ts === 'string'
      ? { outcome: 'sent', reference: `${channel} ${ts}` }
      : { outcome: 'sent' }
  }
}

function refusal(word: string, status: number, asked: { readonly retry_after_ms?: number } = {}): SendResult {
  if (REFUSED.has(word)) return { outcome: 'failed', error: `slack_${word}` }
  if (TO_BE_MENDED.has(word)) return { outcome: 'again', error: `slack_${word}`, slowly: true }
  if (NO_THREAD.has(word)) return { outcome: 'again', error: `slack_${word}` }
  if (SOON.has(word)) return { outcome: 'again', error: `slack_${word}`, ...asked }
  // A word that is not known is not repeated: it is the other side's.
  const error = status === 200 ? 'slack_error' : `http_${status}`
  return { outcome: 'again', error, slowly: status !== 408 }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const answer: unknown = JSON.parse(text)
    return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : null
  } catch {
    return null
  }
}
