import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { suite, test } from 'node:test'
import { assertNoStack } from './support/assert-explained.ts'
import type { RunningCli } from './support/run-cli.ts'
import { WorkPlace } from './support/work-place.ts'

const BASE = '/api/canvas/metrics'

interface Serving {
  readonly cli: RunningCli
  readonly port: number
}

async function serve(): Promise<Serving> {
  const cli = new WorkPlace().start(['serve', '--port', '0', '--json'])
  const [line] = await cli.shows('stdout', /\{.*\}/)
  return { cli, port: (JSON.parse(line) as { port: number }).port }
}

/** A request whose headers have arrived and whose body has not. */
async function slowRequest({ port }: Serving): Promise<{ socket: Socket; answer: Promise<string> }> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.on('error', () => {})
  const answer = text(socket).catch(() => '')
  const head = [
    `POST ${BASE}/logs/cleanup HTTP/1.1`,
    'Host: localhost',
    'Content-Type: application/json',
    'Content-Length: 16',
    'Expect: 100-continue',
  ]
  const told = once(socket, 'data')
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  // The server has it when it asks for the rest.
  await told
  socket.write('{"dry_run')
  return { socket, answer }
}

suite('stopping the server', { concurrency: 2 }, () => {
  test('a running request is finished, nobody new gets in, and the code says which signal it was', async () => {
    const serving = await serve()
    const { cli, port } = serving
    const { socket, answer } = await slowRequest(serving)
    cli.child.kill('SIGTERM')
    await cli.shows('stderr', /Waiting for 1 running request, up to 10 seconds\./)
    await assert.rejects(fetch(`http://127.0.0.1:${port}/livez`))
    socket.write('":true}')
    const whole = await answer
    assert.match(whole, /HTTP\/1\.1 200 OK/)
    assert.match(whole, /^connection: close\r$/im)
    assert.match(whole, /"dry_run":true/)
    const result = await cli.result
    assert.equal(result.code, 143, result.stderr)
    assertNoStack(result)
  })

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(`a second ${signal} ends it at once with ${code}, whatever runs`, async () => {
      const serving = await serve()
      const { socket, answer } = await slowRequest(serving)
      serving.cli.child.kill(signal)
      await serving.cli.shows('stderr', /Waiting for 1 running request/)
      const presses = setInterval(() => serving.cli.child.kill(signal), 100)
      const pressed = performance.now()
      const result = await serving.cli.result
      clearInterval(presses)
      assert.equal(result.code, code)
      assert.ok(performance.now() - pressed < 3000)
      socket.destroy()
      await answer
    })
  }

  test('who follows the logs is let go, and keeps nobody waiting', async () => {
    const { cli, port } = await serve()
    const response = await fetch(`http://127.0.0.1:${port}${BASE}/logs/tail`)
    const body = response.text()
    const pressed = performance.now()
    cli.child.kill('SIGINT')
    assert.match(await body, /retry: /)
    const result = await cli.result
    assert.equal(result.code, 130)
    assert.ok(performance.now() - pressed < 3000, result.stderr)
  })

  test('a start that has to wait for the database says so', async () => {
    const place = new WorkPlace()
    await place.run(['migrate'])
    using other = new DatabaseSync(place.path('data/canvas-sync.db'))
    other.exec('begin exclusive')
    const cli = place.start(['serve', '--port', '0'])
    await cli.shows('stderr', /The database is being opened and brought to this version/)
    other.exec('rollback')
    await cli.shows('stderr', /The API answers at/)
    cli.child.kill('SIGTERM')
    assert.equal((await cli.result).code, 143)
  })

  test('with nothing to wait for it says nothing of waiting', async () => {
    const { cli } = await serve()
    cli.child.kill('SIGTERM')
    const result = await cli.result
    assert.equal(result.code, 143)
    assert.doesNotMatch(result.stderr, /Waiting/)
  })
})
