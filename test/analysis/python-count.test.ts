import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { analyzeLogs } from '../../src/analysis/analyze-logs.ts'
import { LOG_STREAMS } from '../../src/core/log-event.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { makeLogWorld } from './support/log-world.ts'
import { countWithPython, pythonIsMissing } from './support/python-count.ts'

const DIRECTORY = temporaryDirectory()

for (const seed of [101, 102]) {
  test(
    `counts what a Python script counts in the folder of seed ${seed}`,
    { skip: pythonIsMissing() },
    async () => {
      const directory = join(DIRECTORY, String(seed))
      makeLogWorld(directory, { seed, lines_per_stream: 800 })
      const count = countWithPython(directory)
      const report = await analyzeLogs({ directory, time_zone: 'UTC' })
      const { api_calls, skipped, lines_by_form } = report
      const { duration } = api_calls
      assert.deepEqual({ ...lines_by_form }, { ...count.forms })
      const linesOf = (levels: Readonly<Record<string, number>>): number =>
        Object.values(levels).reduce((sum, lines) => sum + lines, 0)
      const lines = LOG_STREAMS.map((stream) => [stream, linesOf(report[stream].levels)])
      assert.deepEqual(Object.fromEntries(lines), count.streams)
      assert.deepEqual({ ...api_calls.by_method }, count.methods)
      assert.deepEqual({ ...api_calls.status_codes }, count.statuses)
      assert.deepEqual(
        {
          malformed: skipped.malformed_lines + skipped.continuation_lines,
          blank: skipped.blank_lines,
          duplicate: skipped.duplicate_lines,
        },
        count.skipped,
      )
      assert.equal(duration.count, count.durations.count)
      assert.equal(duration.min_ms, count.durations.min)
      assert.equal(duration.max_ms, count.durations.max)
      assert.ok(Math.abs(duration.total_ms - count.durations.total) <= 1e-9 * count.durations.total)
    },
  )
}
