import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ServerOptions } from '../../src/server.ts'

export interface ServerProcess extends AsyncDisposable {
  readonly port: number
  readonly pid: number
  /** The most memory that the process has had, MiB. Linux only. */
  peakMib(): Promise<number>
  /** The time of processors that all its threads have taken, microseconds. */
  cpuMicroseconds(): Promise<number>
}

interface Used {
  readonly peak_mib: number
  readonly cpu_us: number
}

/** Starts the server in another process, so that the client's time and memory are not its own. */
export async function startServerProcess(options: ServerOptions): Promise<ServerProcess> {
  const child = fork(fileURLToPath(new URL('./server-child.ts', import.meta.url)), [JSON.stringify(options)])
  const answer = async <T>(): Promise<T> => {
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('The server ended.')))
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [T]
    ended.catch(() => undefined)
    return message
  }
  const { port } = await answer<{ port: number }>()
  const used = async (): Promise<Used> => {
    child.send('used')
    return await answer<Used>()
  }
  return {
    port,
    pid: child.pid ?? 0,
    peakMib: async () => (await used()).peak_mib,
    cpuMicroseconds: async () => (await used()).cpu_us,
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}
