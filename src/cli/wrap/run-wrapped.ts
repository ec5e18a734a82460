import { spawn, type ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import type { Writable } from 'node:stream'
import { systemErrorCode } from '../../core/errors.ts'
import { OutputTail } from './output-tail.ts'
import type { SignalRelay } from './signal-relay.ts'

/** How a command ended. */
export type WrappedEnd =
  | { readonly how: 'exited'; readonly exit_code: number }
  | { readonly how: 'signalled'; readonly signal: NodeJS.Signals; readonly exit_code: number }
  /** It was not there, or must not be run. */
  | { readonly how: 'not_started'; readonly reason: string; readonly exit_code: 126 | 127 }

export interface WrappedRun {
  readonly end: WrappedEnd
  /** Its last output; null when it was not kept. */
  readonly tail: string | null
}

export interface WrapOptions {
  readonly keeps_tail: boolean
  readonly signals: SignalRelay
  readonly stdout: Writable
  readonly stderr: Writable
}

/**
 * Runs a command in this place: same folder, environment, input and output. Signals are passed on, and it is waited for
 * until it ends, whatever they are.
 *
 * Without a tail it writes to the terminal itself; with one its output passes through here, byte for byte.
 */
export async function runWrapped(
  [program = '', ...args]: readonly string[],
  { keeps_tail, signals, stdout, stderr }: WrapOptions,
): Promise<WrappedRun> {
  const how = keeps_tail ? 'pipe' : 'inherit'
  let child: ChildProcess
  try {
    child = spawn(program, args, { stdio: ['inherit', how, how] })
  } catch (error) {
    // Most reasons come as an event; some are thrown, such as a file in the place of a folder.
    return { end: notStarted(program, error), tail: null }
  }
  const tail = keeps_tail ? new OutputTail() : null
  if (tail !== null) {
    child.stdout?.on('data', (bytes: Buffer) => tail.add(bytes))
    child.stderr?.on('data', (bytes: Buffer) => tail.add(bytes))
    // Whoever stops to read our output must not end the command's work: it goes on, and its output nowhere.
    for (const to of [stdout, stderr]) to.on('error', () => {})
    child.stdout?.pipe(stdout, { end: false })
    child.stderr?.pipe(stderr, { end: false })
  }
  signals.passTo(child)
  const end = await new Promise<WrappedEnd>((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve(notStarted(program, error))
    })
    child.once('close', (code, signal) => {
      resolve(signal === null ? { how: 'exited', exit_code: code ?? 1 } : signalled(signal))
    })
  })
  return { end, tail: tail?.text() ?? null }
}

const signalled = (signal: NodeJS.Signals): WrappedEnd => ({
  how: 'signalled',
  signal,
  exit_code: 128 + constants.signals[signal],
})

/** The exit codes of shells. */
function notStarted(program: string, error: unknown): WrappedEnd {
  const is_missing = program === '' || ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')
  const named = program === '' ? 'without a name' : program
  const reason = is_missing ? `There is no command ${named}.` : `The command ${named} cannot be run.`
  return { how: 'not_started', reason, exit_code: is_missing ? 127 : 126 }
}
