import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { systemClock } from '../../src/core/clock.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { answering, canvasHeaders, codeOf, ROWS, serve, TOKEN, watch } from './loopback.ts'

const SELF = '/api/v1/users/self'

describe('transport', () => {
  it('asks for string ids with the token in the header, without body or content type', async () => {
    const server = await serve(answering(() => ({ body: { id: '74140000000062630', name: 'Ada' } })))
    assert.deepEqual(await watch(server.origin).client.self(), { id: '74140000000062630' })
    const { headers, method, url } = server.requests[0] ?? {}
    assert.equal(`${method} ${url}`, `GET ${SELF}`)
    assert.equal(headers?.authorization, `Bearer ${TOKEN}`)
    assert.equal(headers?.accept, 'application/json+canvas-string-ids')
    assert.equal(headers?.['content-type'], undefined)
    assert.equal(headers?.['content-length'], undefined)
    assert.equal(headers?.['transfer-encoding'], undefined)
  })

  it('reads a body that comes byte by byte, with a character cut in two', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, canvasHeaders())
      for (const byte of Buffer.from('{"name":"Zoë"}')) response.write(Buffer.of(byte))
      response.end()
    })
    assert.deepEqual((await watch(server.origin).client.get(SELF)).data, { name: 'Zoë' })
  })

  it('reads gzip, and a byte order mark', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, canvasHeaders({ 'content-encoding': 'gzip' }))
      response.end(gzipSync('\uFEFF{"id":"1"}'))
    })
    const answer = await watch(server.origin).client.get(SELF)
    assert.deepEqual(answer.data, { id: '1' })
    assert.equal(answer.bytes, 13)
  })

  it('keeps connections open between calls', async () => {
    const server = await serve(answering(() => ({ body: {} })))
    const { client } = watch(server.origin)
    for (let call = 0; call < 3; call++) await client.get(SELF)
    assert.equal(
      new Set(server.requests.map((request) => request.socket.remotePort ?? request.socket)).size,
      1,
    )
  })

  const broken: [name: string, listener: Parameters<typeof serve>[0]][] = [
    [
      'half a body with a length',
      (_, response) => {
        response.writeHead(200, canvasHeaders({ 'content-length': '100' }))
        response.write('[{"id":')
        setImmediate(() => response.socket?.destroy())
      },
    ],
    [
      'half a body in chunks',
      (_, response) => {
        response.writeHead(200, canvasHeaders())
        response.write('[{"id":')
        setImmediate(() => response.socket?.destroy())
      },
    ],
    [
      'half a gzip body',
      (_, response) => {
        response.writeHead(200, canvasHeaders({ 'content-encoding': 'gzip' }))
        response.end(gzipSync('[1,2,3]'.repeat(100)).subarray(0, 20))
      },
    ],
    [
      'a reset instead of an answer',
      (request) => {
        request.socket.resetAndDestroy()
      },
    ],
    [
      'an answer that is not HTTP',
      (request) => {
        request.socket.end('SSH-2.0-OpenSSH_9.6\r\n')
      },
    ],
  ]
  for (const [name, listener] of broken) {
    it(`takes ${name} for a network error and tries again`, async () => {
      const server = await serve(listener)
      const { client, calls } = watch(server.origin)
      assert.equal(await codeOf(client.get(SELF)), 'network')
      assert.deepEqual(
        calls.map((call) => call.will_retry),
        [true, true, true, false],
      )
      assert.equal(calls[0]?.status, null)
    })
  }

  it('takes a switch of protocols for a network error', async (t) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => {
        socket.write('HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n')
      })
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    t.after(() => server.close())
    const { port } = server.address() as AddressInfo
    const { client } = watch(`http://127.0.0.1:${port}`, { clock: systemClock, max_attempts: 1 })
    assert.equal(await codeOf(client.get(SELF)), 'network')
  })

  it('asks a host on this machine without the proxy of the environment', async (t) => {
    const server = await serve(answering(() => ({ body: { id: '1' } })))
    const proxy = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '', no_proxy: '' }
    const before = Object.keys(proxy).map((name) => [name, process.env[name]] as const)
    t.after(() => {
      for (const [name, value] of before) {
        if (value === undefined) Reflect.deleteProperty(process.env, name)
        else process.env[name] = value
      }
    })
    Object.assign(process.env, proxy)
    assert.deepEqual(await watch(server.origin, { max_attempts: 1 }).client.self(), { id: '1' })
  })

  it('names host and cause of a refused connection', async () => {
    const { client } = watch('http://127.0.0.1:1', { max_attempts: 1 })
    await assert.rejects(client.get(SELF), {
      code: 'network',
      message: '127.0.0.1:1 refused the connection.',
    })
  })

  it('gives up on a server that never begins to answer', async () => {
    const server = await serve(() => undefined)
    const clock = new FakeClock()
    const { client } = watch(server.origin, { clock, max_attempts: 1 })
    const outcome = codeOf(client.get(SELF))
    while (server.requests.length === 0) await turn()
    clock.advance(69_999)
    assert.equal(await Promise.race([outcome, turn('waiting')]), 'waiting')
    clock.advance(1)
    assert.equal(await outcome, 'timeout')
  })

  it('gives up on a body that falls silent, and on one that trickles for ever', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, canvasHeaders())
      response.write('[')
      const timer = setInterval(() => response.write(' '), 2)
      response.on('close', () => {
        clearInterval(timer)
      })
    })
    const trickle = watch(server.origin, { clock: systemClock, max_attempts: 1, total_timeout_ms: 60 })
    assert.equal(await codeOf(trickle.client.get(SELF)), 'timeout')
    const silent = await serve((_, response) => {
      response.writeHead(200, canvasHeaders())
      response.write('[')
    })
    const quiet = watch(silent.origin, { clock: systemClock, max_attempts: 1, idle_timeout_ms: 30 })
    assert.equal(await codeOf(quiet.client.get(SELF)), 'timeout')
  })

  it('refuses a body beyond max_body_bytes, also one that only unpacks to it', async () => {
    const big = `[${' '.repeat(200_000)}]`
    const server = await serve((request, response) => {
      const packed = request.url?.endsWith('zip') ?? false
      response.writeHead(200, canvasHeaders(packed ? { 'content-encoding': 'gzip' } : {}))
      response.end(packed ? gzipSync(big) : big)
    })
    const { client } = watch(server.origin, { max_body_bytes: 100_000 })
    assert.equal(await codeOf(client.get(`${SELF}/plain`)), 'contract')
    assert.equal(await codeOf(client.get(`${SELF}/zip`)), 'contract')
  })

  it('refuses more than 16 MiB by default, and more values than a page can have', async () => {
    const server = await serve((request, response) => {
      const many = request.url?.endsWith('many') ?? false
      response.writeHead(200, canvasHeaders({ 'content-encoding': 'gzip' }))
      response.end(gzipSync(many ? `[${'0,'.repeat(400_000)}0]` : `[${' '.repeat(16 * 1024 * 1024)}]`))
    })
    const { client } = watch(server.origin)
    await assert.rejects(client.get(`${SELF}/large`), { code: 'contract', message: /larger than 16777216/ })
    await assert.rejects(client.get(`${SELF}/many`), { code: 'contract', message: /more values than a page/ })
  })

  it('never follows a redirect', async () => {
    const other = await serve(answering(() => ({ body: { id: '1' } })))
    const server = await serve(
      answering(() => ({ status: 302, headers: { location: `${other.origin}/login` }, body: '' })),
    )
    const { client, calls } = watch(server.origin)
    assert.equal(await codeOf(client.get(SELF)), 'not_json')
    assert.equal(calls.length, 1)
    assert.equal(other.requests.length, 0)
  })

  it('ends at once when the caller aborts: before, while waiting for the answer, inside the body', async () => {
    const server = await serve((request, response) => {
      if (request.url?.endsWith('body')) response.writeHead(200, canvasHeaders()).write('[')
    })
    const { client, calls } = watch(server.origin)
    assert.equal(await codeOf(client.get(SELF, {}, { signal: AbortSignal.abort() })), 'cancelled')
    assert.equal(calls.length, 0)
    for (const path of ['/api/silent', '/api/body']) {
      const controller = new AbortController()
      const seen = server.requests.length
      const outcome = codeOf(client.get(path, {}, { signal: controller.signal }))
      while (server.requests.length === seen) await turn()
      await turn()
      controller.abort()
      assert.equal(await outcome, 'cancelled')
    }
    assert.deepEqual(
      calls.map((call) => [call.error_type, call.will_retry]),
      [
        ['cancelled', false],
        ['cancelled', false],
      ],
    )
  })

  it('cancels calls in flight on close and refuses later ones', async () => {
    const server = await serve(() => undefined)
    const { client } = watch(server.origin)
    const outcome = codeOf(client.get(ROWS))
    while (server.requests.length === 0) await turn()
    await client.close()
    assert.equal(await outcome, 'cancelled')
    assert.equal(await codeOf(client.get(ROWS)), 'closed')
    await client.close()
  })
})
