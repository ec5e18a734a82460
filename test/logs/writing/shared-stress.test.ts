import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { temporaryDirectory } from './log-directory.ts'
import { runStress, STRESS_CAP, type StressOptions, type StressReport } from './stress.ts'

const IS_LONG = process.env['LONG_TESTS'] === '1'
const SEED = Number(process.env['STRESS_SEED'] ?? Date.now() % 1_000_000)

/** What makes a log a good one; the same for the sound writer and for its mutants. */
function faultsOf(report: StressReport): string[] {
  const faults: string[] = []
  const { lost, torn, clashes, duplicates, lines, biggest_bytes, exits, cleanup_errors } = report
  if (lost > 0) faults.push(`${lost} lines lost`)
  if (torn > 0) faults.push(`${torn} lines torn`)
  if (clashes > 0) faults.push(`${clashes} different lines with one name`)
  if (duplicates > lines * 0.02) faults.push(`${duplicates} duplicates of ${lines} lines`)
  if (biggest_bytes > STRESS_CAP * 2) faults.push(`a file of ${biggest_bytes} bytes`)
  if (exits.some((code) => code !== 0)) faults.push(`exit codes ${exits.join(', ')}`)
  if (cleanup_errors.length > 0) faults.push(`clean-up: ${cleanup_errors[0]}`)
  return faults
}

async function stress(
  t: TestContext,
  options: Omit<StressOptions, 'directory' | 'seed'>,
): Promise<StressReport> {
  const start_ms = performance.now()
  const report = await runStress({ directory: temporaryDirectory(t), seed: SEED, ...options })
  const seconds = Math.round((performance.now() - start_ms) / 100) / 10
  t.diagnostic(JSON.stringify({ seed: SEED, seconds, ...report }))
  return report
}

test('eight processes, stopped and killed at random with a clean-up running, lose and tear nothing', async (t) => {
  const report = await stress(t, { lines: IS_LONG ? 40_000 : 4000 })
  assert.deepEqual(faultsOf(report), [])
  assert.equal(report.kills, 6)
  assert.equal(report.exits.length, 2)
  assert.ok(report.rotated_files > 100)
})

for (const [mutant, fault] of [
  ['drops', /lines lost/],
  ['doubles', /duplicates/],
] as const) {
  test(`the same check fails for writers of which each ${mutant} one line in twenty`, async (t) => {
    const report = await stress(t, { lines: 500, mutant })
    assert.match(faultsOf(report).join('; '), fault)
  })
}
