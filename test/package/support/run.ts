import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

export interface RunResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd: string
  /** On top of the test's own. */
  readonly environment?: Readonly<Record<string, string>>
  /** The exit code may be another than 0. Default false. */
  readonly may_fail?: boolean
}

/**
 * Runs a program to its end, of four minutes at most.
 * @throws Error with what it said, when it failed
 */
export async function run(
  command: string,
  args: readonly string[],
  { cwd, environment = {}, may_fail = false }: RunOptions,
): Promise<RunResult> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 240_000,
    killSignal: 'SIGKILL',
  })
  const closed = once(child, 'close') as Promise<[number | null]>
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed])
  if (code !== 0 && !may_fail) throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`)
  return { code, stdout, stderr }
}
