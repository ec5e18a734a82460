import { Hono, type Context } from 'hono'
import { LOOPBACK_CALLER } from '../core/access.ts'
import { problem, type Answer } from './http/answer.ts'
import { canonicalHosts, refusal, refusalOfForeignPage } from './http/guard.ts'
import { readJsonBody } from './http/json-body.ts'
import { respond } from './http/respond.ts'
import { isInPath, type Route } from './http/route.ts'
import { ROUTES } from './routes.ts'
import type { ApiServices } from './services.ts'

export interface ApiOptions {
  /** Host names, besides those of loopback, by which clients may call the server; default none. */
  readonly allowed_hosts?: readonly string[]
}

/** The API as a Hono app: `fetch(Request)` is all that a host application needs of it. Never throws. */
export function createApi(services: ApiServices, options: ApiOptions = {}): Hono {
  const app = new Hono()
  const allowed_hosts = canonicalHosts(options.allowed_hosts ?? [])
  app.use(async (context, next) => {
    const refused = refusal(context.req.raw, allowed_hosts)
    if (refused !== null) return respond(refused, context.req.raw)
    await next()
    return undefined
  })
  for (const route of ROUTES) {
    app.on(route.method, honoPath(route.path), async (context) =>
      respond(await answerSafely(route, context, services), context.req.raw),
    )
  }
  for (const [path, methods] of methodsByPath(ROUTES)) {
    app.all(honoPath(path), (context) => respond(methodNotAllowed(methods), context.req.raw))
  }
  app.notFound((context) => respond(problem(404, 'There is nothing at this address.'), context.req.raw))
  app.onError((error, context) =>
    respond(internalError(error, context.req.method, services), context.req.raw),
  )
  return app
}

async function answerSafely(route: Route, context: Context, services: ApiServices): Promise<Answer> {
  try {
    const request = context.req.raw
    const refused = route.streams === undefined ? null : refusalOfForeignPage(request)
    if (refused !== null) return refused
    const raw = await rawParameters(route, context)
    return 'refused' in raw
      ? raw.refused
      : await route.answer(raw.members, services, {
          headers: request.headers,
          signal: request.signal,
          caller: LOOPBACK_CALLER,
        })
  } catch (error) {
    return internalError(error, `${route.method} ${route.path}`, services)
  }
}

/** Path over query over body; one that is given twice stays a list and so becomes a bad parameter. */
async function rawParameters(route: Route, context: Context): ReturnType<typeof readJsonBody> {
  const body = route.method === 'POST' ? await readJsonBody(context.req.raw) : { members: {} }
  if ('refused' in body) return body
  const members: Record<string, unknown> = { ...body.members }
  const query = new URL(context.req.url).searchParams
  for (const name of Object.keys(route.parameters)) {
    const given = isInPath(route, name) ? [context.req.param(name)] : query.getAll(name)
    if (given.length > 0) members[name] = given.length === 1 ? given[0] : given
  }
  return { members }
}

function internalError(error: unknown, where: string, services: ApiServices): Answer {
  const request_id = crypto.randomUUID()
  services.onError(error, { request_id, where })
  return problem(500, 'The server could not answer this request.', {
    detail: `The reason is in the log of the server under the request id ${request_id}.`,
    request_id,
  })
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
