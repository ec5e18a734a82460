import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { figure, type Benchmark, type Figure } from './benchmark.ts'
import { compileInto } from './support/compiled.ts'
import { startSimulatorProcess, type SimulatorFacts } from './support/simulator-process.ts'
import type { SyncChildOrder, SyncChildReport } from './support/sync-child.ts'
import { temporaryDirectory } from './support/temporary-directory.ts'

const TARGET = { at_most: 256 }
/** Both the number of courses and the size of each grow. */
const SIZES = [
  { students: 200, courses: 10, courses_per_student: 4 },
  { students: 2000, courses: 50, courses_per_student: 4 },
  { students: 10_000, courses: 200, courses_per_student: 4 },
] as const

const PROGRAM = 'bench/support/sync-child'

async function syncApart(
  program: string,
  facts: SimulatorFacts,
  small_heap: boolean,
): Promise<SyncChildReport> {
  using directory = temporaryDirectory()
  const { base_url, token, account_id } = facts
  const order: SyncChildOrder = { base_url, token, account_id, directory: directory.path, small_heap }
  const child = fork(program, [JSON.stringify(order)])
  let report: SyncChildReport | undefined
  child.on('message', (message) => {
    report = message as SyncChildReport
  })
  await once(child, 'exit')
  if (report === undefined) throw new Error('The sync ended without a report.')
  if (report.status !== 'completed') throw new Error(`The sync is ${report.status}: ${report.error ?? ''}`)
  return report
}

export const benchmark: Benchmark = {
  name: 'peak-memory',
  async run({ quick, progress }) {
    if (!existsSync('/proc/self/status')) {
      progress('skipped: only Linux says how much memory a process had at most')
      return []
    }
    using compiled = temporaryDirectory()
    const files = [`${PROGRAM}.ts`, 'src/store/sqlite/store-worker.ts']
    const program = join(await compileInto(compiled.path, files), `${PROGRAM}.js`)
    const figures: Figure[] = []
    let smallest = 0
    const sizes = quick ? SIZES.slice(0, 2) : SIZES
    for (const size of sizes) {
      const { students } = size
      await using simulator = await startSimulatorProcess({ size, throttle: false, cost: 0 })
      const measure = async (how: string, small_heap: boolean): Promise<number> => {
        const report = await syncApart(program, simulator, small_heap)
        const { peak_mebibytes, submissions, api_calls, seconds } = report
        const done = `${submissions} submissions, ${api_calls} calls, ${seconds.toFixed(1)} s`
        progress(`${students} students, ${how}: ${Math.round(peak_mebibytes)} MiB, ${done}`)
        return peak_mebibytes
      }
      const peak = await measure('command', true)
      if (smallest === 0) smallest = peak
      figures.push(
        figure(`peak-memory, ${students} students`, peak, 'MiB', {
          target: TARGET,
          ratios: { 'smallest university': peak / smallest },
        }),
      )
      if (size !== sizes.at(-1)) continue
      const embedded = await measure("embedded with Node's defaults", false)
      figures.push(figure(`peak-memory, ${students} students, embedded`, embedded, 'MiB'))
    }
    return figures
  },
}
