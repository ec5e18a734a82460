import type { z } from 'zod'
import { JSON_MEDIA_TYPE, NDJSON_MEDIA_TYPE } from './answer.ts'
import { exampleOf } from './example.ts'
import { EXAMPLE_VALUES } from './example-values.ts'
import { plainSchema, reference, type JsonObject } from './openapi-schemas.ts'
import { isInPath, takesBody, type Route } from './route.ts'

/** Whether a JSON object of its parameters is what it takes; they may come in the query as well. */
export function takesParametersAsBody(route: Route): boolean {
  return takesBody(route) && route.body === undefined && route.reads_body !== true
}

/** The body of a request. */
export function describeBody(route: Route): JsonObject {
  return takesParametersAsBody(route) ? parametersAsBody(route) : ownBody(route.body ?? {})
}

/** What an answer or a body of this form holds. */
export function contentOf(schema: z.ZodType): JsonObject {
  const form = schema.meta()?.title === undefined ? plainSchema(schema) : reference(schema)
  return { schema: form, example: exampleOf(schema) }
}

export function exampleOfParameter(name: string, schema: z.ZodType): unknown {
  const given: unknown = schema.meta()?.['examples']
  if (Array.isArray(given)) return given[0]
  return EXAMPLE_VALUES[name]?.find((value) => value !== null && schema.safeParse(value).success)
}

function ownBody(body: Readonly<Record<string, z.ZodType>>): JsonObject {
  const media_types = Object.keys(body)
  const by_line = media_types.includes(NDJSON_MEDIA_TYPE)
  const content = Object.entries(body).map(([media_type, schema]) => [media_type, contentOf(schema)] as const)
  return {
    ...(by_line ? { description: 'Of NDJSON the schema is that of one line.' } : {}),
    // Text is read and thrown away.
    required: by_line || media_types.includes(JSON_MEDIA_TYPE),
    content: Object.fromEntries(content),
  }
}

function parametersAsBody(route: Route): JsonObject {
  const properties: JsonObject = {}
  const example: JsonObject = {}
  const required: string[] = []
  for (const [name, schema] of Object.entries(route.parameters)) {
    if (isInPath(route, name)) continue
    properties[name] = plainSchema(schema)
    if (!schema.safeParse(undefined).success) required.push(name)
    const value = exampleOfParameter(name, schema)
    if (value !== undefined) example[name] = value
  }
  const schema = { type: 'object', properties, ...(required.length === 0 ? {} : { required }) }
  return {
    ...(route.secret === true ? {} : { description: 'The same may come in the query instead.' }),
    required: required.length > 0,
    content: { [JSON_MEDIA_TYPE]: { schema, example } },
  }
}
