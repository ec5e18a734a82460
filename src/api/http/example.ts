import { z } from 'zod'
import { EXAMPLE_PLACES } from './example-places.ts'
import { EXAMPLE_VALUES } from './example-values.ts'
import { definitionOf } from './schema-parts.ts'

/** Tried on strings and numbers that have no name of ours, in this order. */
const TEXTS = [
  'text',
  '2026-11-22T10:15:00.000Z',
  '2026-11-22',
  '7f4c2a1e-93d5-4b7e-8a06-1c5d0e9f2b34',
  'https://canvas.example.edu',
  '1',
  '',
]
const NUMBERS = [0, 1, 42, 0.5]
/** Deeper than any answer of ours; what is nested in itself ends here. */
const DEEPEST = 12

/**
 * A value that the schema accepts, always the same one: the first of its `examples` if it has some, else made of its
 * parts and of what their names say.
 *
 * @throws Error when none can be made; such a schema needs `examples` in its `meta`
 */
export function exampleOf(schema: z.ZodType, name?: string): unknown {
  const example = make(schema, { name, place: '' }, 0)
  if (!accepts(schema, example)) {
    const title = schema.meta()?.title ?? name ?? 'a schema'
    throw new Error(`No example can be made of ${title}: give it examples in its meta.`)
  }
  return example
}

/** Where a value stands: what it is called, and in what, as {@link EXAMPLE_PLACES} has it. */
interface Where {
  readonly name: string | undefined
  readonly place: string
}

function make(schema: z.core.$ZodType, where: Where, depth: number): unknown {
  const given: unknown = z.globalRegistry.get(schema as z.ZodType)?.examples
  if (Array.isArray(given) && given.length > 0) return given[0]
  // Most answers leave out what may be left out.
  if (depth > DEEPEST || definitionOf(schema).type === 'optional') return undefined
  const named = [...valuesOf(EXAMPLE_PLACES, where.place), ...valuesOf(EXAMPLE_VALUES, where.name ?? '')]
  const candidate = named.find((value) => accepts(schema, value))
  return candidate === undefined ? makeOfParts(schema, where, depth + 1) : candidate
}

const valuesOf = (values: Readonly<Record<string, readonly unknown[]>>, key: string): readonly unknown[] =>
  Object.hasOwn(values, key) ? (values[key] ?? []) : []

function makeOfParts(schema: z.core.$ZodType, where: Where, depth: number): unknown {
  const definition = definitionOf(schema)
  switch (definition.type) {
    case 'object': {
      const within = z.globalRegistry.get(schema as z.ZodType)?.title ?? where.place
      const members = Object.entries(definition.shape).map(
        ([name, part]) => [name, make(part, { name, place: `${within}.${name}` }, depth)] as const,
      )
      return Object.fromEntries(members.filter(([, value]) => value !== undefined))
    }
    case 'array': {
      const element = make(definition.element, { ...where, name: singular(where.name) }, depth)
      const list = element === undefined ? [] : [element]
      return accepts(schema, list) ? list : []
    }
    case 'record':
      return recordOf(schema, definition, depth)
    case 'union':
      return firstAccepted(
        schema,
        definition.options.map((option) => () => make(option, where, depth)),
      )
    case 'enum':
      return Object.values(definition.entries)[0]
    case 'literal':
      return definition.values[0]
    case 'boolean':
      return false
    case 'null':
      return null
    case 'string':
    case 'template_literal':
      return TEXTS.find((text) => accepts(schema, text))
    case 'number':
      return NUMBERS.find((number) => accepts(schema, number))
    case 'tuple':
      return definition.items.map((item) => make(item, where, depth))
    case 'nullable':
      return make(definition.innerType, where, depth) ?? null
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return make(definition.innerType, where, depth)
    case 'pipe':
      return make(definition.out, where, depth)
    case 'lazy':
      return make(definition.getter(), where, depth)
    case 'intersection':
      return Object.assign({}, make(definition.left, where, depth), make(definition.right, where, depth))
    default:
      return undefined
  }
}

function recordOf(
  schema: z.core.$ZodType,
  { keyType, valueType }: z.core.$ZodRecordDef,
  depth: number,
): unknown {
  const key = make(keyType, { name: 'key', place: '' }, depth)
  const value = make(valueType, { name: undefined, place: '' }, depth)
  const record = typeof key === 'string' && value !== undefined ? { [key]: value } : {}
  return accepts(schema, record) ? record : {}
}

function firstAccepted(schema: z.core.$ZodType, makers: readonly (() => unknown)[]): unknown {
  for (const maker of makers) {
    const value = maker()
    if (accepts(schema, value)) return value
  }
  return undefined
}

function accepts(schema: z.core.$ZodType, value: unknown): boolean {
  return z.safeParse(schema, value).success
}

/** `syncs` holds what is called `sync`: the names of lists say what is in them. */
function singular(name: string | undefined): string | undefined {
  return name?.replace(/s$/, '')
}
