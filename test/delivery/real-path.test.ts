import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { printable } from '../../src/core/printable.ts'
import { HttpStandIn, REPLIES } from './support/http-stand-in.ts'
import { decodedMail, RealPath, slackOver, ThreeChannels } from './support/real-path.ts'

const MINUTE_S = 60

test('a Slack that is away for ten minutes gets one message about all that broke and mended meanwhile', async () => {
  const away = await HttpStandIn.start(REPLIES.status(503))
  const path = await RealPath.open((clock) => [slackOver(away, clock)])
  await path.pass(10 * MINUTE_S, async (second) => {
    if (second === 30) await path.report(failing('one'))
    if (second === 200) await path.report(failing('two'))
    if (second === 400) await path.report([...failing('three'), ...failing('four')])
    if (second === 500) await path.report(well('two'))
  })
  const [channel] = await path.store.notifications.channels()
  assert.ok((channel?.failing_since ?? 0) > 0 && (channel?.waiting ?? 0) >= 3)
  const refused = away.received.length
  assert.ok(refused > 10, `${refused} attempts`)
  away.always = REPLIES.slack()
  await path.pass(6 * MINUTE_S)
  assert.equal(away.received.length, refused + 1)
  const { text, blocks } = JSON.parse(away.received.at(-1)?.body ?? '') as { text: string; blocks: object[] }
  assert.equal(text, '3 problems, 1 over in Canvas syncs')
  for (const type of ['one', 'two', 'three', 'four']) {
    assert.ok(JSON.stringify(blocks).includes(`Syncs of ${type} fail`), type)
  }
  const [well_again] = await path.store.notifications.channels()
  assert.partialDeepStrictEqual(well_again, { failing_since: null, failures: 0, waiting: 0 })
})

const HOSTILE = [
  '<!channel> <@U012AB3CD> <https://evil.test|x>',
  '*b* _i_ `c` ~s~ & &lt;!here&gt;',
  ':fire: @here #general',
  '</td><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '=?utf-8?Q?=0D=0ABcc:_thief?=',
  'x\r\nBcc: thief\r\n\r\nhello',
  'a\u2028b\u202ec',
]

describe('a name that would be markup or a header is shown as it is, by every channel', () => {
  for (const name of HOSTILE) {
    it(JSON.stringify(name), async () => {
      const channels = await ThreeChannels.start()
      const { slack, hook, smtp } = channels
      const path = await RealPath.open((clock) => channels.open(clock))
      await path.report(failing(name))
      await path.pass(30)
      assert.deepEqual(
        [slack, hook, smtp].map(({ received }) => received.length),
        [1, 1, 1],
      )
      const { text, blocks } = JSON.parse(slack.received[0]?.body ?? '') as { text: string; blocks: Block[] }
      assert.doesNotMatch(text, /[<>]|&(?!amp;|lt;|gt;)/)
      const shown = blocks.filter((block) => block.text.type === 'plain_text')
      assert.ok(shown.some((block) => block.text.text.includes(printable(name))))
      assert.ok(shown.every((block) => block.text.emoji === false))
      const markup = blocks
        .filter((block) => block.text.type !== 'plain_text')
        .map((block) => block.text.text)
      assert.deepEqual(markup, ['<https://monitor.example.edu/incidents/1|Open in the dashboard>'])
      const [mail] = smtp.received
      assert.deepEqual(mail?.to, ['b@example.edu'])
      const [head = '', ...body] = mail.raw.split('\r\n\r\n')
      const names = head
        .replaceAll(/\r\n[ \t]+/g, ' ')
        .split('\r\n')
        .map((line) => line.split(':')[0])
      assert.deepEqual(names, HEADERS)
      const page = decodedMail(body.join('\r\n\r\n')).split('text/html')[1] ?? ''
      assert.doesNotMatch(page, /<script|<img/)
    })
  }
})

/** Of every mail about an incident. */
const HEADERS = [
  'Auto-Submitted',
  'X-Auto-Response-Suppress',
  'From',
  'To',
  'Subject',
  'Message-ID',
  'Date',
  'MIME-Version',
  'Content-Type',
]

interface Block {
  readonly text: { readonly type: string; readonly text: string; readonly emoji?: boolean }
}

let tasks = 0
const named = (sync_type: string, ending: object): object[] => {
  const task_id = `named-${++tasks}`
  return [
    { type: 'start', task_id, user_id: '42', sync_type },
    { type: 'finish', task_id, ...ending },
  ]
}
const failing = (sync_type: string): object[] =>
  [1, 2].flatMap(() =>
    named(sync_type, { status: 'failed', error_type: 'job_error', error_message: `${sync_type} broke` }),
  )
const well = (sync_type: string): object[] => named(sync_type, {})
