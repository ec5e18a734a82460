import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { ServerOptions } from '../../src/server/index.ts'
import { compileInto } from './compiled.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const PROGRAM = 'bench/support/server-child'

export interface ServerProcess extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** The most memory that the process has had, MiB. Linux only. */
  peakMib(): Promise<number>
  /** The time of processors that all its threads have taken, microseconds. */
  cpuMicroseconds(): Promise<number>
}

interface Started {
  readonly url: string
  readonly port: number
}

interface Used {
  readonly peak_mib: number
  readonly cpu_us: number
}

/**
 * Starts the server in another process, compiled and with the heap that `serve` gives itself: its time and memory are
 * neither the client's nor those of Node's handling of types.
 */
export async function startServerProcess(options: ServerOptions): Promise<ServerProcess> {
  const compiled = temporaryDirectory()
  const directory = await compileInto(compiled.path, [`${PROGRAM}.ts`, 'src/store/sqlite/store-worker.ts'])
  const child = fork(join(directory, `${PROGRAM}.js`), [JSON.stringify(options)])
  const ended = once(child, 'exit')
  const answer = <T>(): Promise<T> =>
    new Promise((resolve, reject) => {
      child.once('message', resolve)
      void ended.then(() => {
        reject(new Error('The server ended.'))
      })
    })
  const started = await answer<Started>()
  const used = async (): Promise<Used> => {
    child.send('used')
    return await answer<Used>()
  }
  return {
    ...started,
    pid: child.pid ?? 0,
    peakMib: async () => (await used()).peak_mib,
    cpuMicroseconds: async () => (await used()).cpu_us,
    [Symbol.asyncDispose]: async () => {
      child.disconnect()
      await ended
      compiled[Symbol.dispose]()
    },
  }
}
