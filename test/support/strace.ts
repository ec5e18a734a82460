import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { systemErrorCode } from '../../src/core/errors.ts'

export interface TracedCommand {
  /** A script for this Node.js, and its arguments. */
  readonly script: readonly string[]
  /** Calls that name it are those of interest. */
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
}

/** One system call of a run, at which another run can be disturbed. */
export interface CallPoint {
  readonly syscall: string
  readonly thread: 'main' | 'pool'
  /** Counts from 1, the calls of this name by the same thread. */
  readonly k: number
  /** What `countAhead` in the child is told; empty for the main thread. */
  readonly ahead: string
  /** The call as strace shows it. */
  readonly shown: string
}

export interface TracedRun {
  /** The exit code; null when a signal ended the process. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** What strace wrote down, a call in a line. */
  readonly trace: string
}

/** KILL, or the name of the error that the call gives. */
export type Injection = 'KILL' | 'ENOSPC' | 'EIO' | 'EINTR' | 'EMFILE' | 'EACCES'

interface SeenCall {
  readonly syscall: string
  readonly thread: number
  readonly k: number
  readonly shown: string
}

/** Start-up is not quite the same every time. */
const MARGIN = 20

/**
 * For the `skip` of a test: false where strace works, otherwise why it does not.
 * @throws Error instead where the environment variable CI is set, so that no such test is passed over silently
 */
export function withoutStrace(): string | false {
  const tried = spawnSync('strace', ['-f', '-qq', '-e', 'trace=none', 'true'], { encoding: 'utf8' })
  if (tried.status === 0) return false
  const reason =
    systemErrorCode(tried.error) === 'ENOENT'
      ? 'strace is not installed'
      : 'strace does not work here: ptrace may be forbidden (a container needs the capability SYS_PTRACE)'
  if ((process.env['CI'] ?? '') !== '') throw new Error(`${reason}, and CI is set`)
  return reason
}

/**
 * Runs the command undisturbed and gives every call of these names that names its folder (the path, or an open file
 * in it), in the order in which they began; all points of the main thread before those of the thread pool.
 *
 * strace counts the calls of every thread apart. Faults of the main thread trace that thread only. Those of the
 * thread pool (of one thread here) are reached when the child awaits `countAhead` before its work; for them the
 * command is run once more for each name of a call.
 *
 * @param fresh gives the command with everything as at the start, a folder of its own for each
 */
export async function callsNaming(
  fresh: () => TracedCommand,
  syscalls: readonly string[],
): Promise<{ readonly run: TracedRun; readonly points: CallPoint[] }> {
  const command = fresh()
  const run = await trace(command, ['-f', '-e', `trace=execve,${syscalls.join(',')}`])
  const calls = parseTrace(run.trace)
  const named = calls.filter((call) => call.syscall !== 'execve' && call.shown.includes(command.folder))
  const main = mainThread(run.trace)
  const points = named.filter(({ thread }) => thread === main).map((call) => pointOf(call, 'main', ''))
  for (const syscall of new Set(named.filter(({ thread }) => thread !== main).map((call) => call.syscall))) {
    const others = calls.filter((call) => call.syscall === syscall && call.thread === main).length
    points.push(...(await poolPoints(fresh(), syscall, others + MARGIN)))
  }
  return { run, points }
}

/** Runs the command and, at one point, kills it before the call does anything, or has the call fail. */
export function runWithFault(
  command: TracedCommand,
  { syscall, thread, k, ahead }: CallPoint,
  injection: Injection,
): Promise<TracedRun> {
  const inject = `inject=${syscall}:${actionOf(injection)}:when=${k}`
  const threads = thread === 'main' ? [] : ['-f']
  return trace(command, [...threads, '-e', `trace=${syscall}`, '-e', inject], ahead)
}

/** Has these calls on one path fail, from the `first`-th on (default 1), `count` of them (default: all). */
export function runWithFaultyPath(
  command: TracedCommand,
  fault: { syscall: string; path: string; injection: Injection; first?: number; count?: number },
): Promise<TracedRun> {
  const { syscall, path, injection, first = 1, count } = fault
  const when = count === undefined ? `${first}+` : `${first}..${first + count - 1}`
  const inject = `inject=${syscall}:${actionOf(injection)}:when=${when}`
  return trace(command, ['-f', '-P', path, '-e', `trace=${syscall}`, '-e', inject])
}

/** Whether the run was killed, and did not come to its end before its point. */
export function wasKilled(run: TracedRun): boolean {
  return run.signal === 'SIGKILL'
}

/** All points with LONG_TESTS=1, otherwise so many of them, evenly spread; tells how many of how many. */
export function chosenPoints(
  points: readonly CallPoint[],
  limit: number,
  tell: (text: string) => void,
): CallPoint[] {
  const all = process.env['LONG_TESTS'] === '1' || points.length <= limit
  const chosen = points.filter(
    (_, at) =>
      all || Math.floor((at * limit) / points.length) !== Math.floor(((at - 1) * limit) / points.length),
  )
  tell(`${chosen.length} of ${points.length} points${all ? '' : '; LONG_TESTS=1 runs all'}`)
  return chosen
}

async function poolPoints(command: TracedCommand, syscall: string, calls: number): Promise<CallPoint[]> {
  const ahead = `${syscall} ${calls}`
  const run = await trace(command, ['-f', '-e', `trace=execve,${syscall}`], ahead)
  const main = mainThread(run.trace)
  return parseTrace(run.trace)
    .filter(({ thread, shown }) => thread !== main && shown.includes(command.folder))
    .map((call) => pointOf(call, 'pool', ahead))
}

function pointOf({ syscall, k, shown }: SeenCall, thread: 'main' | 'pool', ahead: string): CallPoint {
  return { syscall, thread, k, ahead, shown }
}

/** The calls in the order in which they began. */
function parseTrace(log: string): SeenCall[] {
  const counts = new Map<string, number>()
  const calls: SeenCall[] = []
  for (const line of log.split('\n')) {
    const [, thread = '', shown = '', syscall = ''] = /^(\d+) +((\w+)\(.*)$/.exec(line) ?? []
    if (syscall === '') continue
    const k = (counts.get(`${thread} ${syscall}`) ?? 0) + 1
    counts.set(`${thread} ${syscall}`, k)
    calls.push({ syscall, thread: Number(thread), k, shown })
  }
  return calls
}

/** It begins by becoming the command. */
function mainThread(log: string): number {
  return Number.parseInt(log, 10)
}

function actionOf(injection: Injection): string {
  return injection === 'KILL' ? 'signal=KILL' : `error=${injection}`
}

async function trace(command: TracedCommand, options: readonly string[], ahead = ''): Promise<TracedRun> {
  const directory = mkdtempSync(join(tmpdir(), 'strace-'))
  const log = join(directory, 'trace')
  const words = ['-qq', '-y', '-s', '64', ...options, '-o', log, process.execPath, ...command.script]
  // One arena: otherwise whichever thread is first asks for the number of processors, and all counts differ by one.
  const steady = {
    UV_THREADPOOL_SIZE: '1',
    MALLOC_ARENA_MAX: '1',
    // What is in a cache already, and what comes into it, is another number of calls each time.
    NODE_DISABLE_COMPILE_CACHE: '1',
    STRACE_AHEAD: ahead,
  }
  const child = spawn('strace', words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...steady, ...command.env },
  })
  try {
    const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
    const [stdout, stderr, [code, signal]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      ended,
    ])
    return { code, signal, stdout, stderr, trace: readFileSync(log, 'utf8') }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
