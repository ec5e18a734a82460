import type { FileHandle } from 'node:fs/promises'
import type { LogStream } from '../../core/log-event.ts'
import { systemErrorCode } from '../../core/errors.ts'
import { openPlainFile } from '../directory/plain-file.ts'
import { listSources, lookAt, type FoundFile } from './list-sources.ts'
import type { LogSource } from './log-source.ts'

/** With the default settings a folder has fewer plain files. */
const MAX_HELD = 256

/**
 * Lists sources and keeps their plain files open until it is disposed of. Whatever writers and clean-up do with them
 * meanwhile (rotate, shorten, archive, delete), every line that was in the folder when it was listed is still read:
 * a file is opened where it is found, and files are looked for in the direction in which they move. Archives never
 * move; when one is deleted, its lines are gone.
 *
 * Of more files than {@link MAX_HELD}, or than the system lets us open, the others are only listed, and looked for
 * again when they are opened.
 */
export class SourceHold {
  readonly #max_held: number
  readonly #handles: FileHandle[] = []
  #reserved = 0

  constructor(max_held: number = MAX_HELD) {
    this.#max_held = max_held
  }

  /**
   * The sources may be read until {@link release}, in other threads too.
   * @throws as `listSources`
   */
  list(directory: string, streams?: readonly LogStream[]): Promise<LogSource[]> {
    return listSources(directory, streams, (path) => this.#open(path))
  }

  /** Whoever still reads then would read other files: end it first. */
  async release(): Promise<void> {
    await Promise.all(this.#handles.splice(0).map((handle) => handle.close()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }

  async #open(path: string): Promise<FoundFile | undefined> {
    if (this.#reserved >= this.#max_held) return lookAt(path)
    this.#reserved++
    try {
      const handle = await openPlainFile(path)
      this.#handles.push(handle)
      return { stat: await handle.stat({ bigint: true }), descriptor: handle.fd }
    } catch (error) {
      this.#reserved--
      if (systemErrorCode(error) === 'ENOENT') return undefined
      // No permission, a link, too many open files: what is there is listed, if it is a file.
      return lookAt(path)
    }
  }
}
