import { gunzip } from 'node:zlib'
import { promisify } from 'node:util'
import { INGEST_LIMITS } from '../../core/ingest-event.ts'
import { readJson, readLines, type ReadEvents } from '../../ingest/read-events.ts'
import { JSON_MEDIA_TYPE, NDJSON_MEDIA_TYPE, problem, type Answer } from '../http/answer.ts'
import type { RequestFacts } from '../http/route.ts'
import { BodyBudget } from './body-budget.ts'

const inflate = promisify(gunzip)
const LINE_MEDIA_TYPES: ReadonlySet<string> = new Set([
  NDJSON_MEDIA_TYPE,
  'application/ndjson',
  'application/jsonl',
])

type Refused = { readonly refused: Answer }
type BodyFacts = Pick<RequestFacts, 'headers' | 'body' | 'spend'>
/** Of a body: what was sent, or what that was inflated to. */
type Size = { bytes: number }

const { events: MOST_EVENTS, body_bytes: MOST_BYTES } = INGEST_LIMITS

/**
 * What all requests may hold at once: of what has arrived, besides the first bytes of each, and of what it is inflated
 * to. Whatever it is made of takes some times as much while it is looked through.
 */
const ARRIVED = new BodyBudget(8 * MOST_BYTES)
const INFLATED = new BodyBudget(2 * MOST_BYTES)
const FREE_BYTES = 64 * 1024
/** What a byte can become at most (RFC 1951), and what even nothing may. */
const MOST_GROWTH = 1032
const LEAST_INFLATED = 1024
const RETRY_AFTER_S = 2

/** Gives `take` the values of a request's body, whatever they are; or says why there are none. */
export async function withEventBody(
  request: BodyFacts,
  take: (values: readonly unknown[]) => Promise<Answer>,
): Promise<Answer> {
  const arrived = new Holding(ARRIVED)
  const inflated = new Holding(INFLATED)
  try {
    const read = await readEventBody(request, { arrived, inflated })
    return 'refused' in read ? read.refused : await take(read.values)
  } finally {
    inflated.end()
    arrived.end()
  }
}

/** What one request holds of a budget. */
class Holding {
  readonly #budget: BodyBudget
  #bytes = 0

  constructor(budget: BodyBudget) {
    this.#budget = budget
  }

  tryTake(bytes: number): boolean {
    if (!this.#budget.tryTake(bytes)) return false
    this.#bytes += bytes
    return true
  }

  async take(bytes: number): Promise<void> {
    await this.#budget.take(bytes)
    this.#bytes += bytes
  }

  /** Gives back what is above `bytes`. */
  keep(bytes: number): void {
    const over = this.#bytes - bytes
    if (over <= 0) return
    this.#bytes = bytes
    this.#budget.giveBack(over)
  }

  end(): void {
    this.keep(0)
  }
}

type Values = { readonly values: readonly unknown[] }
type Holdings = { readonly arrived: Holding; readonly inflated: Holding }

async function readEventBody(request: BodyFacts, holdings: Holdings): Promise<Values | Refused> {
  const size: Size = { bytes: 0 }
  try {
    return await readCounted(request, holdings, size)
  } finally {
    request.spend(size.bytes)
  }
}

async function readCounted(
  { headers, body = null }: BodyFacts,
  { arrived, inflated }: Holdings,
  size: Size,
): Promise<Values | Refused> {
  const media_type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? JSON_MEDIA_TYPE
  const by_line = LINE_MEDIA_TYPES.has(media_type)
  if (!by_line && media_type !== JSON_MEDIA_TYPE && body !== null) {
    return refused(415, `Send the events as ${NDJSON_MEDIA_TYPE}, one a line, or as ${JSON_MEDIA_TYPE}.`)
  }
  const sent = await readBounded({ headers, body }, MOST_BYTES, size, arrived)
  if (!Buffer.isBuffer(sent)) return sent
  const grows = headers.has('content-encoding')
  const most = grows ? Math.min(MOST_BYTES, sent.length * MOST_GROWTH + LEAST_INFLATED) : sent.length
  await inflated.take(most)
  const bytes = await decoded(headers, sent, size)
  if (!Buffer.isBuffer(bytes)) return bytes
  inflated.keep(bytes.length)
  if (bytes.length === 0) return { values: [] }
  const read = by_line ? readLines(bytes) : readJson(bytes)
  return 'values' in read ? read : refusalOf(read)
}

/** The whole body, as it was sent; nothing when it is longer than that, or ends early. */
export async function readSmall(request: BodyFacts, most_bytes: number): Promise<Uint8Array> {
  const size: Size = { bytes: 0 }
  const read = await readBounded(request, most_bytes, size)
  request.spend(size.bytes)
  return Buffer.isBuffer(read) ? read : new Uint8Array()
}

/** Reads on to nowhere, so that the connection can be used again; what is too long ends with it. */
export async function readAndForget(request: BodyFacts, most_bytes: number): Promise<void> {
  const size: Size = { bytes: 0 }
  await readBounded(request, most_bytes, size)
  request.spend(size.bytes)
}

function refused(status: number, error: string, headers: Record<string, string> = {}): Refused {
  return { refused: problem(status, error, {}, headers) }
}

function refusalOf({ refused: why }: Extract<ReadEvents, { refused: string }>): Refused {
  if (why === 'overcrowded')
    return refused(413, 'The request body has more lists, objects or members than events ever have.')
  if (why === 'too_many') return refused(413, `A request may have ${MOST_EVENTS} events.`)
  if (why === 'not_json')
    return refused(400, 'The request body must be JSON, or NDJSON with its content type.')
  return refused(400, 'The request body must be a list of events, or an object with a list in "events".')
}

const tooLarge = (): Refused =>
  refused(413, `The request body must not be larger than ${MOST_BYTES} bytes, compressed or not.`)

const tooMuchAtOnce = (): Refused =>
  refused(503, 'Too much is reported at once: send it again in a moment.', {
    'retry-after': String(RETRY_AFTER_S),
  })

async function readBounded(
  { headers, body = null }: Pick<BodyFacts, 'headers' | 'body'>,
  most_bytes: number,
  counted: Size,
  arrived?: Holding,
): Promise<Buffer | Refused> {
  if (Number(headers.get('content-length')) > most_bytes) return tooLarge()
  if (body === null) return Buffer.alloc(0)
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      size += chunk.byteLength
      counted.bytes = size
      if (size > most_bytes) return tooLarge()
      const held = Math.min(chunk.byteLength, size - FREE_BYTES)
      if (held > 0 && arrived?.tryTake(held) === false) return tooMuchAtOnce()
      chunks.push(chunk)
    }
  } catch {
    return refused(400, 'The request body ended early.')
  }
  return Buffer.concat(chunks)
}

async function decoded(headers: Headers, bytes: Buffer, counted: Size): Promise<Buffer | Refused> {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity') return bytes
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    return refused(415, 'The content encoding must be gzip, or none.', { 'accept-encoding': 'gzip' })
  }
  try {
    const inflated = await inflate(bytes, { maxOutputLength: MOST_BYTES })
    counted.bytes = Math.max(counted.bytes, inflated.length)
    return inflated
  } catch (error) {
    const too_large = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    if (too_large) counted.bytes = MOST_BYTES
    return too_large
      ? tooLarge()
      : refused(400, 'The request body is not the gzip that its headers say it is.')
  }
}
