import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { HttpStandIn, REPLIES } from '../delivery/support/http-stand-in.ts'
import { SmtpStandIn } from '../delivery/support/smtp-stand-in.ts'
import { WorkPlace } from './support/work-place.ts'

interface Told {
  readonly kind: string
  readonly incidents: readonly {
    readonly rule: string
    readonly told_as: string
    readonly subject: { readonly error_type: string | null }
  }[]
}

const MINUTE_MS = 60_000
const POLL_MS = 100

test('Canvas is taken from the demo: one incident, one message in each channel within a minute, one recovery', async (t) => {
  const mail = await SmtpStandIn.start()
  const hook = await HttpStandIn.start(REPLIES.ok)
  const place = new WorkPlace()
  const channels = {
    letters: { kind: 'mail', smtp_url: mail.url, from: 'monitor@example.edu', to: ['ops@example.edu'] },
    tickets: { kind: 'webhook', url: hook.url, secret: 'a-secret-of-a-test', allow_hosts: ['127.0.0.1'] },
    container: { kind: 'stdout', format: 'json' },
  }
  place.write('canvas-sync-monitor.config.json', JSON.stringify({ notifications: { channels } }))
  const cli = place.start(['demo', '--port', '0'], { deadline_ms: 5 * MINUTE_MS })
  t.after(() => cli.child.kill('SIGKILL'))
  let output = ''
  cli.child.stdout?.on('data', (text: string) => (output += text))
  const [, campus = ''] = await cli.shows('stderr', /a simulated Canvas at (http:\S+)/)
  await cli.shows('stderr', /completed .*user 42[^]*completed .*user 43/)

  const away = async (seconds: number): Promise<void> => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ seconds })
    const response = await fetch(`${campus}/__simulator/away`, { method: 'POST', headers, body })
    assert.equal(response.status, 200, await response.text())
  }
  const printed = (): Told[] =>
    output
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Told)
  const posted = (): Told[] =>
    hook.received.map(({ body }) => (JSON.parse(body) as { readonly data: Told }).data)
  const about = (told: readonly Told[], told_as: string): number =>
    told.filter(({ incidents }) =>
      incidents.some((each) => each.rule === 'canvas_unreachable' && each.told_as === told_as),
    ).length
  // A letter may tell of other troubles of the demo too, and then has another subject.
  const letters = (): number =>
    mail.received.filter(({ raw }) => /cannot be reached/.test(raw.replaceAll(/=\r?\n/g, ''))).length
  const until = async (expected: number, read: () => number[]): Promise<number> => {
    const began = performance.now()
    while (Math.min(...read()) < expected) {
      assert.ok(performance.now() - began < 2 * MINUTE_MS, `${String(read())} after two minutes`)
      await pause(POLL_MS)
    }
    return performance.now() - began
  }
  const opening = (): number[] => [about(printed(), 'opening'), about(posted(), 'opening'), letters()]
  const recovery = (): number[] => [about(printed(), 'recovery'), about(posted(), 'recovery'), letters() - 1]

  // As docs/alerts.md has it.
  await away(60)
  const took_ms = await until(1, opening)
  assert.ok(took_ms < MINUTE_MS, `the last channel had it after ${Math.round(took_ms)} ms`)
  await until(1, recovery)
  assert.deepEqual(
    [opening(), recovery()],
    [
      [1, 1, 2],
      [1, 1, 1],
    ],
  )
  for (const { incidents } of [...printed(), ...posted()]) {
    const children = incidents.filter(
      ({ rule, subject }) => rule === 'sync_failed' && subject.error_type === 'network',
    )
    assert.deepEqual(children, [], 'what Canvas\u2019s absence explains is not told beside it')
  }

  const list = ['incidents', 'list', '--rule', 'canvas_unreachable', '--state', 'open,resolved', '--json']
  const { stdout } = await place.run(list)
  assert.deepEqual(
    (JSON.parse(stdout) as { readonly state: string }[]).map(({ state }) => state),
    ['resolved'],
  )
  cli.child.kill('SIGINT')
  assert.equal((await cli.result).code, 130)
})
