import { randomBytes } from 'node:crypto'
import { accessSync, constants, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { systemErrorCode } from '../../core/errors.ts'
import { makeDirectory } from '../../files/make-directory.ts'
import { Lane } from './lane.ts'
import { laneName, leftLaneName, ownerOf, ownLaneName, parseLaneName, type LaneName } from './spool-name.ts'

export interface AdoptOptions {
  /** Also those of other hosts and containers, of which nobody can tell from here whether they live. Default false. */
  readonly elsewhere?: boolean
}

/** The undelivered events of this process, and of those that are gone without having delivered theirs. */
export class Spool {
  readonly run: string = randomBytes(6).toString('hex')
  readonly own: Lane
  readonly #directory: string
  /** By lane: the folder's name now. */
  readonly #held = new Map<Lane, LaneName>()

  /** @throws system errors when the folder cannot be made or written to */
  constructor(directory: string) {
    makeDirectory(directory)
    accessSync(directory, constants.W_OK | constants.X_OK)
    this.#directory = directory
    this.own = this.#hold(ownLaneName(this.run))
  }

  /**
   * Takes over what processes left behind that are gone. Renaming the folder of a lane decides between two who try at
   * the same time, and makes it ours as a whole.
   */
  adopt({ elsewhere = false }: AdoptOptions = {}): Lane[] {
    const adopted: Lane[] = []
    for (const name of lanesIn(this.#directory)) {
      const owner = ownerOf(name)
      if (owner === 'alive' || (owner === 'elsewhere' && !elsewhere)) continue
      const ours = ownLaneName(name.run)
      if (!this.#rename(name, ours)) continue
      const lane = this.#hold(ours)
      if (lane.bytes > 0) adopted.push(lane)
      else this.release(lane)
    }
    return adopted
  }

  /** Wants no more of a lane: an empty one is deleted, any other is left to the next process. */
  release(lane: Lane): void {
    const name = this.#held.get(lane)
    this.#held.delete(lane)
    lane.close()
    if (name !== undefined && lane.bytes > 0) this.#rename(name, leftLaneName(name))
  }

  #hold(name: LaneName): Lane {
    const lane = new Lane(join(this.#directory, laneName(name)), name.run)
    this.#held.set(lane, name)
    return lane
  }

  #rename(from: LaneName, to: LaneName): boolean {
    try {
      renameSync(join(this.#directory, laneName(from)), join(this.#directory, laneName(to)))
      return true
    } catch {
      return false
    }
  }
}

/** What waits in a folder, whoever put it there. */
export interface SpoolStatus {
  /** Processes that have something there. */
  readonly lanes: number
  readonly bytes: number
  /** Of these bytes, those of processes of this host that are gone: whoever comes next delivers them. */
  readonly left_bytes: number
  /** And those of other hosts or containers, which only `spool send --other-hosts` delivers. */
  readonly elsewhere_bytes: number
}

/** @throws system errors when the folder is there and cannot be read */
export function spoolStatus(directory: string): SpoolStatus {
  const bytes = { alive: 0, gone: 0, elsewhere: 0 }
  let lanes = 0
  for (const name of lanesIn(directory)) {
    const size = new Lane(join(directory, laneName(name)), name.run).bytes
    if (size === 0) continue
    lanes++
    bytes[ownerOf(name)] += size
  }
  const { alive, gone, elsewhere } = bytes
  return { lanes, bytes: alive + gone + elsewhere, left_bytes: gone, elsewhere_bytes: elsewhere }
}

function lanesIn(directory: string): LaneName[] {
  let names: string[] = []
  try {
    names = readdirSync(directory)
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error
  }
  return names.flatMap((name) => parseLaneName(name) ?? [])
}
