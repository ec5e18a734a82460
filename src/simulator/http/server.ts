import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '../faults/fault.ts'
import { faultAnswer } from '../faults/fault-answer.ts'
import type { SeededFaultScript } from '../faults/fault-script.ts'
import { shapeAnswer } from '../faults/shape-reply.ts'
import type { RequestLedger, RequestRecord } from '../requests.ts'
import type { University } from '../university/university.ts'
import { gatewayTimeout, requestBlocked, type Answer } from './answer.ts'
import { CanvasCall, type CanvasParts } from './canvas.ts'
import { send } from './send.ts'

export interface ServerParts extends CanvasParts {
  readonly university: University
  readonly faults: SeededFaultScript
  readonly ledger: RequestLedger
  readonly answerControl: (message: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>
}

export function makeServer(parts: ServerParts): Server {
  const server = createServer((message, response) => {
    answerAny(parts, message, response).catch((error: unknown) => {
      process.emitWarning(error instanceof Error ? (error.stack ?? error.message) : String(error))
      if (response.headersSent) response.destroy()
      else sendPlain(response, 500, 'The simulator itself failed; its process tells why.')
    })
  })
  // A fault may keep a connection waiting as long as it likes.
  server.requestTimeout = 0
  server.keepAliveTimeout = 30_000
  return server
}

/** Async from its first line, so that whatever a request makes it throw is a rejection and never ends the process. */
async function answerAny(
  parts: ServerParts,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // `//` is a target that the parser lets pass and that is no address.
  const url = URL.parse(message.url ?? '/', 'http://simulator')
  if (url === null) {
    message.resume()
    sendPlain(response, 400, 'The target of the request is no address.')
  } else if (url.pathname.startsWith('/__simulator/')) {
    await parts.answerControl(message, response, url)
  } else {
    await answerCanvas(parts, message, response, url)
  }
}

/** Plain text, so that a word of the simulator itself does not look like one of Canvas's many answers. */
function sendPlain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end(`${text}\n`)
}

async function answerCanvas(
  parts: ServerParts,
  message: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  message.resume()
  const record = openRecord(parts, message, url)
  let is_open = true
  const close = (): void => {
    if (is_open) parts.ledger.close(record)
    is_open = false
  }
  response.once('close', close)
  const faults = parts.faults.plan(record, parts.options.now())
  record.faults = faults.map((fault) => fault.kind)
  const call = new CanvasCall(parts, message, url, record, faults)
  happenFirst(parts, call, faults)

  if (faults.some((fault) => fault.kind === 'hang')) return
  if (faults.some((fault) => fault.kind === 'reset')) {
    record.answered_by = 'none'
    message.socket.resetAndDestroy()
    return
  }
  const answer = await makeAnswer(parts, message, record, call, faults)
  record.status = answer.status
  record.answered_by = answer.answered_by
  record.bytes = Buffer.byteLength(answer.body)
  if (response.destroyed) return
  // Counted before the last byte leaves, so that whoever has the answer finds it in the numbers.
  close()
  await send(response, answer, message.headers['accept-encoding'], faults)
}

async function makeAnswer(
  parts: ServerParts,
  message: IncomingMessage,
  record: RequestRecord,
  call: CanvasCall,
  faults: readonly Fault[],
): Promise<Answer> {
  const ready_answer = hasBody(message) ? requestBlocked() : firstAnswer(faults)
  const waits_ms = parts.options.latencyOf(record) + slowness(faults)
  if (ready_answer?.answered_by === 'edge') {
    await pause(waits_ms)
    return shapeAnswer(ready_answer, faults)
  }
  const answer = call.begin(ready_answer)
  await pause(waits_ms)
  const work_ms = record.rows * parts.options.rowWorkOf(record)
  const is_too_slow = work_ms > parts.options.edge_timeout_ms
  return shapeAnswer(call.finish(is_too_slow ? gatewayTimeout() : answer), faults)
}

/** Does not keep the process alive once the simulator is closed. */
async function pause(duration_ms: number): Promise<void> {
  if (duration_ms > 0) await delay(duration_ms, undefined, { ref: false })
}

function openRecord(parts: ServerParts, message: IncomingMessage, url: URL): RequestRecord {
  const { headers } = message
  const method = message.method ?? 'GET'
  return parts.ledger.open(
    {
      method,
      path: url.pathname,
      query: [...url.searchParams],
      course_id: /^\/api\/v1\/courses\/([^/]+)/.exec(url.pathname)?.[1] ?? null,
      arrived_at_ms: parts.options.now(),
      has_authorization: headers.authorization !== undefined,
      has_token_in_query: url.searchParams.has('access_token'),
      accept: headers.accept ?? null,
      accept_encoding: headers['accept-encoding']?.toString() ?? null,
      user_agent: headers['user-agent'] ?? null,
      host: headers.host ?? null,
      token_number: null,
    },
    `${method} ${url.pathname}${url.search} ${headers.authorization ?? ''}`,
  )
}

/** What a fault lets happen before the request is looked at. */
function happenFirst(parts: ServerParts, call: CanvasCall, faults: readonly Fault[]): void {
  const token = parts.tokens.find(call.presented_token ?? '')?.value
  for (const fault of faults) {
    if (fault.kind === 'mutation') parts.university.mutate(fault.name, fault.args)
    if (fault.kind === 'mutate') fault.mutate(parts.university)
    if (token !== undefined && fault.kind === 'revoke_token') parts.tokens.revoke(token)
    if (token !== undefined && fault.kind === 'expire_token') parts.tokens.expire(token, fault.how)
  }
}

function hasBody({ method, headers }: IncomingMessage): boolean {
  if (method !== 'GET') return false
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function firstAnswer(faults: readonly Fault[]): Answer | undefined {
  for (const fault of faults) {
    const answer = faultAnswer(fault)
    if (answer !== undefined) return answer
  }
  return undefined
}

function slowness(faults: readonly Fault[]): number {
  return faults.reduce((sum, fault) => sum + (fault.kind === 'slow' ? fault.delay_ms : 0), 0)
}
