import { z } from 'zod'
import { problemSchema } from './answer.ts'
import type { Route } from './route.ts'
import { walkSchema } from './schema-parts.ts'

export type JsonObject = Record<string, unknown>

const referenceTo = (name: string): string => `#/components/schemas/${name}`

/** A reference to a schema that has a title. */
export const reference = (schema: z.ZodType): JsonObject => ({ $ref: referenceTo(nameOf(schema)) })

/** The schema itself, of the side that comes out: on the other a number in an address is text that may hold anything. */
export function plainSchema(schema: z.ZodType): JsonObject {
  const { $schema: _, ...form } = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' })
  return form
}

/** What all answers and bodies are made of and has a title, by that title. */
export function namedSchemas(routes: readonly Route[]): Record<string, JsonObject> {
  const names = new Map<string, z.core.$ZodType>()
  const registry = z.registry<{ id: string }>()
  const seen = new Set<z.core.$ZodType>()
  for (const schema of [problemSchema, ...routes.flatMap(schemasOf)]) {
    walkSchema(schema, (part) => addNamed(part as z.ZodType, names), seen)
  }
  for (const [id, schema] of names) registry.add(schema as z.ZodType, { id })
  // The input side, because the output side forbids the fields that later versions add.
  const forms = z.toJSONSchema(registry, { uri: referenceTo, io: 'input', unrepresentable: 'any' }).schemas
  const named: Record<string, JsonObject> = {}
  for (const [name, { $schema: _, $id: __, ...form }] of Object.entries(forms)) named[name] = form
  return sortedByName(named)
}

function addNamed(schema: z.ZodType, names: Map<string, z.core.$ZodType>): void {
  const title = schema.meta()?.title
  if (title === undefined) return
  if ((names.get(title) ?? schema) !== schema) {
    throw new Error(`Two schemas have the title ${title}: one name in OpenAPI is one form.`)
  }
  names.set(title, schema)
}

function schemasOf({ answers, streams = {}, body }: Route): z.ZodType[] {
  return [...Object.values(answers), ...Object.values(streams), ...Object.values(body ?? {})]
}

function nameOf(schema: z.ZodType): string {
  const title = schema.meta()?.title
  if (title === undefined)
    throw new Error('The schema of an answer needs a title: it is its name in OpenAPI.')
  return title
}

export function sortedByName<Value>(members: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1)))
}
