import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, it } from 'node:test'
import { systemClock } from '../../../src/core/clock.ts'
import type { WebhookConfig } from '../../../src/delivery/delivery-config.ts'
import { isPublicAddress, safeLookup } from '../../../src/delivery/channels/safe-address.ts'
import { WebhookChannel } from '../../../src/delivery/channels/webhook.ts'
import { HttpStandIn, REPLIES, type Reply } from '../support/http-stand-in.ts'
import { HOSTILE, letterOf, messageSaying } from '../support/letters.ts'

const canary = await HttpStandIn.start(REPLIES.status(204))
const { port } = canary
const SECRET = 'a-secret-of-the-webhook'

const configOf = (url: string, allow_hosts: readonly string[] = []): WebhookConfig => ({
  name: 'hook',
  kind: 'webhook',
  fallback: null,
  url,
  secret: SECRET,
  allow_hosts,
})
const channelOf = (): WebhookChannel =>
  new WebhookChannel(configOf(`${canary.url}/hook?key=hidden`, ['127.0.0.1']), { clock: systemClock })

describe('a message to a webhook', () => {
  it('is signed, and has a sentence and the data', async () => {
    assert.deepEqual(await channelOf().send(letterOf()), { outcome: 'sent' })
    const { headers, body, path } = canary.received.at(-1) ?? assert.fail()
    assert.equal(path, '/hook?key=hidden')
    const timestamp = String(headers['canvas-sync-timestamp'])
    assert.ok(Math.abs(Number(timestamp) - Date.now() / 1000) < 60)
    const expected = createHmac('sha256', SECRET).update(`${timestamp}.${body}`).digest('hex')
    assert.equal(headers['canvas-sync-signature'], `sha256=${expected}`)
    assert.equal(headers['canvas-sync-id'], 'csm-7-abc')
    const parsed = JSON.parse(body) as { message: string; data: { incidents: object[] } }
    assert.partialDeepStrictEqual(parsed, { id: 'csm-7-abc', kind: 'incident', tone: 'bad' })
    assert.match(
      parsed.message,
      /^\[Critical\] sync_failed no 7\. Whose data: User 42; Since: 2026-11-22 11:14/,
    )
    assert.partialDeepStrictEqual(parsed.data.incidents[0], {
      id: 7,
      rule: 'sync_failed',
      told_as: 'opening',
    })
    assert.equal(channelOf().target, `127.0.0.1:${port}`)
  })

  it('holds names of others as they are', async () => {
    await channelOf().send(letterOf({ message: messageSaying(HOSTILE) }))
    const { title } = JSON.parse(canary.received.at(-1)?.body ?? '') as { title: string }
    assert.equal(title, HOSTILE)
  })

  const answers: readonly [string, Reply, object][] = [
    [
      '429',
      REPLIES.status(429, { 'retry-after': '7' }),
      { outcome: 'again', error: 'http_429', retry_after_ms: 7000 },
    ],
    ['500', REPLIES.status(500), { outcome: 'again', error: 'http_500' }],
    ['401', REPLIES.status(401), { outcome: 'again', error: 'http_401', slowly: true }],
    ['410', REPLIES.status(410), { outcome: 'failed', error: 'http_410' }],
    ['a reset', REPLIES.reset, { outcome: 'again', error: 'reset', perhaps: true }],
    ['silence', REPLIES.hang, { outcome: 'again', error: 'timeout', perhaps: true }],
    [
      'a redirect',
      REPLIES.status(307, { location: canary.url }),
      { outcome: 'again', error: 'redirected', slowly: true },
    ],
  ]
  for (const [name, reply, expected] of answers) {
    it(`that gets ${name} is ${JSON.stringify(expected)}`, async () => {
      canary.script.push(reply)
      const before = canary.received.length
      const signal = AbortSignal.timeout(name === 'silence' ? 150 : 5000)
      assert.deepEqual(await channelOf().send(letterOf({ signal })), expected)
      assert.equal(canary.received.length, before + 1)
    })
  }
})

/** All of them would reach a server of this machine or of its network. */
const HOSTILE_HOSTS = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '127.255.255.254',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0x7f.0x0.0x0.0x1',
  '0177.0.0.1',
  '0177.1',
  '017700000001',
  '0',
  '0.0.0.0',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  '[2001:0:7f00:1::]',
  '[fe80::1]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[ff02::1]',
  '10.0.0.1',
  '10.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '0xc0a80001',
  '169.254.169.254',
  '0xa9fea9fe',
  '2852039166',
  '100.64.0.1',
  '198.18.0.1',
  '192.0.0.192',
  '224.0.0.1',
  '255.255.255.255',
  '１２７.０.０.１',
  '127。0。0。1',
  '①②⑦.⓪.⓪.①',
  '127.0.0.1.',
  '%31%32%37.0.0.1',
  '0x7F.0.0.1',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b:1::7f00:1]',
  '[0:0:0:0:0:ffff:7f00:0001]',
  '[fec0::1]',
  'example.com@127.0.0.1',
  'example.com:80@127.0.0.1',
  'localhost',
  'LOCALHOST',
  'localhost.',
]

/** What clouds call the machine that gives out their keys, and names of others that mean this machine. */
const HOSTILE_NAMES = [
  'metadata.google.internal',
  'metadata',
  'instance-data.ec2.internal',
  'localtest.me',
  '127.0.0.1.nip.io',
  'intranet',
  'xn--lcalhost-54a.example.com',
  'ｌocalhost.example.com',
]

describe('an address that is not of the open Internet', () => {
  it('is not asked, however it is written', async () => {
    const before = canary.received.length
    assert.ok(HOSTILE_HOSTS.length >= 40)
    for (const host of HOSTILE_HOSTS) {
      const channel = new WebhookChannel(configOf(`http://${host}:${port}/`), { clock: systemClock })
      const result = await channel.send(letterOf({ signal: AbortSignal.timeout(2000) }))
      assert.equal(result.outcome, 'again', host)
      assert.ok(
        ['address_refused', 'dns'].includes('error' in result ? (result.error ?? '') : ''),
        `${host}: ${JSON.stringify(result)}`,
      )
    }
    assert.equal(canary.received.length, before)
  })

  it('is not asked by any name', async () => {
    const before = canary.received.length
    for (const host of HOSTILE_NAMES) {
      const asked: string[] = []
      const lookup = safeLookup((name, answer) => {
        asked.push(name)
        const address = name.includes('metadata') ? '169.254.169.254' : '127.0.0.1'
        answer(null, [{ address, family: 4 }])
      })
      const channel = new WebhookChannel(configOf(`http://${host}:${port}/`), { clock: systemClock, lookup })
      const result = await channel.send(letterOf({ signal: AbortSignal.timeout(2000) }))
      assert.deepEqual(result, { outcome: 'again', error: 'address_refused', slowly: true }, host)
      assert.deepEqual(asked.length, 1, host)
    }
    assert.equal(canary.received.length, before)
  })

  it('is not asked because another one that was asked points there', async () => {
    const inside = await HttpStandIn.start(REPLIES.status(204))
    const to = [inside.url, `//127.0.0.1:${inside.port}/`, `http://2130706433:${inside.port}/`, '/again']
    for (const code of [301, 302, 303, 307, 308]) {
      for (const location of to) {
        const before = canary.received.length
        canary.script.push(REPLIES.status(code, { location, refresh: `0;url=${inside.url}` }))
        assert.deepEqual(await channelOf().send(letterOf()), {
          outcome: 'again',
          error: 'redirected',
          slowly: true,
        })
        assert.equal(canary.received.length, before + 1)
      }
    }
    assert.deepEqual(inside.received, [])
  })

  it('is not asked because another one may be', async () => {
    const before = canary.received.length
    for (const allowed of ['localhost', '10.0.0.1', '127.0.0.11', '27.0.0.1', '*', '']) {
      const channel = new WebhookChannel(configOf(`http://127.0.0.1:${port}/`, [allowed]), {
        clock: systemClock,
      })
      assert.partialDeepStrictEqual(await channel.send(letterOf()), { error: 'address_refused' })
    }
    assert.equal(canary.received.length, before)
  })

  it('is not asked by a name that means it, nor by one that meant another a moment before', async () => {
    const before = canary.received.length
    const answers = [
      [
        { address: '93.184.216.34', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
      [{ address: '::ffff:127.0.0.1', family: 6 }],
      [{ address: '127.0.0.1', family: 4 }],
    ]
    let asked = 0
    for (const addresses of answers) {
      const lookup = safeLookup((_, answer) => {
        asked++
        answer(null, addresses)
      })
      const tools = { clock: systemClock, lookup }
      const channel = new WebhookChannel(configOf(`http://rebinding.example.com:${port}/`), tools)
      const result = await channel.send(letterOf({ signal: AbortSignal.timeout(2000) }))
      assert.deepEqual(result, { outcome: 'again', error: 'address_refused', slowly: true })
    }
    assert.equal(asked, answers.length)
    assert.equal(canary.received.length, before)
  })

  it('is resolved once, and what was checked is what is connected to', async () => {
    let asked = 0
    const lookup = safeLookup((_, answer) => {
      asked++
      // The first answer is harmless, and of a network where nobody answers; the next would be this machine.
      answer(null, [{ address: asked === 1 ? '192.0.1.1' : '127.0.0.1', family: 4 }])
    })
    const before = canary.received.length
    const channel = new WebhookChannel(configOf(`http://rebinding.example.com:${port}/`), {
      clock: systemClock,
      lookup,
    })
    assert.equal((await channel.send(letterOf({ signal: AbortSignal.timeout(300) }))).outcome, 'again')
    assert.equal(asked, 1)
    assert.equal(canary.received.length, before)
  })

  it('is told from one that is', () => {
    for (const address of ['93.184.216.34', '8.8.8.8', '2606:4700::1111', '172.32.0.1', '100.128.0.1']) {
      assert.ok(isPublicAddress(address), address)
    }
    for (const address of [
      'fe80::1',
      '::1',
      '192.168.1.1',
      'localhost',
      '',
      '2001:db8::1',
      '::ffff:8.8.8.8',
    ]) {
      assert.ok(!isPublicAddress(address), address)
    }
  })
})
