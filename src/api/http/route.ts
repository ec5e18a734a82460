import type { z } from 'zod'
import type { Caller, Scope } from '../../core/access.ts'
import type { RequestAudit } from '../access/request-audit.ts'
import type { Answer } from './answer.ts'
import { badParameter } from './parameters.ts'
import type { ApiServices } from '../services.ts'

/** Names and forms of what a route is given; those that stand in braces in its path come from there. */
export type Parameters = Readonly<Record<string, z.ZodType>>

export type Input<P extends Parameters> = { readonly [Name in keyof P]: z.output<P[Name]> }

/** What a handler may know of the request besides its parameters. */
export interface RequestFacts {
  readonly headers: Headers
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal
  /** Who asks, and whose data that one may see: a handler shows nothing of other users. */
  readonly caller: Caller
  /** Of the client; null where it is not known. */
  readonly address: string | null
  /** What was sent, unread, where the route reads it itself. */
  readonly body?: ReadableStream<Uint8Array> | null
  /** Counts what was read of it against what the caller may send in a minute. */
  spend(bytes: number): void
  /** Where it is written what the caller was shown of a user, and what it changed. */
  readonly audit: RequestAudit
}

/** A plain function of validated input and services. */
export type Handler<P extends Parameters> = (
  input: Input<P>,
  services: ApiServices,
  request: RequestFacts,
) => Promise<Answer>

/** The scope that a caller needs; `public` is for everybody, `any` for whoever has shown a token or needs none. */
export type Access = Scope | 'public' | 'any'

/** What is said once of a route, in its row, and read by whoever serves or describes it. */
interface RouteTraits {
  readonly summary: string
  /** The bodies of the answers by status; what every route can answer besides is not repeated. */
  readonly answers: Readonly<Record<number, z.ZodType>>
  /** Media types in which it answers 200 piece by piece, with the form of one piece. */
  readonly streams?: Readonly<Record<string, z.ZodType>>
  /** Media types in which it answers 200 with text that no schema describes, and what that is. */
  readonly texts?: Readonly<Record<string, string>>
  /** The same of those in which it answers 201. */
  readonly created_texts?: Readonly<Record<string, string>>
  /**
   * What is described as its body, by media type: the form of the whole or, of `application/x-ndjson`, of one line.
   * Default: a JSON object of its parameters.
   */
  readonly body?: Readonly<Record<string, z.ZodType>>
  /** The handler reads the body itself, up to limits of its own. */
  readonly reads_body?: boolean
  /** The parameter of its path in which wrappers that send no headers put the token. */
  readonly token_in_path?: string
  /** What headers of its own mean, by the status of the answer: `{ 202: { Location: 'Where …' } }`. */
  readonly headers?: Readonly<Record<number, Readonly<Record<string, string>>>>
  /**
   * Its answers are about tokens or sessions: nobody may store them, and they are not compressed, because the length of
   * a compressed answer tells what is in it. What is for `admin` and what changes something is so anyway.
   */
  readonly secret?: boolean
  /** Refuses parameters that it does not know, so that a mistyped filter does not show everything. */
  readonly strict?: boolean
  /** Its media type is chosen by what the client accepts. */
  readonly by_accept?: boolean
  /** Shows what belongs to no single user: 403 for who may see the data of some users only. */
  readonly all_users?: boolean
  /** A public route whose answer tells more to who may read: what is shown is looked at, and nobody refused for it. */
  readonly knows_caller?: boolean
  /** A limit of its own for each address, of a public route. */
  readonly limit?: 'sign_in'
}

export interface Route extends RouteTraits {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** In the form of OpenAPI: `/sync/{id}`. */
  readonly path: string
  readonly access: Access
  readonly parameters: Parameters
  /** Checks the raw parameters and answers: with a 400 that names the first bad one, or as the handler does. */
  answer(
    raw: Readonly<Record<string, unknown>>,
    services: ApiServices,
    request: RequestFacts,
  ): Promise<Answer>
}

export interface RouteDescription<P extends Parameters> extends RouteTraits {
  /** Default: `read` for GET, `admin` for what changes something. */
  readonly access?: Access
  readonly parameters: P
}

export function get<P extends Parameters>(
  path: string,
  description: RouteDescription<P>,
  handler: Handler<P>,
): Route {
  return route('GET', path, description, handler)
}

export function post<P extends Parameters>(
  path: string,
  description: RouteDescription<P>,
  handler: Handler<P>,
): Route {
  return route('POST', path, description, handler)
}

export function put<P extends Parameters>(
  path: string,
  description: RouteDescription<P>,
  handler: Handler<P>,
): Route {
  return route('PUT', path, description, handler)
}

/** `delete` is a word of the language. */
export function remove<P extends Parameters>(
  path: string,
  description: RouteDescription<P>,
  handler: Handler<P>,
): Route {
  return route('DELETE', path, description, handler)
}

/** Whether a client may keep an answer and ask whether it is still right. */
export function isRevalidated({
  method,
  access,
  secret,
}: Pick<Route, 'method' | 'access' | 'secret'>): boolean {
  return method === 'GET' && (access === 'read' || access === 'public') && secret !== true
}

/** Whether it reads the body of a request. */
export function takesBody({ method }: Pick<Route, 'method'>): boolean {
  return method === 'POST' || method === 'PUT'
}

export function isInPath(route: Pick<Route, 'path'>, parameter: string): boolean {
  return route.path.includes(`{${parameter}}`)
}

function route<P extends Parameters>(
  method: Route['method'],
  path: string,
  description: RouteDescription<P>,
  handler: Handler<P>,
): Route {
  return {
    method,
    path,
    access: method === 'GET' ? 'read' : 'admin',
    ...description,
    async answer(raw, services, request) {
      const checked = checkParameters(description.parameters, raw)
      return 'refused' in checked ? checked.refused : await handler(checked.input, services, request)
    },
  }
}

/** Parameters that the route does not know are ignored, unless it is strict: older dashboards send some. */
function checkParameters<P extends Parameters>(
  parameters: P,
  raw: Readonly<Record<string, unknown>>,
): { input: Input<P> } | { refused: Answer } {
  const input: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(parameters)) {
    const result = schema.safeParse(Object.hasOwn(raw, name) ? raw[name] : undefined)
    if (!result.success) {
      const expected = result.error.issues[0]?.message ?? 'something else'
      return { refused: badParameter(name, expected) }
    }
    input[name] = result.data
  }
  return { input: input as Input<P> }
}
