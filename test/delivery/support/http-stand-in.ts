import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'

export interface Received {
  readonly at: number
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** How the stand-in answers one request. */
export type Reply = (response: ServerResponse, request: IncomingMessage) => void

const ok: Reply = (response) => {
  response.end('ok')
}
const reset: Reply = (_, request) => {
  request.socket.resetAndDestroy()
}
const hang: Reply = () => {}
const truncated: Reply = (response, request) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' }).write('{"ok":tr')
  setImmediate(() => request.socket.destroy())
}
const slack =
  (ts = '1700000000.000100'): Reply =>
  (response) => {
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ ok: true, channel: 'C1', ts }))
  }
const slackError =
  (error: string): Reply =>
  (response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ ok: false, error }))
  }
const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Reply =>
  (response) => {
    response.writeHead(code, headers).end(body)
  }

export const REPLIES: {
  readonly ok: Reply
  readonly reset: Reply
  readonly hang: Reply
  readonly truncated: Reply
  readonly slack: typeof slack
  readonly slackError: typeof slackError
  readonly status: typeof status
} = { ok, reset, hang, truncated, slack, slackError, status }

/** A server on loopback that notes what it is sent, and answers as the test says. */
export class HttpStandIn {
  readonly received: Received[] = []
  /** The next answers; after them `always`. */
  readonly script: Reply[] = []
  always: Reply
  #url = ''

  private constructor(always: Reply) {
    this.always = always
  }

  static async start(always: Reply): Promise<HttpStandIn> {
    const stand_in = new HttpStandIn(always)
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('error', () => {})
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8')
        stand_in.received.push({ at: Date.now(), path: request.url ?? '', headers: request.headers, body })
        const reply = stand_in.script.shift() ?? stand_in.always
        reply(response, request)
      })
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    stand_in.#url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    after(() => {
      server.close()
      server.closeAllConnections()
    })
    return stand_in
  }

  get url(): string {
    return this.#url
  }

  get port(): number {
    return Number(new URL(this.#url).port)
  }
}

/** A port at which nobody answers. */
export async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
