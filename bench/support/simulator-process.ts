import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { SimulatorOptions, SimulatorStats } from '../../src/simulator/index.ts'

export interface SimulatorFacts {
  readonly base_url: string
  /** An administrator's. */
  readonly token: string
  readonly account_id: string
}

export interface SimulatorProcess extends SimulatorFacts, AsyncDisposable {
  stats(): Promise<SimulatorStats>
  /** Forgets what was counted, and answers with nothing. */
  reset(): Promise<SimulatorStats>
}

/** Starts the simulator in another process, so that it takes no time and no memory of what is measured. */
export async function startSimulatorProcess(options: SimulatorOptions): Promise<SimulatorProcess> {
  const child = fork(fileURLToPath(new URL('./simulator-child.ts', import.meta.url)), [
    JSON.stringify(options),
  ])
  const answer = async <T>(): Promise<T> => {
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('The simulator ended.')))
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [T]
    ended.catch(() => undefined)
    return message
  }
  const ask = (question: 'stats' | 'reset'): Promise<SimulatorStats> => {
    child.send(question)
    return answer()
  }
  return {
    ...(await answer<SimulatorFacts>()),
    stats: () => ask('stats'),
    reset: () => ask('reset'),
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}
