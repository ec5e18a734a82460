import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { expectedReport } from './support/expected-report.ts'
import { makeLogWorld, FEATURES } from './support/log-world.ts'
import { countWithPython, pythonIsMissing } from './support/python-count.ts'

const DIRECTORY = temporaryDirectory()
const without_python = pythonIsMissing()

function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(directory, name)).isFile())
    .sort()
}

test('a world is the same for the same seed, and another for another', () => {
  const first = join(DIRECTORY, 'first')
  const again = join(DIRECTORY, 'again')
  const other = join(DIRECTORY, 'other')
  const world = makeLogWorld(first, { seed: 5, lines_per_stream: 60 })
  assert.deepEqual(makeLogWorld(again, { seed: 5, lines_per_stream: 60 }), world)
  assert.notDeepEqual(makeLogWorld(other, { seed: 6, lines_per_stream: 60 }), world)
  assert.deepEqual(filesOf(again), filesOf(first))
  for (const name of filesOf(first)) {
    assert.ok(readFileSync(join(first, name)).equals(readFileSync(join(again, name))), `${name} differs`)
  }
})

test('a world of all features holds each of them', () => {
  const world = makeLogWorld(join(DIRECTORY, 'all'), { seed: 1, lines_per_stream: 400 })
  const { lines_by_form, skipped, counts, numbers } = expectedReport(world, { time_zone: 'UTC' })
  for (const [form, count] of Object.entries(lines_by_form))
    assert.ok(count > 50, `${count} lines of ${form}`)
  for (const [name, count] of Object.entries(skipped)) {
    assert.ok(count > 10 || name === 'out_of_range_lines', `${count} ${name}`)
  }
  const statuses = counts.api_calls['status_codes'] ?? new Map<string, number>()
  assert.deepEqual(
    ['200', '304', '401', '403', '404', '422', '429', '500', '503'].filter((status) => !statuses.has(status)),
    [],
  )
  for (const name of ['throttling.throttled_calls', 'retries.recovered', 'retries.still_failed']) {
    assert.ok(Number(numbers.api_calls[name]) > 10, name)
  }
  assert.ok(world.file_names.length >= 5 * 10)
})

for (const [seed, features] of [
  [2, []],
  [3, FEATURES],
  [4, FEATURES],
] as const) {
  const name = features.length === 0 ? 'no feature' : 'all features'
  test(`Python counts what the world of seed ${seed} with ${name} says`, { skip: without_python }, () => {
    const directory = join(DIRECTORY, `python-${seed}`)
    const world = makeLogWorld(directory, { seed, lines_per_stream: 600, features })
    const { streams, counts, lines_by_form, skipped } = expectedReport(world, { time_zone: 'UTC' })
    const got = countWithPython(directory)
    const duration_ms = streams.api_calls.durations
    assert.deepEqual(
      { json: 0, python_json: 0, python_text: 0, summary: 0, ...got.forms },
      { ...lines_by_form },
    )
    assert.deepEqual(
      got.streams,
      Object.fromEntries(Object.entries(streams).map(([name, { lines }]) => [name, lines.length])),
    )
    assert.deepEqual(got.methods, Object.fromEntries(counts.api_calls['by_method'] ?? []))
    assert.deepEqual(got.statuses, Object.fromEntries(counts.api_calls['status_codes'] ?? []))
    assert.deepEqual(
      { malformed: 0, blank: 0, duplicate: 0, ...got.skipped },
      { malformed: skipped.malformed_lines, blank: skipped.blank_lines, duplicate: skipped.duplicate_lines },
    )
    assert.equal(got.durations.count, duration_ms.length)
    assert.equal(got.durations.min, Math.min(...duration_ms))
    assert.equal(got.durations.max, Math.max(...duration_ms))
    const total = duration_ms.reduce((sum, value) => sum + value, 0)
    assert.ok(Math.abs(got.durations.total - total) < 1e-6 * total)
  })
}
