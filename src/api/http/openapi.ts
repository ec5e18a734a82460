import { sessionCookie } from '../access/session-cookie.ts'
import { JSON_MEDIA_TYPE, ok, problemSchema, type Answer } from './answer.ts'
import { nounOf } from './openapi-names.ts'
import { describeOperation } from './openapi-operation.ts'
import { problemResponses, problemStatuses } from './openapi-problems.ts'
import { namedSchemas, sortedByName, type JsonObject } from './openapi-schemas.ts'
import type { Route } from './route.ts'

/** What an OpenAPI 3.1 document of ours has; the parts below are as its specification says. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0'
  readonly info: JsonObject & {
    readonly title: string
    readonly version: string
    readonly description: string
  }
  readonly jsonSchemaDialect: string
  readonly servers: readonly { readonly url: string; readonly description: string }[]
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonObject>>
    readonly responses: Readonly<Record<string, JsonObject>>
    readonly headers: Readonly<Record<string, JsonObject>>
    readonly securitySchemes: Readonly<Record<string, JsonObject>>
  }
}

const header = (type: 'string' | 'integer', description: string, example: string | number): JsonObject => ({
  description,
  schema: { type },
  example,
})

const HEADERS: Readonly<Record<string, JsonObject>> = {
  'Cache-Control': header(
    'string',
    'The answer may be kept, and asked for before it is used.',
    'private, no-cache',
  ),
  ETag: header(
    'string',
    'Send it as `If-None-Match`: while nothing has changed the answer is 304.',
    '"x1kV6m9rZ3"',
  ),
  RateLimit: header(
    'string',
    'What is left of the limit and when it is full again, for who shows a token.',
    '"token";r=1199;t=1',
  ),
  'RateLimit-Policy': header('string', 'Requests in a window of seconds.', '"token";q=1200;w=60'),
  'Retry-After': header('integer', 'Seconds to wait before it is tried again.', 10),
  Vary: header('string', 'The request headers that decide about the form of the answer.', 'accept-encoding'),
  'WWW-Authenticate': header('string', 'How to sign in.', 'Bearer'),
}

const securitySchemes = (base_path: string): Readonly<Record<string, JsonObject>> => ({
  token: {
    type: 'http',
    scheme: 'bearer',
    description:
      'A token of `canvas-sync-monitor token create`. A server that listens on loopback alone needs none.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: sessionCookie(base_path).name,
    description: 'What a browser gets for a token when somebody signs in.',
  },
})

/**
 * Describes the routes from the same schemas that check their parameters and type their answers; always the same.
 *
 * @param base_path below which they are; it decides the name of the cookie alone
 */
export function openApiDocument(routes: readonly Route[], version: string, base_path = ''): OpenApiDocument {
  const paths: Record<string, Record<string, JsonObject>> = {}
  for (const route of routes)
    (paths[route.path] ??= {})[route.method.toLowerCase()] = describeOperation(route)
  const nouns = new Set(routes.map(nounOf))
  return {
    openapi: '3.1.0',
    info: {
      title: 'canvas-sync-monitor',
      version,
      summary: 'Whether Canvas data is fresh, complete and true.',
      description:
        'Tells whether Canvas data is fresh, complete and true. Answers may gain fields; none is renamed or retyped.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    // Relative, so that it is right wherever the API is mounted.
    servers: [{ url: './', description: 'The server that this document is from' }],
    tags: [...nouns].sort().map((name) => ({ name })),
    paths: sortedByName(paths),
    components: {
      schemas: namedSchemas(routes),
      responses: problemResponses(routes.flatMap(problemStatusesOf)),
      headers: HEADERS,
      securitySchemes: securitySchemes(base_path),
    },
  }
}

function problemStatusesOf(route: Route): number[] {
  const declared = Object.entries(route.answers).filter(([, schema]) => schema === problemSchema)
  return [...problemStatuses(route), ...declared.map(([status]) => Number(status))]
}

const texts = new WeakMap<readonly Route[], Map<string, Uint8Array>>()

/** The document as an answer, made once. */
export function openApiAnswer(routes: readonly Route[], version: string, base_path = ''): Answer {
  const made = texts.get(routes) ?? new Map<string, Uint8Array>()
  texts.set(routes, made)
  const key = `${version} ${base_path}`
  let bytes = made.get(key)
  if (bytes === undefined) {
    bytes = new TextEncoder().encode(JSON.stringify(openApiDocument(routes, version, base_path)))
    made.set(key, bytes)
  }
  return { ...ok(bytes), media_type: JSON_MEDIA_TYPE }
}
