import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('write-lines.ts', import.meta.url))

export type Ending = 'close' | 'return' | 'exit' | 'throw' | 'reject' | 'wait' | 'handle' | 'never'

export interface WriterProcess {
  readonly child: ChildProcess
  /** Lines the process has said are flushed. */
  acknowledged(): number
  /** Resolves when the process has said anything at all. */
  readonly ready: Promise<void>
  /** Resolves with the exit code (null for a signal) when the process has ended and its output is read. */
  readonly ended: Promise<number | null>
}

export function runWriter(options: {
  directory: string
  writer: string
  lines?: number
  max_bytes?: number
  ending?: Ending
  /** A shell command line to run the process under, `$@` in it: `ulimit -f 100; exec "$@"`. */
  shell?: string
}): WriterProcess {
  const { directory, writer, lines = 0, max_bytes = 65_536, ending = 'close', shell } = options
  const command = [process.execPath, SCRIPT, directory, writer, String(lines), String(max_bytes), ending]
  const line = shell === undefined ? command : ['sh', '-c', shell, 'sh', ...command]
  const child = spawn(line[0] ?? '', line.slice(1), {
    stdio: ['ignore', 'pipe', ending === 'throw' || ending === 'reject' ? 'ignore' : 'inherit'],
  })
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  return {
    child,
    acknowledged: () =>
      Number(
        output
          .slice(0, output.lastIndexOf('\n') + 1)
          .trimEnd()
          .split('\n')
          .at(-1),
      ),
    ready: new Promise((resolve) => child.stdout?.once('data', () => resolve())),
    ended: once(child, 'close').then(([code]) => code as number | null),
  }
}
