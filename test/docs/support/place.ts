import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { startServer, type RunningServer } from '../../../src/server/index.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { startPostgres } from '../../support/postgres-server.ts'
import { COMPILE_CACHE } from '../../cli/support/run-cli.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

export const ROOT: string = fileURLToPath(new URL('../../../', import.meta.url))
const STAND_INS = fileURLToPath(new URL('stand-ins.sh', import.meta.url))
/** Programs that stand-ins.sh takes the place of. */
const NAMES =
  'npx canvas-sync-monitor canvas-sync-monitor.js node npm curl tail sudo systemctl createdb createuser dropdb pg_dump pg_restore dap'
/** No block takes as long; one that hangs fails its page instead of the whole run. */
const DEADLINE_MS = 60_000
/** What was asked to end and has not by then is killed. */
const ENDING_MS = 10_000

export interface ShellResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** The commands that failed, each with its exit code. */
  readonly failures: readonly { readonly command: string; readonly code: number }[]
  /** Statuses of the answers that curl got. */
  readonly statuses: readonly number[]
}

/** Programs of others that pages use; without one of them its lines are passed over, but not in CI. */
const TOOLS = 'jq promtool python3'

/** What stands around a reader. */
export interface Surroundings {
  readonly canvas: { readonly base_url: string; readonly tokens: { readonly teacher: string } }
  /** Takes every mail. */
  readonly smtp_url: string
  readonly past: Past
}

/** What earlier syncs left, and a token for its server. */
export interface Past {
  readonly directory: string
  readonly token: string
}

/** A folder of a reader who follows one page: with a Canvas, and with a server where the page speaks of one. */
export class DocsPlace implements AsyncDisposable {
  readonly directory: string = temporaryDirectory()
  readonly #binaries: string = temporaryDirectory()
  #server: RunningServer | null = null

  readonly #around: Surroundings
  readonly #started: Set<number> = new Set()
  #postgres: string | null = null

  constructor(around: Surroundings) {
    this.#around = around
    cpSync(around.past.directory, this.directory, { recursive: true })
    const missing = TOOLS.split(' ').filter((name) => firstOf(name) === null)
    if (process.env['CI'] !== undefined && missing.length > 0)
      throw new Error(`missing: ${missing.join(', ')}`)
    for (const name of new Set([...NAMES.split(' '), 'python3', ...missing]))
      symlinkSync(STAND_INS, join(this.#binaries, name))
    this.write('.canvas', around.canvas.base_url)
    this.write('.mail', around.smtp_url)
    this.write('token.txt', `${around.canvas.tokens.teacher}\n`)
    this.write('token', `${around.past.token}\n`)
    // What a reader has installed.
    mkdirSync(join(this.directory, 'node_modules'), { recursive: true })
    symlinkSync(ROOT, join(this.directory, 'node_modules/canvas-sync-monitor'))
    for (const name of ['deploy', 'examples']) cpSync(join(ROOT, name), this.path(name), { recursive: true })
    this.write('package.json', '{ "type": "module" }')
  }

  path(name: string): string {
    return join(this.directory, name)
  }

  write(name: string, text: string): void {
    mkdirSync(join(this.path(name), '..'), { recursive: true })
    writeFileSync(this.path(name), text)
  }

  /** The address of the server of this place, which it starts. */
  async serve(): Promise<string> {
    this.#server ??= await startServer({
      database: `sqlite:${this.path('data/canvas-sync.db')}`,
      logDir: this.path('logs/canvas_sync'),
      port: 0,
      logCleanup: false,
      retention: false,
    })
    this.write('.server', this.#server.url)
    return this.#server.url
  }

  /** An empty PostgreSQL database in the place of the one that the text names. */
  async postgres(): Promise<string> {
    this.#postgres ??= await (await startPostgres()).createDatabase()
    this.write('.postgres', this.#postgres)
    return this.#postgres
  }

  /** Runs SQL over the tables of this program on PostgreSQL. */
  async runOnPostgres(text: string): Promise<void> {
    const url = await this.postgres()
    await (await openStore(url)).close()
    const client = new Client({ connectionString: url })
    await client.connect()
    try {
      await client.query(text)
    } finally {
      await client.end()
    }
  }

  /** With the addresses that the text names put in, for what is no command line. */
  withAddresses(text: string): string {
    const read = (name: string): string =>
      existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8').trim() : ''
    const [server, canvas, postgres] = [read('.server'), read('.canvas'), read('.postgres')]
    return text
      .replaceAll(AT_POSTGRES, postgres)
      .replaceAll('https://canvas.example.edu', canvas)
      .replaceAll(/http:\/\/127\.0\.0\.1:505[56]/g, canvas)
      .replaceAll(/https:\/\/monitor\.example\.edu|http:\/\/(?:127\.0\.0\.1|localhost):5000/g, server)
  }

  /** Runs it to its end, whatever fails; what it exports is there for the next one. */
  async shell(text: string, environment: Readonly<Record<string, string>> = {}): Promise<ShellResult> {
    rmSync(this.path('.failures'), { force: true })
    // What the text starts "in another terminal" is put into the background by its stand-in, once it answers.
    const script = text.replaceAll(/^((?:npx canvas-sync-monitor|npm start)\b.*?) &\s*(#.*)?$/gm, '$1')
    this.write('.block.sh', `${PRELUDE}${script}\ntrap - ERR\nexport -p > "$DOCS_PLACE/.exports"\n`)
    const child = spawn('bash', [this.path('.block.sh')], {
      cwd: this.directory,
      env: { ...this.environment(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: DEADLINE_MS,
    })
    const out = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (chunk: string) => (out[stream] += chunk))
    }
    const [code] = (await once(child, 'close')) as [number | null]
    for (const pid of this.#lines('.pids')) this.#started.add(Number(pid))
    const failures = existsSync(this.path('.failures')) ? readFileSync(this.path('.failures'), 'utf8') : ''
    return {
      ...out,
      code: code ?? 128,
      failures: failures
        .split('\0')
        .filter(Boolean)
        .map((line) => ({ code: Number(line.split(' ')[0]), command: line.slice(line.indexOf(' ') + 1) })),
      statuses: [...out.stderr.matchAll(/^\[answered (\d+)\]$/gm)].map(([, status]) => Number(status)),
    }
  }

  #lines(name: string): string[] {
    return existsSync(this.path(name))
      ? readFileSync(this.path(name), 'utf8').split('\n').filter(Boolean)
      : []
  }

  environment(): Record<string, string> {
    const path = [this.#binaries, TOOLS_PATH].join(delimiter)
    return {
      PATH: path,
      HOME: this.directory,
      LANG: 'C.UTF-8',
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      NO_COLOR: '1',
      DOCS_PLACE: this.directory,
      DOCS_ROOT: ROOT.replace(/\/$/, ''),
      DOCS_NODE: process.execPath,
      DOCS_TEST: String(process.pid),
      DOCS_CURL: firstOf('curl') ?? 'curl',
      DOCS_PYTHON: firstOf('python3') ?? '',
      DOCS_TAIL: firstOf('tail') ?? 'tail',
      TOKEN: this.#around.past.token,
    }
  }

  /** Ends what the blocks have started. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of this.#started) send(pid, 'SIGTERM')
    const give_up_at = performance.now() + ENDING_MS
    while ([...this.#started].some((pid) => send(pid, 0)) && performance.now() < give_up_at) await pause(20)
    for (const pid of this.#started) send(pid, 'SIGKILL')
    await this.#server?.close()
  }
}

/** Whether the process is there. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

const PRELUDE = `set -o pipefail -o errtrace
[[ -f $DOCS_PLACE/.exports ]] && source "$DOCS_PLACE/.exports"
trap 'code=$?; [[ $code == 0 ]] || printf "%s %s\\0" "$code" "$BASH_COMMAND" >> "$DOCS_PLACE/.failures"' ERR
`

/** The database of the text. */
export const AT_POSTGRES: RegExp = /postgres(?:ql)?:\/\/[^\s'"]*@db\.example\.edu[^\s'"]*/g

/** Where `.ci/run` puts Prometheus, behind what is on the PATH. */
const TOOLS_PATH = [
  process.env['PATH'] ?? '',
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'canvas-sync-monitor/prometheus/usr/bin'),
].join(delimiter)

/** The program of that name, whose place a stand-in may take. */
export function firstOf(name: string): string | null {
  const paths = TOOLS_PATH.split(delimiter).map((folder) => join(folder, name))
  return paths.find((path) => existsSync(path)) ?? null
}
