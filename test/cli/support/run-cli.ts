import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url))
/** Node's own cache of stripped and compiled sources: the tests start the program some two hundred times. */
export const COMPILE_CACHE: string = fileURLToPath(
  new URL('../../../node_modules/.cache/canvas-sync-monitor-tests', import.meta.url),
)
/** For a test of how fast the program is where it never ran before. */
export const WITHOUT_CACHE: Readonly<Record<string, string>> = {
  NODE_DISABLE_COMPILE_CACHE: '1',
  NODE_OPTIONS: '',
}
/** No run of the tests takes as long; a program that hangs fails its test instead of the whole run. */
const DEADLINE_MS = 120_000

export interface CliResult {
  /** As a shell shows it: 128 + the number of a signal that ended it. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly duration_ms: number
}

export interface CliOptions {
  /** Working directory. */
  readonly cwd: string
  /** On top of an environment that holds nothing of ours. */
  readonly environment?: Readonly<Record<string, string>>
  /** What stands on standard input. */
  readonly input?: string
  /** Default: this Node and the program's source. */
  readonly program?: readonly string[]
  /** Where stdout goes instead of here: a file descriptor. */
  readonly stdout_to?: number
  /** Default: two minutes. */
  readonly deadline_ms?: number
}

export interface RunningCli {
  readonly child: ChildProcess
  readonly result: Promise<CliResult>
  /** Resolves with the match as soon as stdout or stderr shows it; rejects when the program ends before. */
  shows(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray>
}

export function startCli(args: readonly string[], options: CliOptions): RunningCli {
  const started = performance.now()
  const [program = '', ...before] = options.program ?? [process.execPath, PROGRAM]
  const child = spawn(program, [...before, ...args], {
    cwd: options.cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: options.cwd,
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      NODE_OPTIONS: process.env['NODE_OPTIONS'] ?? '',
      ...options.environment,
    },
    stdio: ['pipe', options.stdout_to ?? 'pipe', 'pipe'],
    timeout: options.deadline_ms ?? DEADLINE_MS,
    killSignal: 'SIGKILL',
  })
  const text = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk
      for (const listener of listeners) listener()
    })
  }
  child.stdin?.on('error', () => {})
  child.stdin?.end(options.input ?? '')
  const result = once(child, 'close').then(([code, signal]) => {
    const numbers: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }
    const shown = (code as number | null) ?? 128 + (numbers[String(signal)] ?? 0)
    return { ...text, code: shown, duration_ms: performance.now() - started }
  })
  const shows = (stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(text[stream])
        if (match === null) return
        listeners.delete(look)
        resolve(match)
      }
      listeners.add(look)
      look()
      void result.then(({ code }) => {
        reject(new Error(`ended with ${code} without showing ${String(pattern)}:\n${text.stderr}`))
      })
    })
  return { child, result, shows }
}

export async function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return await startCli(args, options).result
}
