import assert from 'node:assert/strict'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after } from 'node:test'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/index.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { runCli, startCli, type CliOptions, type CliResult, type RunningCli } from './run-cli.ts'

/** A folder of its own in which the program runs, beside a Canvas. */
export class WorkPlace {
  readonly directory: string = temporaryDirectory()
  readonly simulator: Simulator | null

  constructor(simulator: Simulator | null = null) {
    this.simulator = simulator
    if (simulator !== null) this.write('token.txt', `${simulator.tokens.teacher}\n`)
  }

  path(name: string): string {
    return join(this.directory, name)
  }

  write(name: string, text: string): void {
    mkdirSync(join(this.path(name), '..'), { recursive: true })
    writeFileSync(this.path(name), text)
  }

  start(args: readonly string[], options: Partial<CliOptions> = {}): RunningCli {
    return startCli(args, { cwd: this.directory, ...options })
  }

  run(args: readonly string[], options: Partial<CliOptions> = {}): Promise<CliResult> {
    return runCli(args, { cwd: this.directory, ...options })
  }

  /** The arguments of a sync with this place's Canvas. */
  syncArguments(...more: readonly string[]): string[] {
    const base_url = this.simulator?.base_url ?? 'http://127.0.0.1:1'
    return ['sync', '--base-url', base_url, '--token-file', 'token.txt', ...more]
  }

  /** A place of its own with the same Canvas and a copy of the data. */
  copy(): WorkPlace {
    const place = new WorkPlace(this.simulator)
    cpSync(this.directory, place.directory, { recursive: true })
    return place
  }

  rows(sql: string, name = 'data/canvas-sync.db'): Record<string, unknown>[] {
    using database = new DatabaseSync(this.path(name), { readOnly: true })
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }))
  }
}

/** What must be there after whatever goes wrong: the ended syncs and all rows from Canvas. */
export function keptRows(place: WorkPlace): unknown {
  return {
    syncs: place.rows("select * from canvas_sync_metrics where sync_task_id = 'first'"),
    ...Object.fromEntries(
      ['courses', 'assignments', 'submissions', 'enrollments'].map((name) => [
        name,
        place.rows(
          `select source_id, id, content_hash, deleted_at from canvas_${name} order by source_id, id`,
        ),
      ]),
    ),
  }
}

/** A Canvas of few rows that ends with the tests of the file. */
export async function smallCanvas(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({
    size: { students: 12, courses: 2, teachers: 1 },
    throttle: false,
    ...options,
  })
  after(() => simulator.close())
  return simulator
}

/** A place where one sync has run already: it is called `first`. */
export async function syncedPlace(simulator: Simulator): Promise<WorkPlace> {
  const place = new WorkPlace(simulator)
  const result = await place.run(place.syncArguments('--task-id', 'first', '--quiet'))
  assert.equal(result.code, 0, result.stderr)
  return place
}
