import { z } from 'zod'
import { JSON_MEDIA_TYPE, PROBLEM_MEDIA_TYPE, problemSchema } from './answer.ts'
import { isInPath, type Route } from './route.ts'

type JsonObject = Record<string, unknown>

/** What an OpenAPI 3.1 document of ours has; the parts below are as its specification says. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>
  readonly components: { readonly schemas: Readonly<Record<string, JsonObject>> }
}

/** Describes the routes from the same schemas that check their parameters and type their answers. */
export function openApiDocument(routes: readonly Route[], version: string): OpenApiDocument {
  const paths: Record<string, Record<string, JsonObject>> = {}
  for (const route of routes) {
    const operations = (paths[route.path] ??= {})
    operations[route.method.toLowerCase()] = describe(route)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'canvas-sync-monitor',
      version,
      description:
        'Tells whether Canvas data is fresh, complete and true. Answers may gain fields; none is renamed or retyped.',
    },
    paths,
    components: { schemas: describeBodies(routes) },
  }
}

function describe(route: Route): JsonObject {
  const responses: JsonObject = { default: describeAnswer('An error', problemSchema) }
  for (const [status, schema] of Object.entries(route.answers)) {
    responses[status] = describeAnswer(nameOf(schema), schema)
  }
  if (route.streams !== undefined) responses['200'] = describeStreams(route)
  return {
    summary: route.summary,
    parameters: Object.entries(route.parameters).map(([name, schema]) =>
      describeParameter(route, name, schema),
    ),
    ...(route.method === 'POST' ? { requestBody: describeRequestBody(route) } : {}),
    responses,
  }
}

function describeAnswer(description: string, schema: z.ZodType): JsonObject {
  const media_type = schema === problemSchema ? PROBLEM_MEDIA_TYPE : JSON_MEDIA_TYPE
  return { description, content: { [media_type]: { schema: { $ref: referenceTo(nameOf(schema)) } } } }
}

/** What comes piece by piece; the schema is that of one piece, as OpenAPI has no word for it before 3.2. */
function describeStreams({ answers, streams = {} }: Route): JsonObject {
  const whole = answers[200]
  const content = { ...streams, ...(whole === undefined ? {} : { [JSON_MEDIA_TYPE]: whole }) }
  const described = Object.entries(content).map(
    ([media_type, schema]) => [media_type, { schema: { $ref: referenceTo(nameOf(schema)) } }] as const,
  )
  const description = 'As JSON at once, or piece by piece: then the schema is that of one piece'
  return { description, content: Object.fromEntries(described) }
}

function describeParameter(route: Route, name: string, schema: z.ZodType): JsonObject {
  const in_path = isInPath(route, name)
  const { description, ...form } = toJsonSchema(schema)
  return { name, in: in_path ? 'path' : 'query', required: in_path, description, schema: form }
}

/** The same parameters may come in a JSON body instead of the query. */
function describeRequestBody(route: Route): JsonObject {
  const properties: JsonObject = {}
  for (const [name, schema] of Object.entries(route.parameters)) properties[name] = toJsonSchema(schema)
  return { required: false, content: { [JSON_MEDIA_TYPE]: { schema: { type: 'object', properties } } } }
}

function toJsonSchema(schema: z.ZodType): JsonObject {
  // The output side: on the input side a number in an address is text that may hold anything.
  const { $schema: _, ...form } = z.toJSONSchema(schema, { io: 'output' })
  return form
}

function describeBodies(routes: readonly Route[]): Record<string, JsonObject> {
  const registry = z.registry<{ id: string }>()
  const schemas = routes.flatMap(({ answers, streams = {} }) => [
    ...Object.values(answers),
    ...Object.values(streams),
  ])
  for (const schema of new Set([problemSchema, ...schemas])) registry.add(schema, { id: nameOf(schema) })
  // The input side, because the output side forbids the fields that later versions add.
  const forms = z.toJSONSchema(registry, { uri: referenceTo, io: 'input' }).schemas
  const bodies: Record<string, JsonObject> = {}
  for (const [name, { $schema: _, $id: __, ...form }] of Object.entries(forms)) bodies[name] = form
  return bodies
}

const referenceTo = (name: string): string => `#/components/schemas/${name}`

function nameOf(schema: z.ZodType): string {
  const title = schema.meta()?.title
  if (title === undefined)
    throw new Error('The schema of an answer needs a title: it is its name in OpenAPI.')
  return title
}
