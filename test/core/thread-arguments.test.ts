import assert from 'node:assert/strict'
import { test } from 'node:test'
import { threadArguments } from '../../src/core/thread-arguments.ts'

const CASES: readonly (readonly [given: string[], expected: object])[] = [
  [[], {}],
  [['--conditions=own', '--max-old-space-size=64'], {}],
  [['--input-type=module'], { execArgv: [] }],
  [['--max-old-space-size=64', '--input-type=module-typescript'], { execArgv: [] }],
  [['--input-type', 'module'], { execArgv: [] }],
]

for (const [given, expected] of CASES) {
  test(`beside ${JSON.stringify(given)} a thread is given ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(threadArguments(given), expected)
  })
}
