import type { z } from 'zod'
import type { Caller, Scope } from '../../core/access.ts'
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
}

/** A plain function of validated input and services. */
export type Handler<P extends Parameters> = (
  input: Input<P>,
  services: ApiServices,
  request: RequestFacts,
) => Promise<Answer>

/** The scope that a caller needs; `public` is for everybody. */
export type Access = Scope | 'public'

export interface Route {
  readonly method: 'GET' | 'POST'
  /** In the form of OpenAPI: `/sync/{id}`. */
  readonly path: string
  readonly summary: string
  readonly access: Access
  readonly parameters: Parameters
  /** The bodies of the answers by status; what every route can answer besides is not repeated. */
  readonly answers: Readonly<Record<number, z.ZodType>>
  /** Media types in which it answers 200 piece by piece, with the form of one piece. */
  readonly streams?: Readonly<Record<string, z.ZodType>>
  /** Checks the raw parameters and answers: with a 400 that names the first bad one, or as the handler does. */
  answer(
    raw: Readonly<Record<string, unknown>>,
    services: ApiServices,
    request: RequestFacts,
  ): Promise<Answer>
}

export interface RouteDescription<P extends Parameters> {
  readonly summary: string
  /** Default: `read` for GET, `admin` for what changes something. */
  readonly access?: Access
  readonly parameters: P
  readonly answers: Readonly<Record<number, z.ZodType>>
  readonly streams?: Readonly<Record<string, z.ZodType>>
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

/** Parameters that the route does not know are ignored: older dashboards send some. */
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
