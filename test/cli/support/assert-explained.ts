import assert from 'node:assert/strict'
import type { CliResult } from './run-cli.ts'

export interface Explanation {
  readonly code: number
  /** What the sentence must say. */
  readonly sentence: RegExp
  /** What the next step must say. */
  readonly next?: RegExp
  /** What must not be shown anywhere. */
  readonly secrets?: readonly string[]
}

/** How far a sync is, and what a server says that a busy machine lets wait for its database. */
const PASSING = /^(?:[\d,]+ courses? to read\.|\[\d+\/\d+\] |The database is being opened and )/

/** The right exit code, one sentence and one next step on stderr, no stack, no secret, and no half data on stdout. */
export function assertExplained(result: CliResult, expected: Explanation): void {
  const shown = `exit ${result.code}\nstdout: ${result.stdout}\nstderr: ${result.stderr}`
  assert.equal(result.code, expected.code, shown)
  assertNoStack(result)
  if (result.stdout !== '') assert.doesNotThrow(() => JSON.parse(result.stdout) as unknown, shown)
  const [sentence = '', next = '', ...more] = result.stderr
    .trimEnd()
    .split('\n')
    .filter((line) => !PASSING.test(line))
  assert.match(sentence, expected.sentence, shown)
  assert.match(sentence, /^(?:Error|✘ failed|◐ partial): \S.*\.$/, shown)
  assert.match(next, expected.next ?? /\w{3}/, shown)
  assert.deepEqual(more, [], shown)
  for (const secret of expected.secrets ?? []) {
    assert.ok(!`${result.stdout}${result.stderr}`.includes(secret), 'a secret is shown')
  }
}

export function assertNoStack({ stdout, stderr }: Pick<CliResult, 'stdout' | 'stderr'>): void {
  assert.doesNotMatch(stdout + stderr, /^\s+at .*(?:file:|node:|\.[jt]s)/m)
  assert.doesNotMatch(stdout + stderr, /Something unforeseen|\[object Object\]|undefined|NaN/)
}

/** Nothing that a terminal would obey. */
export function assertNoEscapes(text: string): void {
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
}
