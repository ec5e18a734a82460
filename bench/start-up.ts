import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { figure, quantile, type Benchmark } from './benchmark.ts'

const CLI = new URL('../src/cli.ts', import.meta.url).pathname

/** Milliseconds from starting a process to its end. */
async function wallTime(argv: readonly string[]): Promise<number> {
  const started_ms = performance.now()
  const child = spawn(process.execPath, argv, { stdio: 'ignore' })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`node ${argv.join(' ')} ended with exit code ${code}.`)
  return performance.now() - started_ms
}

export const benchmark: Benchmark = {
  name: 'start-up',
  async run({ quick, progress }) {
    if (!existsSync(CLI)) {
      progress('skipped: there is no src/cli.ts')
      return []
    }
    const help: number[] = []
    const nothing: number[] = []
    // The first of each finds the files in no cache, and is not what a person meets every day.
    for (let run = 0; run <= (quick ? 3 : 20); run++) {
      const bare_ms = await wallTime(['--eval', ''])
      const help_ms = await wallTime([CLI, '--help'])
      if (run === 0) continue
      nothing.push(bare_ms)
      help.push(help_ms)
    }
    nothing.sort((a, b) => a - b)
    help.sort((a, b) => a - b)
    const p50 = quantile(help, 0.5)
    const bare = quantile(nothing, 0.5)
    return [
      figure('start-up, --help p50', p50, 'ms', { ratios: { 'node without a program': p50 / bare } }),
      figure('start-up, node without a program p50', bare, 'ms'),
    ]
  },
}
