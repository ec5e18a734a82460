import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Ingest, type IngestOptions } from '../../../src/ingest/ingest.ts'
import type { IngestStore } from '../../../src/store/ingest-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { readLines, type LogLine } from './log-lines.ts'

/** No process has it: the kernel gives smaller ones. */
export const DEAD_PID: number = 4_194_304 * 8

export interface IngestWorld {
  readonly store: Store
  readonly clock: FakeClock
  readonly log_directory: string
  readonly failures: unknown[]
  open(options?: Partial<IngestOptions>): Promise<Ingest>
  lines(): LogLine[]
}

let worlds = 0

export function ingestWorld(store: Store): IngestWorld {
  const log_directory = join(temporaryDirectory(), `logs-${++worlds}`)
  mkdirSync(log_directory)
  const clock = new FakeClock({ auto: true })
  const failures: unknown[] = []
  return {
    store,
    clock,
    log_directory,
    failures,
    open: (options = {}) =>
      Ingest.open({
        store: store.ingest,
        logDir: log_directory,
        clock,
        onFailure: (error) => failures.push(error),
        ...options,
      }),
    lines: () => readLines(log_directory),
  }
}

/** The same store with some methods replaced: one that fails, or whose process is gone soon. */
export function withIngest(store: IngestStore, parts: Partial<IngestStore>): IngestStore {
  return new Proxy(store, {
    get(target, name) {
      const replaced: unknown = Reflect.get(parts, name)
      if (replaced !== undefined) return replaced
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value
    },
  })
}

/** A store that writes down another process as the one that opened it: for one that will have been killed. */
export function ofDeadProcess(store: IngestStore, parts: Partial<IngestStore> = {}): IngestStore {
  return withIngest(store, {
    openWriter: (writer) => store.openWriter({ ...writer, pid: DEAD_PID }),
    ...parts,
  })
}
