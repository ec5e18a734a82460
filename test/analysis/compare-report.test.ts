import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnalysisReport } from '../../src/analysis/report.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { reportDifferences } from './support/compare-report.ts'
import { expectedReport, type ExpectedReport } from './support/expected-report.ts'
import { idealReport } from './support/ideal-report.ts'
import { makeLogWorld } from './support/log-world.ts'

const world = makeLogWorld(temporaryDirectory(), { seed: 3, lines_per_stream: 60 })
const UTC = { time_zone: 'UTC' }
const MIDDLE_MS = Date.UTC(2026, 5, 20)

/** What a world does not know, or what depends on how the work is done. */
const NOT_COMPARED =
  /^(?:generated_at|duration_ms|sources\.|skipped\.examples|operations\.slowest_tasks\.\d+\.(?!max_ms))/

const isName = (key: string, parent = ''): boolean =>
  !/^\d/.test(key) && !/^(?:by_|status_codes|error_types|levels|tasks)/.test(parent)

type Leaf = readonly [path: string, keys: readonly string[], value: unknown]

function* leavesOf(value: unknown, keys: readonly string[] = []): Generator<Leaf> {
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) yield* leavesOf(inner, [...keys, key])
  } else {
    yield [keys.join('.'), keys, value]
  }
}

/** A number that is wrong by more than any tolerance, a time that is a second late; null for what is neither. */
function spoiled(value: unknown): unknown {
  if (typeof value === 'number') return value * 1.1 + 1
  const is_time = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)
  return is_time ? new Date(Date.parse(value) + 1000).toISOString() : null
}

/** What is told of the report while one value in it is another. */
function differencesWith(
  report: AnalysisReport,
  keys: readonly string[],
  value: unknown,
  expected: ExpectedReport,
): string | undefined {
  let at = report as unknown as Record<string, unknown>
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>
  const last = keys.at(-1) ?? ''
  const before = at[last]
  at[last] = value
  const differences = reportDifferences(world, UTC, report, expected)
  at[last] = before
  return differences
}

test('a report that is right has no differences', () => {
  for (const range of [
    UTC,
    { ...UTC, since_ms: MIDDLE_MS },
    { time_zone: 'Asia/Kathmandu', until_ms: MIDDLE_MS },
  ]) {
    assert.equal(reportDifferences(world, range, idealReport(world, range)), undefined)
  }
})

test('every kind of figure in a report is compared', () => {
  const report = idealReport(world, UTC)
  const kinds = new Map<string, Leaf[]>()
  for (const leaf of leavesOf(report)) {
    if (leaf[0].includes('__proto__') || NOT_COMPARED.test(leaf[0]) || spoiled(leaf[2]) === null) continue
    // The same place of another row, or another name among counts, is the same kind.
    const kind = leaf[1].map((key, at) => (isName(key, leaf[1][at - 1]) ? key : '*')).join('.')
    kinds.set(kind, [...(kinds.get(kind) ?? []), leaf])
  }
  assert.ok(kinds.size > 150, `${kinds.size} kinds`)
  const expected = expectedReport(world, UTC)
  const untold: string[] = []
  for (const leaves of kinds.values()) {
    const [path, keys, value] = leaves[Math.floor(leaves.length / 2)] as Leaf
    const differences = differencesWith(report, keys, spoiled(value), expected)
    if (differences === undefined) untold.push(path)
  }
  assert.deepEqual(untold, [])
})

test('a missing count, group, day and file are told', () => {
  const report = idealReport(world, UTC)
  const spoil: readonly ((copy: AnalysisReport) => void)[] = [
    ({ api_calls }) => delete (api_calls.status_codes as Record<string, number>)['200'],
    ({ api_calls }) => (api_calls.groups.endpoints.top as unknown[]).shift(),
    ({ errors }) => (errors.by_day as unknown[]).pop(),
    ({ errors }) => (errors.fingerprints as unknown[]).pop(),
    ({ progress }) =>
      delete (progress.tasks as Record<string, unknown>)[Object.keys(progress.tasks)[3] ?? ''],
    ({ sources }) => (sources as unknown[]).pop(),
    ({ database }) => ((database.by_entity as Record<string, number>)['users'] = 1),
  ]
  for (const [number, change] of spoil.entries()) {
    const copy = structuredClone(report)
    change(copy)
    assert.notEqual(reportDifferences(world, UTC, copy), undefined, `change ${number}`)
  }
})
