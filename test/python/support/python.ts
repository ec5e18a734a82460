import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process'
import { readdirSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

export const CLIENT: string = fileURLToPath(
  new URL('../../../python/canvas_sync_monitor.py', import.meta.url),
)

/** Why tests of the Python client cannot be run; false when they can. Where tests must not be skipped, they fail. */
export const no_python: string | false =
  process.env['CI'] !== undefined || spawnSync('python3', ['--version']).status === 0
    ? false
    : 'python3 is not installed'

/**
 * The Python that has these modules: the first one of the PATH, or that of the system, for which `.ci/run` installs them.
 * Null where there is none; where tests must not be skipped, that of the system.
 */
export function pythonWith(...modules: readonly string[]): string | null {
  const has = (program: string): boolean =>
    spawnSync(program, ['-c', `import ${modules.join(', ')}`]).status === 0
  const found = ['python3', '/usr/bin/python3'].find(has)
  return found ?? (process.env['CI'] === undefined ? null : '/usr/bin/python3')
}

export interface PythonRun {
  readonly code: number | null
  readonly stdout: string
  /** Also what leaked: a file or socket that was left open is told here. */
  readonly stderr: string
}

export interface PythonOptions {
  readonly url: string
  readonly spool: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Whether every warning is an error. Default true. */
  readonly strict?: boolean
  /** Default `python3`. */
  readonly program?: string
}

export interface RunningPython {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  readonly ended: Promise<PythonRun>
  /** Resolves when it has written this to its standard output. */
  said: (text: string) => Promise<void>
}

/** A job of `test/python/jobs`, with every warning an error and the interpreter's own checks. */
export function startJob(job: string, options: PythonOptions): RunningPython {
  const path = fileURLToPath(new URL(`../jobs/${job}`, import.meta.url))
  // Libraries of others have warnings of their own.
  const checks = options.strict === false ? [] : ['-X', 'dev', '-W', 'error']
  return startPython([...checks, path, ...(options.args ?? [])], options)
}

export async function runJob(job: string, options: PythonOptions): Promise<PythonRun> {
  return await startJob(job, options).ended
}

export function startPython(args: readonly string[], options: PythonOptions): RunningPython {
  const child = spawn(options.program ?? 'python3', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PYTHONPATH: [fileURLToPath(new URL('.', `file://${CLIENT}`)), process.env['PYTHONPATH'] ?? ''].join(
        ':',
      ),
      PYTHONDONTWRITEBYTECODE: '1',
      CANVAS_SYNC_SERVER: options.url,
      CANVAS_SYNC_SPOOL_DIR: options.spool,
      ...options.env,
    },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<PythonRun>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code, stdout, stderr })
    })
  })
  const said = async (text: string): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (stdout.includes(text)) resolve()
      }
      child.stdout.on('data', look)
      child.on('close', () => {
        look()
        reject(new Error(`Python ended without saying ${text}: ${stderr}`))
      })
      look()
    })
  }
  return { child, ended, said }
}

/** Delivers what waits in the spool. */
export async function send(url: string, spool: string): Promise<PythonRun> {
  return await startPython([CLIENT, 'send'], { url, spool }).ended
}

/** The files of the spool in which something waits. */
export function segmentsOf(spool: string): string[] {
  const names = readdirSync(spool, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.ndjson'))
}
