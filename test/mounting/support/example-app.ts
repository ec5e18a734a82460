import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../../src/core/clock.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { makeToken } from '../../api/support/guarded-server.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { openSmallCanvas, type SmallCanvas } from './small-canvas.ts'

export const ROOT: string = fileURLToPath(new URL('../../..', import.meta.url))
const DEADLINE_MS = 60_000

export interface ExampleProcess {
  readonly child: ChildProcess
  /** Of the application, without the path of the monitor. */
  readonly url: string
  /** Resolves with the exit code, or the name of the signal. */
  readonly ended: Promise<number | string>
}

/** How an example is started: what is run, with what besides. */
export interface ExampleCommand {
  readonly args: readonly string[]
  readonly cwd?: string
  readonly environment?: Readonly<Record<string, string>>
  /** Finds the address in what it prints. Default: the first one. */
  readonly address?: RegExp
}

export const exampleFile = (name: string): ExampleCommand => ({
  args: ['--conditions=canvas-sync-monitor-source', join('examples', 'mounting', name)],
})

/** The world of one example: a Canvas, a database, a token for it, and the process that is started over them. */
export interface ExampleWorld extends AsyncDisposable {
  readonly canvas: SmallCanvas
  readonly database: string
  /** For `admin`. */
  readonly token: string
  start(): Promise<ExampleProcess>
}

export async function openExample(command: ExampleCommand): Promise<ExampleWorld> {
  const directory = temporaryDirectory()
  const database = `sqlite:${join(directory, 'sync.db')}`
  const canvas = await openSmallCanvas()
  const store = await openStore(database)
  const token = await makeToken(store, ['admin'])
  await store.close()
  const children = new Set<ChildProcess>()
  after(() => {
    for (const child of children) child.kill('SIGKILL')
  })
  return {
    canvas,
    database,
    token,
    async start() {
      const child = spawn(process.execPath, command.args, {
        cwd: command.cwd ?? ROOT,
        env: {
          PATH: process.env['PATH'],
          HOME: directory,
          PORT: '0',
          DATABASE_URL: database,
          CANVAS_SYNC_LOG_DIR: join(directory, 'logs'),
          CANVAS_BASE_URL: canvas.url,
          CANVAS_ACCESS_TOKEN: 'of-the-test',
          ...command.environment,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      children.add(child)
      const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string)
      return { child, ended, url: await addressOf(child, command.address ?? /http:\/\/[\d.]+:\d+/) }
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill('SIGKILL')
      await canvas[Symbol.asyncDispose]()
    },
  }
}

/** Waits until the process has printed its address. */
async function addressOf(child: ChildProcess, form: RegExp): Promise<string> {
  let printed = ''
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const hear = (bytes: Buffer): void => {
    printed += bytes.toString()
    const address = form.exec(printed)?.[0]
    if (address !== undefined) resolve(address)
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  child.once('exit', () => {
    reject(new Error(`It ended: ${printed}`))
  })
  return await promise
}

/** Asks again and again until there is something to return. */
export async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const late = performance.now() + DEADLINE_MS
  for (;;) {
    const found = await ask()
    if (found !== undefined) return found
    if (performance.now() > late) assert.fail(`Waited in vain: ${what}`)
    await systemClock.sleep(50)
  }
}
