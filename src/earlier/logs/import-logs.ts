import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { isoTime } from '../../core/iso-time.ts'
import type { LogForm } from '../../core/log-entry.ts'
import type { LogStream } from '../../core/log-event.ts'
import { archivePart } from '../../logs/archives/archive-part.ts'
import { parseArchiveName } from '../../logs/archives/archive-name.ts'
import { readFirstMember } from '../../logs/archives/read-archive.ts'
import { ARCHIVES, listArchives } from '../../logs/directory/listing.ts'
import { removeFile } from '../../logs/directory/plain-file.ts'
import type { LegacyZone } from '../../logs/reading/legacy-zone.ts'
import { listSources } from '../../logs/reading/list-sources.ts'
import type { LogSource } from '../../logs/reading/log-source.ts'
import { readBlocks } from '../../logs/reading/read-blocks.ts'
import { UnreadableSourceError } from '../../logs/reading/unreadable-source.ts'
import type { LogImportReport } from './log-import-report.ts'
import { rewriteLine } from './rewrite-line.ts'

export interface ImportLogsOptions {
  /** The folder of the earlier system's log files: only read. */
  readonly from: string
  /** The log folder of this one. */
  readonly directory: string
  /** Of times that name none. */
  readonly zone: LegacyZone
  readonly clock: Clock
  readonly dry_run: boolean
  readonly signal: AbortSignal
  readonly onProgress?: (progress: { readonly lines: number; readonly file: string }) => void
}

/** What an archive says of the file that it was made of: how much of it, and its check sum from the beginning to there. */
interface Imported {
  readonly stream: LogStream
  readonly to: number
  readonly digest: string
}

const MEMBER = /^earlier-(\d{1,15})-([\da-f]{32})\.log$/
const memberName = (to: number, digest: string): string => `earlier-${to}-${digest}.log`

/**
 * Puts the lines of the earlier system's log files into archives of this one, a file each, so that search and analysis find
 * them. What is there already, by its content, is left out: also the first part of a file that has grown since.
 *
 * @throws system errors of our own folder; the signal's reason
 */
export async function importLogs(options: ImportLogsOptions): Promise<LogImportReport> {
  const run = new LogImport(options, await importedBefore(options.directory))
  for (const source of await listSources(options.from)) {
    options.signal.throwIfAborted()
    await run.take(source)
  }
  return run.report()
}

async function importedBefore(directory: string): Promise<Imported[]> {
  const imported: Imported[] = []
  for (const { name } of await listArchives(directory)) {
    const stream = parseArchiveName(name)?.stream
    const member = await readFirstMember(join(directory, ARCHIVES, name))
    const [, to, digest] = MEMBER.exec(member?.name ?? '') ?? []
    if (stream !== undefined && to !== undefined && digest !== undefined) {
      imported.push({ stream, to: Number(to), digest })
    }
  }
  return imported
}

class LogImport {
  readonly #options: ImportLogsOptions
  readonly #imported: Imported[]
  readonly #unreadable: string[] = []
  readonly #by_stream: Partial<Record<LogStream, number>> = {}
  readonly #by_form: Partial<Record<LogForm, number>> = {}
  readonly #days = new Set<string>()
  #files = 0
  #written = 0
  #unchanged = 0
  #lines = 0
  #continuations = 0
  #unknown = 0

  constructor(options: ImportLogsOptions, imported: Imported[]) {
    this.#options = options
    this.#imported = imported
  }

  async take(source: LogSource): Promise<void> {
    this.#files++
    try {
      const { from, to, digest } = await this.#compare(source)
      if (to === 0) return
      if (from === to) {
        this.#unchanged++
        return
      }
      this.#written++
      if (this.#options.dry_run) {
        for await (const _ of this.#rewritten(source, from, to)) continue
      } else await this.#write(source, from, to, digest)
      this.#imported.push({ stream: source.stream, to, digest })
    } catch (error) {
      if (!(error instanceof UnreadableSourceError)) throw error
      this.#unreadable.push(source.name)
    }
  }

  report(): LogImportReport {
    const days = [...this.#days].sort()
    const [first, last] = [days[0], days.at(-1)]
    return {
      directory: this.#options.from,
      files: {
        read: this.#files,
        imported: this.#written,
        unchanged: this.#unchanged,
        unreadable: this.#unreadable,
      },
      lines: this.#lines,
      by_stream: this.#by_stream,
      by_form: this.#by_form,
      continuations: this.#continuations,
      unreadable_lines: this.#unknown,
      days: first === undefined || last === undefined ? null : { first, last, count: days.length },
    }
  }

  /** Which part of the file's whole lines is new, and the check sum of all of them. */
  async #compare(
    source: LogSource,
  ): Promise<{ readonly from: number; readonly to: number; readonly digest: string }> {
    const { signal } = this.#options
    const known = new Map(
      this.#imported
        .filter(({ stream }) => stream === source.stream)
        .map((each) => [`${each.to} ${each.digest}`, each]),
    )
    const places = [...new Set([...known.values()].map(({ to }) => to))].sort((a, b) => a - b)
    const hash = createHash('sha256')
    const digest = (): string => hash.copy().digest('hex').slice(0, 32)
    let [from, to, next] = [0, 0, 0]
    for await (const { bytes } of readBlocks(source, {}, { signal })) {
      let at = 0
      for (
        let place = places[next];
        place !== undefined && place <= to + bytes.length;
        place = places[++next]
      ) {
        hash.update(bytes.subarray(at, place - to))
        at = place - to
        if (known.has(`${place} ${digest()}`)) from = place
      }
      hash.update(bytes.subarray(at))
      to += bytes.length
    }
    return { from, to, digest: digest() }
  }

  async *#rewritten(source: LogSource, from: number, to: number): AsyncGenerator<string> {
    const { zone, signal, onProgress } = this.#options
    const decoder = new TextDecoder()
    for await (const { bytes } of readBlocks(source, { from, to }, { signal })) {
      const lines = decoder.decode(bytes).split('\n')
      if (lines.at(-1) === '') lines.pop()
      const texts = lines.map((line) => this.#count(line, source.stream, zone))
      onProgress?.({ lines: this.#lines, file: source.name })
      yield texts.join('')
    }
  }

  #count(line: string, stream: LogStream, zone: LegacyZone): string {
    const { text, form, timestamp_ms } = rewriteLine(line, stream, zone)
    this.#lines++
    this.#by_stream[stream] = (this.#by_stream[stream] ?? 0) + 1
    if (form === null) this.#unknown++
    else if (form === 'continuation') this.#continuations++
    else this.#by_form[form] = (this.#by_form[form] ?? 0) + 1
    if (timestamp_ms !== null) this.#days.add(isoTime(timestamp_ms).slice(0, 10))
    return `${text}\n`
  }

  async #write(source: LogSource, from: number, to: number, digest: string): Promise<void> {
    const { directory, clock, signal } = this.#options
    const archives = join(directory, ARCHIVES)
    await mkdir(archives, { recursive: true, mode: 0o750 })
    // A name that clean-up removes, should we be killed.
    const temporary = join(archives, `${source.stream}.${randomBytes(8).toString('hex')}.tmp`)
    try {
      await using handle: FileHandle = await open(temporary, 'wx+', 0o640)
      let size = 0
      for await (const text of this.#rewritten(source, from, to)) {
        await handle.writeFile(text)
        size += Buffer.byteLength(text)
      }
      const part = {
        stream: source.stream,
        handle,
        member_name: memberName(to, digest),
        modified_ms: source.modified_ms,
        from: 0,
        to: size,
      }
      await archivePart(archives, part, clock.now(), signal)
    } finally {
      await removeFile(temporary).catch(() => {
        // The next clean-up removes it.
      })
    }
  }
}
