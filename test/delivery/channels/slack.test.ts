import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from '../../support/fast-check.ts'
import { systemClock } from '../../../src/core/clock.ts'
import type { SlackConfig } from '../../../src/delivery/delivery-config.ts'
import { SlackChannel } from '../../../src/delivery/channels/slack.ts'
import { slackBlocks, slackText } from '../../../src/delivery/channels/slack-blocks.ts'
import { closedPort, HttpStandIn, REPLIES, type Reply } from '../support/http-stand-in.ts'
import { HOSTILE, letterOf, messageOf, messageSaying } from '../support/letters.ts'

const slack = await HttpStandIn.start(REPLIES.slack())
const TOKEN = 'xoxb-secret-token'

function channelOf(given: Partial<SlackConfig> = {}): SlackChannel {
  const base = { name: 'slack', kind: 'slack', fallback: null, slack_channel: '#canvas-sync-alerts' } as const
  const by_token = { token: TOKEN, webhook_url: null, api_url: `${slack.url}/api` }
  return new SlackChannel({ ...base, ...by_token, ...given }, systemClock)
}

const byWebhook = (): SlackChannel =>
  channelOf({ token: null, webhook_url: `${slack.url}/services/T/B/secret` })

interface Block {
  readonly type: string
  readonly text: { readonly type: string; readonly text: string; readonly emoji?: boolean }
}

describe('a message to Slack', () => {
  it('goes to the channel by the token, and says by which name Slack knows it', async () => {
    const result = await channelOf().send(letterOf())
    assert.deepEqual(result, { outcome: 'sent', reference: 'C1 1700000000.000100' })
    const last = slack.received.at(-1)
    assert.equal(last?.path, '/api/chat.postMessage')
    assert.equal(last.headers.authorization, `Bearer ${TOKEN}`)
    const body = JSON.parse(last.body) as { channel: string; mrkdwn: boolean; blocks: Block[] }
    assert.equal(body.channel, '#canvas-sync-alerts')
    assert.equal(body.mrkdwn, false)
    assert.match(last.body, /Whose data: User 42/)
    assert.match(last.body, /Next step: Look at the status page/)
  })

  it('about the end goes into the thread of the beginning, and is shown to all', async () => {
    await channelOf().send(letterOf({ reference: 'C9 17.5' }))
    const body = JSON.parse(slack.received.at(-1)?.body ?? '') as object
    assert.partialDeepStrictEqual(body, { channel: 'C9', thread_ts: '17.5', reply_broadcast: true })
  })

  it('about the end of what was told in a message that is gone stands alone', async () => {
    for (const word of ['thread_not_found', 'message_not_found', 'cannot_reply_to_message']) {
      slack.script.push(REPLIES.slackError(word))
      const result = await channelOf().send(letterOf({ reference: 'C9 17.5' }))
      assert.equal(result.outcome, 'sent')
      const body = JSON.parse(slack.received.at(-1)?.body ?? '') as object
      assert.partialDeepStrictEqual(body, { channel: '#canvas-sync-alerts' })
      assert.ok(!('thread_ts' in body))
    }
  })

  it('goes by an incoming webhook, which knows its channel', async () => {
    slack.script.push(REPLIES.ok)
    assert.deepEqual(await byWebhook().send(letterOf()), { outcome: 'sent' })
    const last = slack.received.at(-1)
    assert.equal(last?.path, '/services/T/B/secret')
    assert.equal(last.headers.authorization, undefined)
    assert.equal(byWebhook().target, 'an incoming webhook')
  })

  const answers: readonly [string, Reply, object][] = [
    [
      '429',
      REPLIES.status(429, { 'retry-after': '7' }),
      { outcome: 'again', error: 'http_429', retry_after_ms: 7000 },
    ],
    ['500', REPLIES.status(500), { outcome: 'again', error: 'http_500' }],
    [
      '503 with a time',
      REPLIES.status(503, { 'retry-after': '2' }),
      { outcome: 'again', error: 'http_503', retry_after_ms: 2000 },
    ],
    ['a reset connection', REPLIES.reset, { outcome: 'again', error: 'reset' }],
    ['silence', REPLIES.hang, { outcome: 'again', error: 'timeout' }],
    ['half an answer', REPLIES.truncated, { outcome: 'again', error: 'answer_broken_off' }],
    ['what is not JSON', REPLIES.ok, { outcome: 'again', error: 'answer_not_json' }],
    ['ratelimited', REPLIES.slackError('ratelimited'), { outcome: 'again', error: 'slack_ratelimited' }],
    [
      'invalid_auth',
      REPLIES.slackError('invalid_auth'),
      { outcome: 'again', error: 'slack_invalid_auth', slowly: true },
    ],
    [
      'channel_not_found',
      REPLIES.slackError('channel_not_found'),
      { outcome: 'again', error: 'slack_channel_not_found', slowly: true },
    ],
    [
      'invalid_blocks',
      REPLIES.slackError('invalid_blocks'),
      { outcome: 'failed', error: 'slack_invalid_blocks' },
    ],
    [
      'words of its own',
      REPLIES.slackError(`no ${TOKEN}`),
      { outcome: 'again', error: 'slack_error', slowly: true },
    ],
    [
      'a redirect',
      REPLIES.status(302, { location: 'http://127.0.0.1:1/' }),
      { outcome: 'again', error: 'connection' },
    ],
  ]
  for (const [name, reply, expected] of answers) {
    it(`that gets ${name} is ${JSON.stringify(expected)}`, async () => {
      slack.script.push(reply)
      const signal = AbortSignal.timeout(name === 'silence' ? 150 : 5000)
      assert.deepEqual(await channelOf().send(letterOf({ signal })), expected)
    })
  }

  it('that nobody takes is tried again', async () => {
    const nobody = channelOf({ api_url: `http://127.0.0.1:${await closedPort()}/api` })
    assert.deepEqual(await nobody.send(letterOf()), { outcome: 'again', error: 'refused' })
  })

  it('that a webhook refuses says why', async () => {
    slack.script.push(REPLIES.status(404, {}, 'no_service'), REPLIES.status(400, {}, 'invalid_payload'))
    assert.deepEqual(await byWebhook().send(letterOf()), {
      outcome: 'again',
      error: 'slack_no_service',
      slowly: true,
    })
    assert.deepEqual(await byWebhook().send(letterOf()), {
      outcome: 'failed',
      error: 'slack_invalid_payload',
    })
  })
})

describe('what others have named', () => {
  it('is shown as it is: in plain text, without emoji, and escaped where Slack reads markup', () => {
    const message = messageSaying(HOSTILE)
    const blocks = slackBlocks(message) as unknown as Block[]
    for (const { text } of blocks) {
      if (!text.text.includes('channel')) continue
      assert.equal(text.type, 'plain_text')
      assert.equal(text.emoji, false)
      assert.ok(text.text.includes(HOSTILE))
    }
    assert.ok(!/[<>]/.test(slackText(message)))
    assert.match(slackText(message), /&lt;!channel&gt; &lt;https:\/\/x\|ok&gt;/)
  })

  it('keeps all of Slack’s limits, whatever it is', () => {
    const message = fc.record({
      text: fc.oneof(fc.string({ unit: 'binary', maxLength: 2000 }), fc.constant(HOSTILE.repeat(300))),
      count: fc.nat({ max: 80 }),
    })
    fc.assert(
      fc.property(message, ({ text, count }) => {
        const blocks = slackBlocks(messageSaying(text, count)) as unknown as Block[]
        assert.ok(blocks.length <= 50)
        for (const block of blocks) {
          const longest = block.type === 'header' ? 150 : 3000
          assert.ok(block.text.text.length <= longest && block.text.text.length > 0)
          assert.ok(block.text.text.isWellFormed())
          if (block.text.type === 'mrkdwn')
            assert.equal(block.text.text, '<https://monitor.example.edu/incidents/7|Open in the dashboard>')
        }
        const shown = slackText(messageSaying(text, count))
        assert.ok(shown.length <= 3000)
        assert.ok(!/[<>]|&(?!amp;|lt;|gt;)/.test(shown))
      }),
      { numRuns: 50 },
    )
  })

  it('cannot leave the link', () => {
    const link = { url: 'https://monitor.example.edu/incidents/7?a=<b>|c', label: 'a|b<!here>' }
    const block = (slackBlocks(messageOf({ link })) as unknown as Block[]).find(
      ({ text }) => text.type === 'mrkdwn',
    )
    assert.equal(block?.text.text, '<https://monitor.example.edu/incidents/7?a=%3Cb%3E%7Cc|a/b&lt;!here&gt;>')
  })
})
