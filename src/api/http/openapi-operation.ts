import { STATUS_CODES } from 'node:http'
import type { z } from 'zod'
import { JSON_MEDIA_TYPE, PROBLEM_MEDIA_TYPE, problemSchema } from './answer.ts'
import { contentOf, describeBody, exampleOfParameter, takesParametersAsBody } from './openapi-bodies.ts'
import { nounOf, operationId } from './openapi-names.ts'
import { problemReference, problemStatuses } from './openapi-problems.ts'
import { plainSchema, type JsonObject } from './openapi-schemas.ts'
import { isInPath, isRevalidated, takesBody, type Route } from './route.ts'

/** What OpenAPI says about one route. */
export function describeOperation(route: Route): JsonObject {
  return {
    operationId: operationId(route),
    tags: [nounOf(route)],
    summary: route.summary,
    security: securityOf(route),
    parameters: Object.entries(route.parameters)
      .filter(([name]) => isInPath(route, name) || !takesParametersAsBody(route))
      .sort(([a], [b]) => Number(isInPath(route, b)) - Number(isInPath(route, a)))
      .map(([name, schema]) => describeParameter(route, name, schema)),
    ...(takesBody(route) ? { requestBody: describeBody(route) } : {}),
    responses: describeResponses(route),
  }
}

/** The scopes stand where OpenAPI 3.1 has roles. */
function securityOf({ access, method, knows_caller }: Route): JsonObject[] {
  if (knows_caller === true) return [{}, { token: ['read'] }, { session: ['read'] }]
  if (access === 'public') return []
  const scopes = access === 'any' ? [] : [access]
  // What reports for a mere address takes a token: see `Callers`.
  if (access === 'ingest' && method === 'GET') return [{ token: scopes }]
  return [{ token: scopes }, { session: scopes }]
}

function describeParameter(route: Route, name: string, schema: z.ZodType): JsonObject {
  const in_path = isInPath(route, name)
  const { description, ...form } = plainSchema(schema)
  const example = exampleOfParameter(name, schema)
  return {
    name,
    in: in_path ? 'path' : 'query',
    required: in_path || !schema.safeParse(undefined).success,
    description,
    schema: form,
    // `stream=operations,errors`
    ...(form['type'] === 'array' ? { style: 'form', explode: false } : {}),
    ...(example === undefined ? {} : { example }),
  }
}

function describeResponses(route: Route): JsonObject {
  const responses: JsonObject = {}
  for (const status of problemStatuses(route)) responses[status] = problemReference(status)
  for (const [status, schema] of Object.entries(route.answers)) {
    responses[status] =
      schema === problemSchema
        ? problemReference(Number(status))
        : describeAnswer(route, Number(status), schema)
  }
  if (route.streams !== undefined) responses['200'] = describeStreams(route)
  const { texts = {}, created_texts } = route
  if (created_texts !== undefined) responses['201'] = describeTexts(route, 201, created_texts)
  if (Object.keys(texts).length === 0) return responses
  const as_texts = describeTexts(route, 200, texts)
  const other_form = responses['200'] as Described | undefined
  responses['200'] = other_form === undefined ? as_texts : joined(other_form, as_texts)
  return responses
}

function describeAnswer(route: Route, status: number, schema: z.ZodType): Described {
  return {
    description: schema.meta()?.description ?? STATUS_CODES[status] ?? 'Answer',
    headers: headersOf(route, status),
    content: {
      [JSON_MEDIA_TYPE]: contentOf(schema),
      // What is refused before it comes to the route is a problem.
      ...(problemStatuses(route).includes(status) ? { [PROBLEM_MEDIA_TYPE]: contentOf(problemSchema) } : {}),
    },
  }
}

interface Described extends JsonObject {
  readonly description: string
  readonly headers: JsonObject
  readonly content: JsonObject
}

/** What comes piece by piece; the schema is that of one piece, as OpenAPI has no word for it before 3.2. */
function describeStreams(route: Route): Described {
  const whole = route.answers[200]
  const forms = { ...route.streams, ...(whole === undefined ? {} : { [JSON_MEDIA_TYPE]: whole }) }
  const content = Object.entries(forms).map(
    ([media_type, schema]) => [media_type, contentOf(schema)] as const,
  )
  const description =
    whole === undefined
      ? 'Piece by piece, without an end: the schema is that of the data of one piece.'
      : 'As JSON at once, or piece by piece: then the schema is that of one piece.'
  return { description, headers: headersOf(route, 200), content: Object.fromEntries(content) }
}

function describeTexts(route: Route, status: number, texts: Readonly<Record<string, string>>): Described {
  const content = Object.keys(texts).map(
    (media_type) => [media_type, { schema: { type: 'string' } }] as const,
  )
  const description = Object.values(texts).join(', ')
  return { description, headers: headersOf(route, status), content: Object.fromEntries(content) }
}

/** Both forms of one answer. */
function joined(one: Described, other: Described): Described {
  return {
    ...one,
    description: `${one.description.replace(/\.$/, '')}. ${other.description}.`,
    content: { ...one.content, ...other.content },
  }
}

function headersOf(route: Route, status: number): JsonObject {
  const headers: JsonObject = {}
  if (status === 200 && isRevalidated(route) && route.streams === undefined) {
    for (const name of ['ETag', 'Cache-Control', 'Vary'])
      headers[name] = { $ref: `#/components/headers/${name}` }
  }
  if (status === 503) headers['Retry-After'] = { $ref: '#/components/headers/Retry-After' }
  if (route.access !== 'public' || route.limit !== undefined) {
    for (const name of ['RateLimit', 'RateLimit-Policy'])
      headers[name] = { $ref: `#/components/headers/${name}` }
  }
  for (const [name, description] of Object.entries(route.headers?.[status] ?? {})) {
    headers[name] = { description, schema: { type: 'string' } }
  }
  return headers
}
