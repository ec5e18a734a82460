import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { findRoute } from '../endpoints/routes.ts'
import type { Fault } from '../faults/fault.ts'
import { throttledAnswer } from '../faults/fault-answer.ts'
import { shapeReply } from '../faults/shape-reply.ts'
import { writeJson, type JsonObject } from '../json.ts'
import type { ResolvedOptions } from '../options.ts'
import type { View } from '../present/view.ts'
import type { RequestRecord } from '../requests.ts'
import type { Token, TokenBook } from '../tokens.ts'
import { hash } from '../university/random.ts'
import type { World } from '../university/world.ts'
import { authenticate, checkScope, presentedToken, viewerOf } from './authenticate.ts'
import { JSON_TYPE, type Answer } from './answer.ts'
import { CanvasError } from './canvas-error.ts'
import type { Reply, RequestContext } from './context.ts'
import { linkHeader, pageUrl, type LinkBase } from './link-header.ts'
import type { PageLinks } from './pagination.ts'
import { Query } from './query.ts'
import type { Throttle } from './throttle.ts'

const STRING_IDS = /application\/json\+canvas-string-ids/

export interface CanvasParts {
  readonly world: World
  readonly tokens: TokenBook
  readonly throttle: Throttle | null
  readonly options: ResolvedOptions
}

/** One request inside Canvas, from the throttle's door to the headers of the answer. */
export class CanvasCall {
  readonly #parts: CanvasParts
  readonly #message: IncomingMessage
  readonly #record: RequestRecord
  readonly #faults: readonly Fault[]
  readonly #query: Query
  readonly #presented: string | undefined
  readonly #bucket: string
  #token: Token | null = null

  constructor(
    parts: CanvasParts,
    message: IncomingMessage,
    url: URL,
    record: RequestRecord,
    faults: readonly Fault[],
  ) {
    this.#parts = parts
    this.#message = message
    this.#record = record
    this.#faults = faults
    this.#query = new Query(url.search)
    this.#presented = presentedToken(message.headers, this.#query)
    this.#bucket = this.#presented ?? `ip:${message.socket.remoteAddress ?? ''}`
  }

  get presented_token(): string | undefined {
    return this.#presented
  }

  /** Takes the up-front cost and makes the answer; {@link finish} must follow. */
  begin(ready_answer?: Answer): Answer {
    const { throttle } = this.#parts
    const is_admitted = throttle === null || throttle.arrive(this.#bucket)
    if (!is_admitted) {
      this.#record.is_throttled = true
      return throttledAnswer(throttle.status)
    }
    if (ready_answer !== undefined) {
      this.#token = this.#parts.tokens.find(this.#presented ?? '') ?? null
      this.#record.is_throttled =
        ready_answer.headers['Content-Type']?.startsWith('text/plain') === true &&
        ready_answer.body.includes('Rate Limit Exceeded')
      return ready_answer
    }
    try {
      return this.#goodAnswer()
    } catch (error) {
      if (!(error instanceof CanvasError)) throw error
      return this.#errorAnswer(error)
    }
  }

  /** Gives the up-front cost back, and tells what is left, what it cost and who it was. */
  finish(answer: Answer): Answer {
    const { throttle, options } = this.#parts
    const record = this.#record
    const cost = record.is_throttled ? 0 : options.costOf(record)
    const headers: Record<string, string> = { ...answer.headers }
    const remaining = throttle === null ? null : throttle.finish(this.#bucket, cost)
    if (!record.is_throttled) record.cost = cost
    if (answer.answered_by !== 'canvas') return answer
    if (!record.is_throttled) headers['X-Request-Cost'] = String(cost)
    if (remaining !== null) {
      record.remaining = remaining
      headers['X-Rate-Limit-Remaining'] = String(remaining)
    }
    Object.assign(headers, this.#canvasHeaders(cost))
    return { ...answer, headers }
  }

  #goodAnswer(): Answer {
    const { world, tokens, options } = this.#parts
    const token = authenticate(tokens, this.#presented, world.now())
    this.#token = token
    this.#record.token_number = token.number
    const found = findRoute(this.#record.path)
    if (found === undefined || this.#record.method !== 'GET') throw CanvasError.notFound()
    checkScope(token, `url:GET|${found.route.path}`)
    const viewer = viewerOf(world, token, this.#query)
    const context: RequestContext = {
      world,
      viewer,
      query: this.#query,
      params: found.params,
      view: {
        world,
        viewer,
        now_ms: world.now(),
        verifier: this.#verifier(),
        includes: this.#includes(token),
      },
      max_per_page: options.max_per_page,
      filters_after_paging: options.dialect.filters_after_paging,
      permission_status: options.permission_status,
    }
    const reply = found.route.handler(context)
    this.#record.rows = reply.rows
    return this.#write(shapeReply(reply, this.#faults))
  }

  /** Without `allow_includes` every include but `uuid` is dropped, without a word. */
  #includes(token: Token): View['includes'] {
    const asked = new Set(this.#query.list('include'))
    const drops = this.#faults.filter((fault) => fault.kind === 'drop_include')
    return (name) =>
      asked.has(name) &&
      (token.allows_includes || name === 'uuid') &&
      !drops.some((drop) => drop.include === undefined || drop.include.includes(name))
  }

  #write(reply: Reply): Answer {
    const { dialect, seed } = this.#parts.options
    const headers: Record<string, string> = { 'Content-Type': JSON_TYPE }
    let { body } = reply
    if (reply.links !== undefined) {
      if (reply.links_in === 'meta') body = withMeta(body, this.#linkBase(), reply.links)
      else {
        const link = linkHeader(this.#linkBase(), reply.links)
        if (link !== undefined) headers[dialect.link_header_name] = link
      }
    }
    const takes_string_ids =
      STRING_IDS.test(this.#message.headers.accept ?? '') &&
      !this.#faults.some((fault) => fault.kind === 'numeric_ids')
    const text = writeJson(body, {
      string_ids: takes_string_ids,
      key_rotation: dialect.shuffled_key_order ? hash(seed, 121, this.#record.number) : 0,
    })
    return { status: 200, headers, body: text, answered_by: 'canvas' }
  }

  #linkBase(): LinkBase {
    const host = this.#parts.options.dialect.next_host ?? this.#message.headers.host
    const foreign = this.#faults.find((fault) => fault.kind === 'foreign_next')
    return {
      origin: host === undefined ? this.#parts.world.base_url : `http://${host}`,
      path: this.#record.path,
      params: this.#query.pairs,
      ...(foreign === undefined ? {} : { next_origin: foreign.origin }),
    }
  }

  #errorAnswer(error: CanvasError): Answer {
    const headers: Record<string, string> = { 'Content-Type': JSON_TYPE }
    if (error.blames_token) headers['WWW-Authenticate'] = 'Bearer realm="canvas-lms"'
    const body = writeJson(error.body, { string_ids: false })
    return { status: error.status, headers, body, answered_by: 'canvas' }
  }

  #verifier(): string {
    const { dialect, seed } = this.#parts.options
    const number = dialect.volatile_fields ? this.#record.number : 0
    return hash(seed, 131, number).toString(36).padStart(7, 'x').repeat(5)
  }

  #canvasHeaders(cost: number): Record<string, string> {
    const { world, options } = this.#parts
    const user = this.#token === null ? undefined : world.id(this.#token.user_local_id)
    const half = (cost / 2).toFixed(2)
    const token_id = this.#token === null ? '' : `at=${world.id(this.#token.number)};dk=${world.id(170)};`
    return {
      'X-Request-Context-Id': randomUUID(),
      'X-Session-Id': hash(options.seed, 141, this.#record.number).toString(16).padStart(32, '0'),
      'X-Canvas-Meta': `a=1;g=${randomUUID().slice(0, 8)};s=${options.shard_id};c=cluster35;z=us-east-1e;${token_id}b=1500000;m=1500000;u=${half};y=0.00;d=${half};`,
      'X-Runtime': (0.02 + (this.#record.rows * options.rowWorkOf(this.#record)) / 1000).toFixed(6),
      ...(user === undefined ? {} : { 'X-Canvas-User-Id': user.toString() }),
    }
  }
}

function withMeta(body: Reply['body'], base: LinkBase, links: PageLinks): Reply['body'] {
  const url = (page: string | undefined): string | undefined =>
    page === undefined ? undefined : pageUrl(base, page, links.per_page)
  return {
    ...(body as JsonObject),
    meta: { pagination: { per_page: links.per_page, current: url(links.current), next: url(links.next) } },
  }
}
