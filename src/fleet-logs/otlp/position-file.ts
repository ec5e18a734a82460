import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { LOG_STREAMS, type LogStream } from '../../core/log-event.ts'
import { syncDirectory, unlessMissing } from '../../logs/directory/plain-file.ts'

const NAME = '.otlp-positions.json'

/** Up to where a folder's lines were sent, in a file of that folder. */
export class PositionFile {
  readonly #directory: string
  readonly #places: Map<LogStream, string>

  private constructor(directory: string, places: Map<LogStream, string>) {
    this.#directory = directory
    this.#places = places
  }

  /** A file that is not there or cannot be understood holds nothing: everything is sent again. */
  static async open(directory: string): Promise<PositionFile> {
    const text = await unlessMissing(readFile(join(directory, NAME), 'utf8'))
    return new PositionFile(directory, text === undefined ? new Map() : placesIn(text))
  }

  get places(): ReadonlyMap<LogStream, string> {
    return this.#places
  }

  /** Durable when it resolves. @throws system errors */
  async set(stream: LogStream, place: string): Promise<void> {
    this.#places.set(stream, place)
    const path = join(this.#directory, NAME)
    const temporary = `${path}.tmp`
    {
      await using file = await open(temporary, 'w', 0o640)
      await file.writeFile(JSON.stringify(Object.fromEntries(this.#places)))
      await file.sync()
    }
    await rename(temporary, path)
    await syncDirectory(this.#directory)
  }
}

function placesIn(text: string): Map<LogStream, string> {
  const places = new Map<LogStream, string>()
  try {
    const kept = JSON.parse(text) as Readonly<Record<string, unknown>>
    for (const stream of LOG_STREAMS) {
      const place = kept[stream]
      if (typeof place === 'string') places.set(stream, place)
    }
  } catch {
    // A file that a power cut has spoilt.
  }
  return places
}
