import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { controlRefusal } from './control-guard.ts'
import { parseFaultScript } from './faults/parse-fault-script.ts'
import type { SeededFaultScript } from './faults/fault-script.ts'
import type { RequestLedger } from './requests.ts'
import type { TokenBook, TokenKind, TokenOptions } from './tokens.ts'
import type { Truth, TruthRow } from './truth.ts'
import type { University } from './university/university.ts'
import type { World } from './university/world.ts'

export interface ControlParts {
  readonly world: World
  readonly university: University
  readonly tokens: TokenBook
  readonly faults: SeededFaultScript
  readonly ledger: RequestLedger
  /** Leaves the port for so long, milliseconds. */
  readonly goAway: (duration_ms: number) => Promise<void>
}

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])
const LONGEST_AWAY_SECONDS = 86_400
/** So that the answer still leaves. */
const FAREWELL_MS = 100
const MOST_BODY_BYTES = 10_000_000

/** `/__simulator/…`: the simulator itself, for another process on the same machine. Not part of Canvas. */
export async function answerControl(
  parts: ControlParts,
  message: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  if (!LOOPBACK.has(message.socket.remoteAddress ?? '')) {
    sendJson(response, 403, { error: 'the simulator is controlled from its own machine only' })
    return
  }
  const refusal = controlRefusal(message)
  if (refusal !== null) {
    message.resume()
    sendJson(response, refusal.status, { error: refusal.error })
    return
  }
  try {
    const name = url.pathname.slice('/__simulator/'.length)
    if (message.method === 'GET' && name.startsWith('truth/')) {
      await sendTruth(parts, message, response, name.slice('truth/'.length), url)
      return
    }
    const body = message.method === 'POST' ? await readJson(message) : undefined
    const answer = controlAnswer(parts, `${message.method} ${name}`, body)
    if (answer === undefined) sendJson(response, 404, { error: `no such control: ${message.method} ${name}` })
    else sendJson(response, 200, answer)
  } catch (error) {
    if (response.headersSent) throw error
    sendJson(response, 400, { error: error instanceof Error ? error.message : String(error) })
  }
}

function controlAnswer(parts: ControlParts, what: string, body: unknown): unknown {
  const { world, university, tokens, faults, ledger } = parts
  switch (what) {
    case 'GET stats':
      return ledger.stats
    case 'DELETE stats':
      ledger.reset()
      return {}
    case 'GET requests':
      return ledger.requests
    case 'GET faults':
      return { fired: faults.fired }
    case 'POST faults':
      faults.add(...parseFaultScript(body))
      return {}
    case 'DELETE faults':
      faults.clear()
      return {}
    case 'POST mutations': {
      const { name, args } = body as { name: string; args?: Record<string, unknown> }
      return { result: university.mutate(name, args ?? {}) ?? null }
    }
    case 'POST away': {
      const { seconds } = body as { seconds?: unknown }
      if (typeof seconds !== 'number' || !(seconds > 0 && seconds <= LONGEST_AWAY_SECONDS))
        throw new RangeError(`seconds must be a number above 0, at most ${LONGEST_AWAY_SECONDS}`)
      setTimeout(() => void parts.goAway(seconds * 1000), FAREWELL_MS)
      return { away_seconds: seconds }
    }
    case 'GET tokens':
      return tokens.list().map((token) => ({
        kind: token.kind,
        token: token.value,
        user_id: world.id(token.user_local_id).toString(),
      }))
    case 'POST tokens': {
      const { kind, ...options } = body as { kind: TokenKind } & TokenOptions
      return { token: tokens.issue(kind, options) }
    }
    default:
      return undefined
  }
}

/** A JSON array, or one object per line with `?format=ndjson`; streamed, since it may be millions of rows. */
async function sendTruth(
  { university }: ControlParts,
  message: IncomingMessage,
  response: ServerResponse,
  entity: string,
  url: URL,
): Promise<void> {
  const rows = truthRows(university.truth, entity, url.searchParams.get('course_id'))
  const is_lines =
    url.searchParams.get('format') === 'ndjson' || message.headers.accept?.includes('ndjson') === true
  response.writeHead(200, {
    'Content-Type': is_lines ? 'application/x-ndjson' : 'application/json; charset=utf-8',
  })
  await pipeline(Readable.from(is_lines ? lines(rows) : array(rows)), response)
}

function truthRows(truth: Truth, entity: string, course_id: string | null): Iterable<TruthRow> {
  switch (entity) {
    case 'accounts':
    case 'terms':
    case 'courses':
      return truth[entity]()
    case 'sections':
    case 'users':
    case 'enrollments':
    case 'assignment_groups':
    case 'assignments':
    case 'submissions':
      if (course_id !== null) return truth[entity](course_id)
      return ofAllCourses(truth, entity)
    default:
      throw new RangeError(`no such entity: ${entity}`)
  }
}

function* ofAllCourses(
  truth: Truth,
  entity: 'sections' | 'users' | 'enrollments' | 'assignment_groups' | 'assignments' | 'submissions',
): Generator<TruthRow> {
  for (const course of truth.courses()) yield* truth[entity](String(course['id']))
}

function* lines(rows: Iterable<TruthRow>): Generator<string> {
  for (const row of rows) yield `${JSON.stringify(row)}\n`
}

function* array(rows: Iterable<TruthRow>): Generator<string> {
  let separator = '['
  for (const row of rows) {
    yield separator + JSON.stringify(row)
    separator = ',\n'
  }
  yield separator === '[' ? '[]\n' : ']\n'
}

async function readJson(message: IncomingMessage): Promise<unknown> {
  let text = ''
  message.setEncoding('utf8')
  for await (const chunk of message) {
    text += String(chunk)
    if (text.length > MOST_BODY_BYTES) throw new RangeError('the body is too long')
  }
  return JSON.parse(text)
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' })
  response.end(`${JSON.stringify(body)}\n`)
}
