import { randomBytes } from 'node:crypto'
import { readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { makeDirectory } from '../../files/make-directory.ts'
import { processStart } from '../../logs/directory/process-identity.ts'
import { Lane } from './lane.ts'
import { isOrphaned, parseSpoolName, spoolName, type SpoolName } from './spool-name.ts'

/** What waits in a folder, whoever put it there. */
export interface SpoolStatus {
  readonly files: number
  readonly bytes: number
  /** Of these, the files of processes that are gone. */
  readonly orphaned_files: number
}

/** The undelivered events of this process, and of those that are gone without having delivered theirs. */
export class Spool {
  readonly run: string = randomBytes(4).toString('hex')
  readonly own: Lane
  readonly #directory: string
  readonly #pid = process.pid
  readonly #process_started = (processStart(process.pid) ?? 'unknown').replaceAll(/[^\w.]/g, '_')
  #number = 0

  /** @throws MonitorError `not_writable` when the folder cannot be made */
  constructor(directory: string) {
    makeDirectory(directory)
    this.#directory = directory
    this.own = new Lane(directory, [], () => this.#nextName())
  }

  /**
   * Takes over what processes left behind that are gone, a lane for each. Renaming is what decides between two who try at
   * the same time.
   */
  adopt(): Lane[] {
    const orphans = new Map<string, string[]>()
    for (const { name, parsed } of segmentsIn(this.#directory)) {
      if (parsed.run === this.run || !isOrphaned(parsed)) continue
      const adopted = this.#nextName()
      try {
        renameSync(join(this.#directory, name), join(this.#directory, adopted))
      } catch {
        continue
      }
      orphans.set(parsed.run, [...(orphans.get(parsed.run) ?? []), adopted])
    }
    return [...orphans.values()].map((names) => new Lane(this.#directory, names, null))
  }

  #nextName(): string {
    const name: SpoolName = {
      pid: this.#pid,
      process_started: this.#process_started,
      run: this.run,
      number: this.#number++,
    }
    return spoolName(name)
  }
}

export function spoolStatus(directory: string, sizeOf: (path: string) => number): SpoolStatus {
  const segments = segmentsIn(directory)
  return {
    files: segments.length,
    bytes: segments.reduce((sum, { name }) => sum + sizeOf(join(directory, name)), 0),
    orphaned_files: segments.filter(({ parsed }) => isOrphaned(parsed)).length,
  }
}

/** Oldest first of each process. */
function segmentsIn(directory: string): { readonly name: string; readonly parsed: SpoolName }[] {
  return namesIn(directory)
    .flatMap((name) => {
      const parsed = parseSpoolName(name)
      return parsed === null ? [] : [{ name, parsed }]
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
