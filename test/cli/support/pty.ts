import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { COMPILE_CACHE } from './run-cli.ts'
import type { WorkPlace } from './work-place.ts'

const PROGRAM = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url))
const DEADLINE_MS = 120_000

/** False, or why there is no terminal to test with. */
export const no_pty: false | string =
  spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0
    ? false
    : 'script(1) of util-linux is not available here'

export interface PtyRun {
  /** All that the terminal got so far. */
  readonly screen: () => string
  readonly code: Promise<number>
  /** Resolves as soon as the terminal got it; rejects when the program ends before. */
  shows(pattern: RegExp): Promise<void>
  /** Types keys: `\u0003` is Ctrl-C. */
  type(keys: string): void
  kill(signal: 'SIGTERM'): void
}

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`

/** The program in a terminal of 80 columns. */
export function startInPty(
  place: WorkPlace,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): PtyRun {
  const command = [process.execPath, PROGRAM, ...args].map(quoted).join(' ')
  const line = `stty cols 80 rows 24; echo $$ > pid; exec ${command}`
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: place.directory,
    env: {
      PATH: process.env['PATH'],
      HOME: place.directory,
      TERM: 'xterm-256color',
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      ...environment,
    },
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
  })
  let text = ''
  const listeners = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    for (const listener of listeners) listener()
  })
  const code = once(child, 'close').then(([code]) => code as number)
  return {
    screen: () => text,
    code,
    shows: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(text)) return
          listeners.delete(look)
          resolve()
        }
        listeners.add(look)
        look()
        void code.then(() => {
          reject(new Error(`ended without showing ${String(pattern)}:\n${JSON.stringify(text.slice(-600))}`))
        })
      }),
    type: (keys) => {
      child.stdin.write(keys)
    },
    kill: (signal) => {
      process.kill(Number(readFileSync(place.path('pid'), 'utf8')), signal)
    },
  }
}
