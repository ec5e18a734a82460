import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { MailConfig } from '../../../src/delivery/delivery-config.ts'
import { MailChannel } from '../../../src/delivery/channels/mail.ts'
import { closedPort } from '../support/http-stand-in.ts'
import { letterOf, messageOf, messageSaying } from '../support/letters.ts'
import { SmtpStandIn, type MailReply } from '../support/smtp-stand-in.ts'

const smtp = await SmtpStandIn.start()

const channelOf = (given: Partial<MailConfig> = {}): MailChannel =>
  new MailChannel({
    name: 'mail',
    kind: 'mail',
    fallback: null,
    smtp_url: smtp.url,
    from: 'Canvas sync <monitor@example.edu>',
    to: ['ops@example.edu'],
    ...given,
  })

/** Names of the headers, and the values of one. */
function headersOf(raw: string): Map<string, string> {
  const [head = ''] = raw.split('\r\n\r\n')
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  )
}

describe('a mail', () => {
  it('is sent as text and as HTML, by a name of its own', async () => {
    const result = await channelOf().send(letterOf())
    assert.deepEqual(result, { outcome: 'sent', reference: '<csm-7-abc@example.edu>' })
    const { from, to, raw } = smtp.received.at(-1) ?? { raw: '' }
    assert.deepEqual([from, to], ['monitor@example.edu', ['ops@example.edu']])
    const headers = headersOf(raw)
    assert.equal(headers.get('message-id'), '<csm-7-abc@example.edu>')
    assert.equal(headers.get('subject'), '[Critical] sync_failed no 7')
    assert.equal(headers.get('auto-submitted'), 'auto-generated')
    assert.match(raw, /text\/plain/)
    assert.match(raw, /text\/html/)
    assert.match(raw, /Whose data: User 42/)
    assert.match(raw, /https:\/\/monitor\.example\.edu\/incidents\/7/)
  })

  it('about the end answers the one about the beginning', async () => {
    await channelOf().send(letterOf({ reference: '<csm-1-x@example.edu>' }))
    const headers = headersOf(smtp.received.at(-1)?.raw ?? '')
    assert.equal(headers.get('in-reply-to'), '<csm-1-x@example.edu>')
  })

  it('with a report has its own page, pictures, recipients and a way out', async () => {
    const document = {
      html: '<p>Report <img src="cid:trend"></p>',
      text: 'Report',
      images: [{ cid: 'trend', type: 'image/png', base64: Buffer.from('png').toString('base64') }],
      recipients: ['dean@example.edu'],
      unsubscribe_url: 'https://monitor.example.edu/unsubscribe/abc',
    }
    await channelOf().send(letterOf({ message: messageOf({ kind: 'report', document }) }))
    const { to, raw } = smtp.received.at(-1) ?? { raw: '' }
    assert.deepEqual(to, ['dean@example.edu'])
    assert.match(raw, /Content-Id: <trend>/i)
    assert.equal(headersOf(raw).get('list-unsubscribe'), '<https://monitor.example.edu/unsubscribe/abc>')
    assert.equal(headersOf(raw).get('list-unsubscribe-post'), 'List-Unsubscribe=One-Click')
    const at_home = { ...document, unsubscribe_url: 'http://127.0.0.1:5000/unsubscribe?code=abc' }
    await channelOf().send(letterOf({ message: messageOf({ kind: 'report', document: at_home }) }))
    const headers = headersOf(smtp.received.at(-1)?.raw ?? '')
    assert.ok(headers.has('list-unsubscribe') && !headers.has('list-unsubscribe-post'), 'only over TLS')
  })

  const answers: readonly [string, MailReply, object][] = [
    ['421 at once', { at: 'MAIL', code: 421 }, { outcome: 'again', error: 'smtp_421' }],
    ['451', { at: 'DATA', code: 451 }, { outcome: 'again', error: 'smtp_451' }],
    ['451 for the only recipient', { at: 'RCPT', code: 451 }, { outcome: 'again', error: 'smtp_451' }],
    ['550 for the only recipient', { at: 'RCPT', code: 550 }, { outcome: 'failed', error: 'smtp_550' }],
    ['554 for the letter', { at: 'DATA', code: 554 }, { outcome: 'failed', error: 'smtp_554' }],
    ['530 for the sender', { at: 'MAIL', code: 530 }, { outcome: 'again', error: 'smtp_530', slowly: true }],
  ]
  for (const [name, reply, expected] of answers) {
    it(`that gets ${name} is ${JSON.stringify(expected)}`, async () => {
      smtp.script.push(reply)
      assert.deepEqual(await channelOf().send(letterOf()), expected)
    })
  }

  it('after which the connection breaks may have arrived, and has the same name when it is sent again', async () => {
    smtp.script.push('drop')
    const result = await channelOf().send(letterOf())
    assert.partialDeepStrictEqual(result, { outcome: 'again', perhaps: true })
    await channelOf().send(letterOf())
    const [first, second] = smtp.received.slice(-2).map(({ raw }) => headersOf(raw).get('message-id'))
    assert.equal(first, second)
  })

  it('that nobody takes is tried again, and cannot have arrived', async () => {
    const result = await channelOf({ smtp_url: `smtp://127.0.0.1:${await closedPort()}` }).send(letterOf())
    assert.partialDeepStrictEqual(result, { outcome: 'again', perhaps: false })
  })

  it('to several is sent again only to whom it was refused for now', async () => {
    const channel = channelOf({ to: ['a@example.edu', 'b@example.edu', 'c@example.edu'] })
    smtp.recipients.set('b@example.edu', 451).set('c@example.edu', 550)
    const first = await channel.send(letterOf())
    assert.partialDeepStrictEqual(first, { outcome: 'again', error: 'smtp_451' })
    const progress = 'progress' in first ? (first.progress ?? null) : null
    // It is kept in the database.
    assert.match(progress ?? '', /^\["[\w-]{43}","[\w-]{43}"\]$/)
    assert.equal((await channel.send(letterOf({ progress }))).outcome, 'sent')
    assert.deepEqual(
      smtp.received.slice(-2).map(({ to }) => to),
      [['a@example.edu'], ['b@example.edu']],
    )
  })

  it('stops when its time is over', async () => {
    const controller = new AbortController()
    smtp.script.push('take')
    controller.abort()
    const sent = await channelOf({ smtp_url: smtp.url }).send(letterOf({ signal: controller.signal }))
    assert.ok(['sent', 'again'].includes(sent.outcome))
  })

  it('gets no header from what others have named', async () => {
    const hostile = 'x\r\nBcc: thief@example.org\r\n\r\n<script>alert(1)</script> \u2028 a\n.\r\nQUIT'
    await channelOf().send(letterOf({ message: messageSaying(hostile) }))
    const { to, raw } = smtp.received.at(-1) ?? { raw: '' }
    assert.deepEqual(to, ['ops@example.edu'])
    assert.ok(!headersOf(raw).has('bcc'))
    const [, page = ''] = raw.split('text/html')
    assert.match(page, /&lt;script&gt;/)
    assert.doesNotMatch(page, /<script/)
  })

  it('shows neither addresses nor the password', () => {
    const channel = channelOf({ smtp_url: 'smtps://user:pa%24s@mail.example.edu' })
    assert.equal(channel.target, '1 recipient')
  })
})
