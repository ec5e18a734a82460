import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { SyncRow } from '../../../src/core/sync-record.ts'
import { openStore } from '../../../src/store/open-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { ChoosyCanvas } from './choosy-canvas.ts'

/** A database, logs and a Canvas for the examples of `examples/jobs`. */
export class JobPlace {
  readonly canvas: ChoosyCanvas
  readonly store: Store
  readonly database: string
  readonly logs: string

  private constructor(canvas: ChoosyCanvas, store: Store, database: string, logs: string) {
    this.canvas = canvas
    this.store = store
    this.database = database
    this.logs = logs
  }

  static async make(database?: string): Promise<JobPlace> {
    const directory = temporaryDirectory()
    const url = database ?? `sqlite:${join(directory, 'data.db')}`
    const store = await openStore(url)
    after(() => store.close())
    return new JobPlace(await ChoosyCanvas.start(), store, url, join(directory, 'logs'))
  }

  /** Runs an example as its reader would. */
  run(name: string, environment: Readonly<Record<string, string>> = {}): ExampleProcess {
    const path = fileURLToPath(new URL(`../../../examples/jobs/${name}`, import.meta.url))
    return new ExampleProcess(path, {
      ...process.env,
      DATABASE_URL: this.database,
      CANVAS_SYNC_LOG_DIR: this.logs,
      CANVAS_BASE_URL: this.canvas.url,
      CANVAS_ACCESS_TOKEN: 'token-of-a-teacher',
      ...environment,
    })
  }

  /** In the order of their starts. */
  async syncs(): Promise<SyncRow[]> {
    return (await this.store.syncs.listSyncs({ limit: 100 })).sort((a, b) => a.id - b.id)
  }

  /** Their statuses, as soon as there are so many and all have ended. */
  async ended(count: number): Promise<SyncRow[]> {
    return await soon(async () => {
      const rows = await this.syncs()
      const is_over = rows.length >= count && rows.every(({ sync_status }) => sync_status !== 'in_progress')
      return is_over ? rows : null
    })
  }
}

export class ExampleProcess {
  readonly child: ChildProcess
  /** The exit code, or the name of the signal. */
  readonly end: Promise<number | NodeJS.Signals>

  constructor(path: string, env: NodeJS.ProcessEnv) {
    this.child = spawn(process.execPath, ['--conditions=canvas-sync-monitor-source', path], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env,
    })
    this.end = once(this.child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
    after(async () => {
      this.child.kill('SIGKILL')
      await this.end
    })
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }
}

/** What `look` finds, looked for again and again until it finds something. */
export async function soon<T>(look: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const found = await look()
    if (found !== null) return found
    await pause(25)
  }
}
