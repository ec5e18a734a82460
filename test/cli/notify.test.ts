import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HttpStandIn, REPLIES } from '../delivery/support/http-stand-in.ts'
import { SmtpStandIn } from '../delivery/support/smtp-stand-in.ts'
import { assertNoStack } from './support/assert-explained.ts'
import { WorkPlace } from './support/work-place.ts'

const hook = await HttpStandIn.start(REPLIES.status(204))
const smtp = await SmtpStandIn.start()
const SECRETS = ['sixteen-or-more-of-a-secret', 'hidden-path', 'dean@example.edu']
const FILE = {
  notifications: {
    channels: {
      tickets: {
        kind: 'webhook',
        url: `${hook.url}/hidden-path`,
        secret: SECRETS[0],
        allow_hosts: ['127.0.0.1'],
      },
      container: { kind: 'stdout', format: 'text' },
    },
  },
}
const ENVIRONMENT = {
  SMTP_URL: smtp.url,
  ALERT_RECIPIENTS: 'dean@example.edu',
}

function placeOf(file: object = FILE): WorkPlace {
  const place = new WorkPlace()
  place.write('canvas-sync-monitor.config.json', JSON.stringify(file))
  return place
}

const isSilent = (text: string): void => {
  for (const secret of SECRETS) assert.ok(!text.includes(secret), secret)
}

test('a test goes to every channel by the real way, is in the log, and shows no secret', async () => {
  const place = placeOf()
  const [got, mails] = [hook.received.length, smtp.received.length]
  const tested = await place.run(['notify', 'test'], { environment: ENVIRONMENT })
  assert.equal(tested.code, 0, tested.stderr + tested.stdout)
  const lines = tested.stdout.trim().split('\n').toSorted()
  assert.deepEqual(
    lines.filter((line) => line.includes(': sent, ')),
    [
      'container: sent, stdout to standard output',
      'mail: sent, mail to 1 recipient',
      `tickets: sent, webhook to 127.0.0.1:${hook.port}`,
    ],
  )
  assert.ok(lines.some((line) => line.startsWith('Test of notifications from canvas-sync-monitor')))
  assert.equal(hook.received.length, got + 1)
  assert.equal(smtp.received.length, mails + 1)
  const log = await place.run(['notify', 'log'])
  assert.equal(log.code, 0)
  assert.match(log.stdout, /tickets +test +sent +- +1 +-/)
  const listed = await place.run(['notify', 'log', '--channel', 'mail', '--json'])
  assert.partialDeepStrictEqual(JSON.parse(listed.stdout), [
    { channel: 'mail', kind: 'test', state: 'sent', attempts: 1, last_error: null },
  ])
  isSilent(tested.stdout + tested.stderr + log.stdout + listed.stdout)
  for (const row of place.rows('select * from canvas_sync_notifications')) isSilent(JSON.stringify(row))
})

test('a channel that does not take it is told, with why, and is the exit code', async () => {
  const place = placeOf()
  hook.script.push(REPLIES.status(500))
  const failed = await place.run(['notify', 'test', '--channel', 'tickets', '--json'])
  assert.equal(failed.code, 1)
  assert.partialDeepStrictEqual(JSON.parse(failed.stdout), [{ channel: 'tickets', error: 'http_500' }])
  isSilent(failed.stdout + failed.stderr)
  // Whoever has mended it does not wait: what was left goes too.
  const got = hook.received.length
  assert.equal((await place.run(['notify', 'test', '--channel', 'tickets'])).code, 0)
  assert.ok(hook.received.length > got)
})

test('a channel that there is not is a mistake of who calls, and so is none at all', async () => {
  for (const [place, args, says] of [
    [placeOf(), ['notify', 'test', '--channel', 'nobody'], /no channel "nobody"[^]*tickets, container/],
    [new WorkPlace(), ['notify', 'test'], /no channel of notifications[^]*SLACK_BOT_TOKEN/],
  ] as const) {
    const refused = await place.run(args)
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, says)
    assertNoStack(refused)
  }
  const empty = await new WorkPlace().run(['notify', 'log'])
  assert.equal(empty.code, 0)
  assert.match(empty.stderr, /No notifications yet/)
})
