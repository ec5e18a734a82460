import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { LOG_STREAMS } from '../../../src/core/log-event.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { LineChecker, type LineReport } from './line-checker.ts'
import { streamFiles } from './log-directory.ts'

export const STRESS_CAP = 65_536
const PROCESSES = 8
const KILLED = 6
/** Per stream; what is more, the clean-up has to take out of the very file that is being written. */
const LINES_KEPT = 100

export interface StressOptions {
  readonly directory: string
  /** Lines that each of the eight processes writes to each of the five streams. */
  readonly lines: number
  readonly seed: number
  /** What is wrong with the writers. Default: nothing. */
  readonly mutant?: 'drops' | 'doubles'
}

export interface StressReport extends LineReport {
  /** Lines that were acknowledged. */
  readonly acknowledged: number
  /** Bytes of the biggest file, whatever became of it: no live file was bigger. */
  readonly biggest_bytes: number
  readonly rotated_files: number
  readonly stops: number
  readonly kills: number
  /** Exit codes of the processes that were not killed. */
  readonly exits: readonly (number | null)[]
  readonly cleanup_runs: number
  readonly cleanup_errors: readonly string[]
}

interface Writer {
  readonly name: string
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
  /** The highest seq that it said is flushed. */
  acknowledged: number
}

/**
 * Eight processes write to the five streams of one folder and rotate them every 64 KiB, any of them is stopped for 20
 * to 300 ms now and then, six are killed at some time, and a clean-up archives all the while.
 */
export async function runStress(options: StressOptions): Promise<StressReport> {
  const { directory, lines, seed, mutant } = options
  const random = seededRandom(seed)
  const cleanup = startCleanup(directory)
  const seqs = lines * LOG_STREAMS.length
  const writers = Array.from({ length: PROCESSES }, (_, number) => {
    const dies_at = number < KILLED ? Math.ceil(seqs * (0.1 + 0.6 * random())) : Infinity
    const dies_after_ms = random() * 10
    return startWriter({ directory, lines, name: `w${number}`, dies_at, dies_after_ms, mutant: mutant ?? '' })
  })
  const stops = stopAtRandom(writers, random)
  const codes = await Promise.all(writers.map((writer) => writer.ended))
  const stopped = await stops.end()
  const { runs, errors } = await cleanup.end()
  const { report, biggest_bytes, rotated_files } = await checkFolder(
    directory,
    new Map(writers.map((writer) => [writer.name, writer.acknowledged])),
  )
  return {
    ...report,
    acknowledged: writers.reduce((sum, writer) => sum + writer.acknowledged, 0),
    biggest_bytes,
    rotated_files,
    stops: stopped,
    kills: writers.filter((writer) => writer.child.signalCode === 'SIGKILL').length,
    exits: codes.filter((_, index) => writers[index]?.child.signalCode !== 'SIGKILL'),
    cleanup_runs: runs,
    cleanup_errors: errors,
  }
}

function childScript(name: string): string {
  return fileURLToPath(new URL(`children/${name}`, import.meta.url))
}

function startWriter(options: {
  directory: string
  lines: number
  name: string
  /** Killed when it has acknowledged so many, and a little later: in the middle of whatever it does then. */
  dies_at: number
  dies_after_ms: number
  mutant: string
}): Writer {
  const { directory, lines, name, dies_at, dies_after_ms, mutant } = options
  const words = [directory, name, String(lines), String(STRESS_CAP), mutant]
  const child = spawn(process.execPath, [childScript('stress-writer.ts'), ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const writer: Writer = {
    name,
    child,
    acknowledged: 0,
    ended: once(child, 'close').then(([code]) => code as number | null),
  }
  let dying = false
  createInterface(child.stdout).on('line', (line) => {
    writer.acknowledged = Number(line)
    if (writer.acknowledged < dies_at || dying) return
    dying = true
    setTimeout(() => child.kill('SIGKILL'), dies_after_ms)
  })
  return writer
}

/** Keeps one writer or two stopped, most of the time. */
function stopAtRandom(writers: readonly Writer[], random: () => number): { end: () => Promise<number> } {
  let stops = 0
  const stop = new AbortController()
  const pause = (duration_ms: number): Promise<unknown> =>
    new Promise((resolve) => setTimeout(resolve, duration_ms))
  const nemesis = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await pause(10 + random() * 50)
      const { child } = writers[Math.floor(random() * writers.length)] ?? {}
      if (stop.signal.aborted || !child || child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGSTOP')
      stops++
      await pause(20 + random() * 280)
      child.kill('SIGCONT')
    }
  }
  const both = Promise.all([nemesis(), nemesis()])
  return {
    end: async () => {
      stop.abort()
      await both
      return stops
    },
  }
}

function startCleanup(directory: string): { end: () => Promise<{ runs: number; errors: string[] }> } {
  const words = [childScript('cleanup-loop.ts'), directory, String(LINES_KEPT)]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  let last = ''
  createInterface(child.stdout).on('line', (line) => {
    last = line
  })
  const closed = once(child, 'close')
  return {
    end: async () => {
      child.kill('SIGTERM')
      await closed
      return JSON.parse(last) as { runs: number; errors: string[] }
    },
  }
}

/** Reads every live, rotated and archived file, one at a time, by the formats' own rules and nothing of ours. */
async function checkFolder(
  directory: string,
  acknowledged: ReadonlyMap<string, number>,
): Promise<{ report: LineReport; biggest_bytes: number; rotated_files: number }> {
  const checker = new LineChecker()
  const sizes = new Map<string, number>()
  const grow = (name: string, bytes: number): void => void sizes.set(name, (sizes.get(name) ?? 0) + bytes)
  for (const stream of LOG_STREAMS) {
    for (const path of streamFiles(directory, stream)) {
      for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
        checker.add(chunk)
        grow(path, chunk.length)
      }
      checker.endFile()
    }
  }
  for (const name of readdirSync(join(directory, 'archives')).filter((each) => each.endsWith('.tar.gz'))) {
    const tar = gunzipSync(readFileSync(join(directory, 'archives', name)))
    const size = Number.parseInt(tar.toString('latin1', 124, 135), 8)
    checker.add(tar.subarray(512, 512 + size))
    checker.endFile()
    // What a late writer added is a member of its own: `<name>+<offset>`.
    grow(tar.toString('utf8', 0, tar.indexOf(0)).replace(/\+\d+$/, ''), size)
  }
  const biggest_bytes = Math.max(...sizes.values())
  return { report: checker.report(acknowledged), biggest_bytes, rotated_files: sizes.size }
}
