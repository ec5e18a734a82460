import fc from '../../support/fast-check.ts'
import { z } from 'zod'
import { ANALYSIS_REPORT_SCHEMA } from '../../../src/analysis/report-schema.ts'
import type { AnalysisReport } from '../../../src/analysis/report.ts'

export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly pattern?: string
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly maxItems?: number
  readonly anyOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema
  readonly propertyNames?: JsonSchema
  readonly additionalProperties?: JsonSchema | boolean
}

export const REPORT_JSON_SCHEMA: JsonSchema = z.toJSONSchema(ANALYSIS_REPORT_SCHEMA) as JsonSchema

/** Any report that the schema allows, with texts from `text`. Its figures need not fit together. */
export function reports(text: fc.Arbitrary<string>): fc.Arbitrary<AnalysisReport> {
  return arbitraryOf(REPORT_JSON_SCHEMA, text) as fc.Arbitrary<AnalysisReport>
}

function arbitraryOf(schema: JsonSchema, text: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((part) => arbitraryOf(part, text)))
  if (typeof schema.type === 'object') {
    return fc.oneof(...schema.type.map((type) => arbitraryOf({ ...schema, type }, text)))
  }
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.oneof(
        fc.nat(50),
        fc.integer({ min: schema.minimum ?? -1000, max: schema.maximum ?? 2 ** 53 - 1 }),
      )
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e6, max: 1e12, noNaN: true })
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}, text), {
        maxLength: Math.min(schema.maxItems ?? 30, 30),
      })
    case 'object':
      return objectOf(schema, text)
    default:
      return textOf(schema, text)
  }
}

function objectOf(schema: JsonSchema, text: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  if (schema.properties !== undefined) {
    const entries = Object.entries(schema.properties).map(
      ([name, part]) => [name, arbitraryOf(part, text)] as const,
    )
    return fc.record(Object.fromEntries(entries), { noNullPrototype: true })
  }
  const value = arbitraryOf(schema.additionalProperties as JsonSchema, text)
  const names = schema.propertyNames?.enum
  if (names === undefined) return fc.dictionary(text, value, { maxKeys: 12, noNullPrototype: true })
  return fc.record(Object.fromEntries(names.map((name) => [name, value])), { noNullPrototype: true })
}

const TIMES = { min: new Date('2019-01-01'), max: new Date('2029-12-31'), noInvalidDate: true }

function textOf({ format, pattern }: JsonSchema, text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.date(TIMES).map((date) => date.toISOString())
  if (format === 'date') return fc.date(TIMES).map((date) => date.toISOString().slice(0, 10))
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern))
  return text
}
