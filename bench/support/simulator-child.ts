import { startSimulator, type SimulatorOptions } from '../../src/simulator/index.ts'
import type { SimulatorFacts } from './simulator-process.ts'

/** The simulator in a process of its own, told what to do by the one that started it. */
const options = JSON.parse(process.argv[2] ?? '{}') as SimulatorOptions
const simulator = await startSimulator(options)
const [root] = simulator.university.truth.accounts()

process.on('message', (question) => {
  if (question === 'reset') simulator.resetStats()
  process.send?.(simulator.stats)
})
// The one that asked is gone.
process.on('disconnect', () => process.exit())

const facts: SimulatorFacts = {
  base_url: simulator.base_url,
  token: simulator.tokens.admin,
  account_id: String(root?.['id']),
}
process.send?.(facts)
