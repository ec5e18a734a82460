import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { systemClock } from '../../../src/core/clock.ts'
import type { Channel } from '../../../src/delivery/channel.ts'
import { openChannel } from '../../../src/delivery/channels/open-channel.ts'
import { StdoutChannel } from '../../../src/delivery/channels/stdout.ts'
import { HttpStandIn, REPLIES } from '../support/http-stand-in.ts'
import { HOSTILE, letterOf, messageOf, messageSaying } from '../support/letters.ts'
import { SmtpStandIn } from '../support/smtp-stand-in.ts'

/** A channel with what its other side has got, as one text. */
interface OpenedChannel {
  readonly channel: Channel
  readonly secrets: readonly string[]
  got(): string
}

const http = await HttpStandIn.start(REPLIES.slack())
const smtp = await SmtpStandIn.start()
const printed: string[] = []
const output = {
  write: (text: string, done: (error?: Error) => void): boolean => {
    printed.push(text)
    done()
    return true
  },
} as unknown as NodeJS.WriteStream
const gotByHttp = (): string => http.received.at(-1)?.body ?? ''
const named = { fallback: null } as const

const CHANNELS: Readonly<Record<string, () => OpenedChannel>> = {
  'slack, by token': () => ({
    channel: openChannel(
      {
        ...named,
        name: 'slack',
        kind: 'slack',
        token: 'xoxb-1',
        webhook_url: null,
        slack_channel: '#a',
        api_url: http.url,
      },
      systemClock,
    ),
    secrets: ['xoxb-1'],
    got: gotByHttp,
  }),
  mail: () => ({
    channel: openChannel(
      {
        ...named,
        name: 'mail',
        kind: 'mail',
        smtp_url: smtp.url,
        from: 'a@example.edu',
        to: ['b@example.edu'],
      },
      systemClock,
    ),
    secrets: ['b@example.edu'],
    got: () => decoded(smtp.received.at(-1)?.raw ?? ''),
  }),
  webhook: () => ({
    channel: openChannel(
      {
        ...named,
        name: 'hook',
        kind: 'webhook',
        url: `${http.url}/k/hidden`,
        secret: 'shh',
        allow_hosts: ['127.0.0.1'],
      },
      systemClock,
    ),
    secrets: ['shh', 'hidden'],
    got: gotByHttp,
  }),
  'standard output, JSON': () => ({
    channel: new StdoutChannel({ ...named, name: 'out', kind: 'stdout', format: 'json' }, output),
    secrets: [],
    got: () => printed.at(-1) ?? '',
  }),
  'standard output, text': () => ({
    channel: new StdoutChannel({ ...named, name: 'out', kind: 'stdout', format: 'text' }, output),
    secrets: [],
    got: () => printed.at(-1) ?? '',
  }),
}

const decoded = (raw: string): string =>
  raw
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))

for (const [name, open] of Object.entries(CHANNELS)) {
  describe(name, () => {
    it('says what broke, whose data, since when, last good, why, what next, and where to look', async () => {
      const { channel, got } = open()
      assert.equal((await channel.send(letterOf())).outcome, 'sent')
      for (const part of [
        'sync_failed no 7',
        'User 42',
        '2026-11-22 11:14',
        '2026-11-22 10:15',
        'Canvas does not answer.',
        'Look at the status page of Canvas',
        'https://monitor.example.edu/incidents/7',
      ]) {
        assert.ok(got().includes(part), `${part} is not in ${got()}`)
      }
    })

    it('takes everything that there is to say, and hostile names', async () => {
      const { channel } = open()
      for (const message of [
        messageOf({ sections: [], summary: 'All is well.', link: null, more: 'And 4 more.' }),
        messageSaying(HOSTILE, 60),
        messageSaying('\u0000\u202e\r\n\ud800', 3),
        messageSaying('x'.repeat(100_000), 12),
      ]) {
        assert.equal((await channel.send(letterOf({ message }))).outcome, 'sent')
      }
    })

    it('shows no secret, and has none in a message', async () => {
      const { channel, secrets, got } = open()
      await channel.send(letterOf())
      for (const secret of secrets) {
        assert.ok(!channel.target.includes(secret))
        if (channel.kind !== 'mail') assert.ok(!got().includes(secret))
      }
    })
  })
}

it('standard output is one line for each message', async () => {
  const { channel } = CHANNELS['standard output, JSON']?.() ?? assert.fail()
  await channel.send(letterOf({ message: messageSaying('a\nb\u2028c') }))
  const line = printed.at(-1) ?? ''
  assert.equal(line.indexOf('\n'), line.length - 1)
  assert.partialDeepStrictEqual(JSON.parse(line), {
    event: 'notification',
    id: 'csm-7-abc',
    kind: 'incident',
  })
})
