import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ANALYSIS_REPORT_SCHEMA } from '../../src/analysis/report-schema.ts'
import { emptyReport } from './support/empty-report.ts'
import { REPORT_JSON_SCHEMA, type JsonSchema } from './support/random-report.ts'
import { sampleReport } from './support/sample-report.ts'

const DOCUMENT = new URL('../../docs/analysis.md', import.meta.url)

test('the schema takes a full and an empty report as they are, and no field more or less', () => {
  for (const report of [sampleReport(), emptyReport()]) {
    assert.deepEqual(ANALYSIS_REPORT_SCHEMA.parse(structuredClone(report)), report)
    const { skipped: _, ...less } = report
    assert.ok(!ANALYSIS_REPORT_SCHEMA.safeParse(less).success)
    assert.ok(!ANALYSIS_REPORT_SCHEMA.safeParse({ ...report, more: 1 }).success)
  }
})

/** The names of all fields at all depths; those of records are data. */
function fieldNames(schema: JsonSchema): string[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])].flatMap(fieldNames)
  const values =
    typeof schema.additionalProperties === 'object' ? fieldNames(schema.additionalProperties) : []
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, part]) => [name, ...fieldNames(part)])
  return [...new Set([...own, ...inner, ...values, ...(schema.propertyNames?.enum ?? [])])]
}

test('docs/analysis.md tells of every field of the report and of no other', () => {
  const text = readFileSync(DOCUMENT, 'utf8')
  const documented = new Set(
    [...text.matchAll(/^\| ((?:`[A-Za-z\d_]+`(?:, )?)+) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([A-Za-z\d_]+)`/g)].map(([, name = '']) => name),
    ),
  )
  assert.deepEqual([...documented].toSorted(), fieldNames(REPORT_JSON_SCHEMA).toSorted())
})
