import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import {
  createCanvasClient,
  type CanvasCall,
  type CanvasClient,
  type CanvasClientOptions,
  type CanvasPage,
  type ThrottledEvent,
  type WaitingEvent,
} from '../../src/canvas/index.ts'
import { FakeClock } from '../support/fake-clock.ts'

export const TOKEN = '7~secretTOKENsecretTOKENsecret'
export const ROWS = '/api/v1/courses/1/enrollments'

export interface Loopback {
  readonly origin: string
  readonly requests: IncomingMessage[]
}

/** A loopback server that lives until the test file ends. */
export async function serve(listener: RequestListener): Promise<Loopback> {
  const requests: IncomingMessage[] = []
  const server: Server = createServer((request, response) => {
    requests.push(request)
    listener(request, response)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

/** A plain answer; `body` that is not a string is sent as JSON, with Canvas's usual headers. */
export interface Plain {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

export function canvasHeaders(extra: Record<string, string> = {}): Record<string, string> {
  return {
    'content-type': 'application/json; charset=utf-8',
    'x-request-context-id': '5f0c2c3e-0000-4000-8000-1234567890ab',
    'x-request-cost': '0.5',
    'x-rate-limit-remaining': '599.5',
    ...extra,
  }
}

/** Answers each request by its number, from 0 on, and its raw address. */
export function answering(answer: (number: number, url: string) => Plain): RequestListener {
  let number = 0
  return (request, response) => {
    const plain = answer(number++, request.url ?? '')
    response.writeHead(plain.status ?? 200, plain.headers ?? canvasHeaders())
    response.end(typeof plain.body === 'string' ? plain.body : JSON.stringify(plain.body ?? []))
  }
}

export interface Watched {
  readonly client: CanvasClient
  readonly calls: CanvasCall[]
  readonly throttled: ThrottledEvent[]
  readonly waits: WaitingEvent[]
  readonly clock: FakeClock
}

/** A client whose waits pass at once and whose reports are kept. */
export function watch(origin: string, options: Partial<CanvasClientOptions> = {}): Watched {
  const calls: CanvasCall[] = []
  const throttled: ThrottledEvent[] = []
  const waits: WaitingEvent[] = []
  const clock = new FakeClock({ auto: true })
  const client = createCanvasClient({
    base_url: origin,
    token: TOKEN,
    clock,
    random: () => 0.5,
    observer: {
      call: (call) => {
        calls.push(call)
      },
      throttled: (event) => {
        throttled.push(event)
      },
      waiting: (event) => {
        waits.push(event)
      },
    },
    ...options,
  })
  after(() => client.close())
  return { client, calls, throttled, waits, clock }
}

export function rows(from: number, count: number): { id: string }[] {
  return Array.from({ length: count }, (_, index) => ({ id: String(from + index) }))
}

export async function collect<T>(pages: AsyncIterable<CanvasPage<T>>): Promise<CanvasPage<T>[]> {
  const read: CanvasPage<T>[] = []
  for await (const page of pages) read.push(page)
  return read
}

/** The `code` of the error a promise ends with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : `not ours: ${String(error)}`
  }
  return 'no error'
}
