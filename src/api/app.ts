import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono, type Context } from 'hono'
import { maySee } from '../core/access.ts'
import { pathBelow } from '../core/base-path.ts'
import type { AccessOptions } from './access/access-options.ts'
import { Gate, type Admitted } from './access/gate.ts'
import { otherUsers } from './access/refusals.ts'
import { answerNowhere } from './dashboard/unknown-page.ts'
import { problem, type Answer } from './http/answer.ts'
import { failure } from './http/failure.ts'
import { refusal, refusalOfForeignPage, siteOf, type Site } from './http/guard.ts'
import { negotiate } from './http/deliver.ts'
import { readJsonBody } from './http/json-body.ts'
import { isAsSent, type Connection } from './http/node-listener.ts'
import { unknownParameter } from './http/parameters.ts'
import { replyOf, respond, responseOf } from './http/respond.ts'
import { isInPath, isRevalidated, takesBody, type RequestFacts, type Route } from './http/route.ts'
import { SharedAnswers } from './http/shared-answers.ts'
import { ROUTES } from './routes.ts'
import type { ApiServices } from './services.ts'

export interface ApiOptions extends AccessOptions {
  /** Host names, besides those of loopback, by which clients may call the server; default none. */
  readonly allowed_hosts?: readonly string[]
  /** Default: one made of these options. Who gives one closes it. */
  readonly gate?: Gate
  /** Whether answers are compressed for who accepts it. Default true. */
  readonly compresses?: boolean
}

/** The API as a Hono app: `fetch(Request)` is all that a host application needs of it. Never throws. */
export function createApi(services: ApiServices, options: ApiOptions = {}): Hono {
  const base_path = services.base_path ?? ''
  const { getPath } = new Hono()
  const app = new Hono({
    getPath: (request, given) => {
      const { before_path = base_path } = (given?.env as Partial<Connection> | undefined) ?? {}
      const path = getPath(request)
      return pathBelow(before_path, path) ?? path
    },
  })
  const site = siteOf(options)
  const gate = options.gate ?? new Gate(services, options)
  const at_https = options.mounted !== true && site.public_origin?.startsWith('https:') === true
  app.use(async (context, next) => {
    const request = context.req.raw
    const as_sent = isAsSent(context.env as Partial<Connection> | undefined)
    const refused = refusal(request, site, as_sent) ?? gate.refusal(addressOf(context, gate))
    if (refused !== null) return respond(refused, request)
    await next()
    if (at_https && context.res !== RESPONSE_ALREADY_SENT) {
      context.res.headers.set('strict-transport-security', HSTS)
    }
    return undefined
  })
  const shared = new SharedAnswers()
  const own_headers = at_https ? { 'strict-transport-security': HSTS } : {}
  for (const route of ROUTES) {
    app.on(route.method, honoPath(route.path), async (context) => {
      const answer = await answerSafely(route, context, services, { gate, site, shared })
      const made = belowBasePath(
        await negotiate(answer, context.req.raw, route, options.compresses),
        base_path,
      )
      return send(made, context, own_headers)
    })
  }
  for (const [path, methods] of methodsByPath(ROUTES)) {
    app.all(honoPath(path), (context) => respond(methodNotAllowed(methods), context.req.raw))
  }
  app.notFound(async ({ req }) => respond(await answerNowhere(req.raw, req.path, base_path), req.raw))
  app.onError((error, context) => respond(failure(error, context.req.method, services), context.req.raw))
  return app
}

/** A year: browsers that have seen the server over TLS take no other way any more. */
const HSTS = 'max-age=31536000'

/** Routes know nothing of the base path: what they name in headers is as from the root. */
function belowBasePath(answer: Answer, base_path: string): Answer {
  const { link, location } = answer.headers ?? {}
  if (base_path === '' || (link === undefined && location?.startsWith('/') !== true)) return answer
  return {
    ...answer,
    headers: {
      ...answer.headers,
      ...(link === undefined ? {} : { link: link.replaceAll('</', `<${base_path}/`) }),
      ...(location?.startsWith('/') === true ? { location: `${base_path}${location}` } : {}),
    },
  }
}

function send(answer: Answer, context: Context, headers: Readonly<Record<string, string>>): Response {
  const request = context.req.raw
  const reply = replyOf(answer, request)
  // A host application may call it with a request alone.
  const sendWhole = (context.env as Partial<Connection> | undefined)?.send
  const { body } = reply
  if (sendWhole === undefined || body instanceof ReadableStream || request.method === 'HEAD') {
    return responseOf(reply)
  }
  return sendWhole({ ...reply, body, headers: { ...reply.headers, ...headers } })
}

interface Entrance {
  readonly gate: Gate
  readonly site: Site
  readonly shared: SharedAnswers
}

async function answerSafely(
  route: Route,
  context: Context,
  services: ApiServices,
  { gate, site, shared }: Entrance,
): Promise<Answer> {
  try {
    const request = context.req.raw
    const refused = refusalOfForeignPageAt(route, request, site)
    if (refused !== null) return refused
    const { incoming } = (context.env as Partial<Connection> | undefined) ?? {}
    const admitted = await gate.admit(route, request, addressOf(context, gate), incoming)
    if ('refused' in admitted) return admitted.refused
    const answer = await answerTo(admitted, route, context, { services, shared })
    return { ...answer, headers: { ...admitted.headers, ...answer.headers } }
  } catch (error) {
    return failure(error, `${route.method} ${route.path}`, services)
  }
}

/** A page of another site may neither take up what goes on for long, nor report with a picture's address. */
function refusalOfForeignPageAt(route: Route, request: Request, site: Site): Answer | null {
  if (route.access === 'ingest') return refusalOfForeignPage(request, site, 'report anything here')
  const is_long = route.streams !== undefined || route.answers[429] !== undefined
  return is_long ? refusalOfForeignPage(request, site, 'read this') : null
}

async function answerTo(
  { caller, address, audit, spend }: Admitted,
  route: Route,
  context: Context,
  { services, shared }: { readonly services: ApiServices; readonly shared: SharedAnswers },
): Promise<Answer> {
  // Every address that names a user is refused here, so that no route can forget to.
  const user_id = isInPath(route, 'user_id') ? context.req.param('user_id') : undefined
  if (user_id !== undefined && !maySee(caller, user_id)) return otherUsers(caller)
  const raw = await rawParameters(route, context)
  if ('refused' in raw) return raw.refused
  const request = context.req.raw
  const body = route.reads_body === true ? { body: request.body } : {}
  const facts: RequestFacts = {
    headers: request.headers,
    // Only who reads it pays for it.
    get signal() {
      return request.signal
    },
    caller,
    address,
    audit,
    spend,
    ...body,
  }
  const make = (): Promise<Answer> => route.answer(raw.members, services, facts)
  const accept = route.by_accept === true ? request.headers.get('accept') : null
  const key = isShared(route)
    ? JSON.stringify([route.path, raw.members, caller, [...caller.scopes], address, accept])
    : null
  const answer = await (key === null ? make() : shared.answer(key, make))
  if (user_id !== undefined && answer.status < 400) audit.viewed(user_id)
  return answer
}

/** Whether its answer depends on nothing but its parameters, the caller and what is stored. */
function isShared(route: Route): boolean {
  return isRevalidated(route) && route.streams === undefined
}

function addressOf({ req, env }: Context, gate: Gate): string | null {
  return gate.addressOf(req.raw, (env as Partial<Connection> | undefined)?.peer ?? null)
}

/** Path over query over body; one that is given twice stays a list and so becomes a bad parameter. */
async function rawParameters(route: Route, context: Context): ReturnType<typeof readJsonBody> {
  const reads_json = takesBody(route) && route.reads_body !== true
  const body = reads_json ? await readJsonBody(context.req.raw) : { members: {} }
  if ('refused' in body) return body
  const members: Record<string, unknown> = { ...body.members }
  const query = new URL(context.req.url).searchParams
  if (route.strict === true) {
    const known = Object.keys(route.parameters).filter((name) => !isInPath(route, name))
    const unknown = [...query.keys()].find((name) => !known.includes(name))
    if (unknown !== undefined) return { refused: unknownParameter(unknown, known) }
  }
  for (const name of Object.keys(route.parameters)) {
    const given = isInPath(route, name) ? [context.req.param(name)] : query.getAll(name)
    if (given.length > 0) members[name] = given.length === 1 ? given[0] : given
  }
  return { members }
}

function methodNotAllowed(methods: readonly string[]): Answer {
  const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')
  return problem(405, `This address only takes ${allow}.`, {}, { allow })
}

function methodsByPath(routes: readonly Route[]): Map<string, string[]> {
  const methods = new Map<string, string[]>()
  for (const { path, method } of routes) methods.set(path, [...(methods.get(path) ?? []), method])
  return methods
}

/** `/sync/{id}` is `/sync/:id` to Hono. */
function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}
