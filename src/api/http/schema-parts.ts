import type { z } from 'zod'

type Definition = z.core.$ZodTypes['_zod']['def']

export function definitionOf(schema: z.core.$ZodType): Definition {
  return (schema as z.core.$ZodTypes)._zod.def
}

/** The schemas that a schema is made of, one level down. */
export function partsOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  const definition = definitionOf(schema)
  switch (definition.type) {
    case 'object':
      return Object.values(definition.shape)
    case 'array':
      return [definition.element]
    case 'union':
      return definition.options
    case 'record':
      return [definition.valueType]
    case 'tuple':
      return definition.items
    case 'intersection':
      return [definition.left, definition.right]
    case 'pipe':
      return [definition.out]
    case 'lazy':
      return [definition.getter()]
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return [definition.innerType]
    default:
      return []
  }
}

/** Calls `visit` with the schema and everything that it is made of, each once. */
export function walkSchema(
  schema: z.core.$ZodType,
  visit: (part: z.core.$ZodType) => void,
  seen: Set<z.core.$ZodType> = new Set(),
): void {
  if (seen.has(schema)) return
  seen.add(schema)
  visit(schema)
  for (const part of partsOf(schema)) walkSchema(part, visit, seen)
}
