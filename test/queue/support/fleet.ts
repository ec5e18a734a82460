import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/index.ts'
import { COMPILE_CACHE } from '../../cli/support/run-cli.ts'

const PROGRAM = fileURLToPath(new URL('../../../src/cli.ts', import.meta.url))

/** A simulated Canvas where each source is a teacher with two courses of her own. */
export async function startCanvas(
  sources: number,
  options: SimulatorOptions = {},
): Promise<{ readonly simulator: Simulator; readonly tokens: ReadonlyMap<string, string> }> {
  const size = { courses: sources * 2, teachers: sources, students: 40, assignments_per_course: 2 }
  const simulator = await startSimulator({ size, throttle: false, ...options })
  const { truth } = simulator.university
  const teachers = new Set<string>()
  for (const { id } of truth.courses()) {
    for (const row of truth.enrollments(String(id)))
      if (row['type'] === 'TeacherEnrollment') teachers.add(String(row['user_id']))
  }
  const tokens = new Map(
    [...teachers]
      .slice(0, sources)
      .map((user_id, index) => [`teacher-${index}`, simulator.tokens.issue('teacher', { user_id })]),
  )
  return { simulator, tokens }
}

export interface WorkerProcess {
  readonly child: ChildProcess
  readonly pid: number
  /** Jobs that it holds, as it tells itself. */
  readonly holds: ReadonlySet<string>
  /** The lines of `--json`. */
  readonly events: readonly WorkerEvent[]
  /** Resolves with code and signal when the process is gone. */
  readonly gone: Promise<readonly [number | null, NodeJS.Signals | null]>
  /** What it wrote for people. */
  readonly messages: () => string
  /** Null while it lives, by `performance.now`. */
  died_ms: number | null
}

export interface WorkerEvent {
  readonly event: string
  readonly job_id?: string
  readonly source?: string
  readonly sync_status?: string
  readonly message?: string
}

export interface FleetOptions {
  readonly directory: string
  readonly database: string
  readonly base_url: string
  readonly tokens: ReadonlyMap<string, string>
  /** Told of each process as soon as it has a pid. */
  readonly onStart?: (pid: number) => void
}

/** Worker processes of one configuration. */
export class Fleet implements AsyncDisposable {
  readonly workers: WorkerProcess[] = []
  readonly config: string
  readonly #options: FleetOptions

  constructor(options: FleetOptions) {
    this.#options = options
    const { directory, tokens, base_url, database } = options
    mkdirSync(directory, { recursive: true })
    this.config = join(directory, 'config.json')
    const sources = Object.fromEntries(
      [...tokens].map(([name, token]) => {
        const token_file = join(directory, `${name}.token`)
        writeFileSync(token_file, token)
        return [name, { base_url, token_file }]
      }),
    )
    writeFileSync(
      this.config,
      JSON.stringify({ database, log_dir: join(directory, 'logs'), queue_lease: '10s', sources }),
    )
  }

  get living(): WorkerProcess[] {
    return this.workers.filter(({ died_ms }) => died_ms === null)
  }

  start(...args: string[]): WorkerProcess {
    const argv = [PROGRAM, 'worker', '--json', '--config', this.config, ...args]
    const child = spawn(process.execPath, argv, {
      cwd: this.#options.directory,
      env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: COMPILE_CACHE },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const pid = child.pid ?? 0
    this.#options.onStart?.(pid)
    const holds = new Set<string>()
    const events: WorkerEvent[] = []
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as WorkerEvent
      events.push(event)
      if (event.job_id === undefined) return
      if (event.event === 'taken') holds.add(event.job_id)
      else holds.delete(event.job_id)
    })
    let messages = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (messages += text))
    const gone = once(child, 'exit').then(([code, signal]) => {
      worker.died_ms ??= performance.now()
      return [code, signal] as [number | null, NodeJS.Signals | null]
    })
    const worker: WorkerProcess = {
      child,
      pid,
      holds,
      events,
      gone,
      messages: () => messages,
      died_ms: null,
    }
    this.workers.push(worker)
    return worker
  }

  async kill(worker: WorkerProcess): Promise<void> {
    worker.child.kill('SIGKILL')
    await worker.gone
  }

  diedAt(pid: number): number {
    return this.workers.find((worker) => worker.pid === pid)?.died_ms ?? Number.POSITIVE_INFINITY
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.living) {
      worker.child.kill('SIGCONT')
      worker.child.kill('SIGKILL')
    }
    await Promise.all(this.workers.map(({ gone }) => gone))
  }
}
