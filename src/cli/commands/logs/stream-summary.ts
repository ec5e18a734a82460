import { LOG_STREAMS, type LogStream } from '../../../core/log-event.ts'
import { countNewlines, openPlainFile, readRange } from '../../../logs/directory/plain-file.ts'
import { listSources } from '../../../logs/reading/list-sources.ts'
import type { LogSource } from '../../../logs/reading/log-source.ts'
import { parseLogLine } from '../../../logs/reading/parse-line.ts'
import {
  streamSettings,
  type StreamOptionsByName,
  type StreamSettings,
} from '../../../logs/writing/stream-settings.ts'

/** What there is of one stream, in the files that are read: live, rotated (compressed ones too) and archives. */
export interface StreamSummary {
  readonly stream: LogStream
  /** Without the archives. */
  readonly files: number
  readonly bytes: number
  /** What the files may come to before the oldest is deleted, by the writers' defaults. */
  readonly limit_bytes: number
  /** Without the archives; null when counting would take long. */
  readonly lines: number | null
  /** Times of the first and the last line outside of archives, ISO 8601 UTC; null when there is none to read. */
  readonly oldest: string | null
  readonly newest: string | null
  readonly archives: number
  readonly archive_bytes: number
}

/** Counting so much takes a few hundredths of a second. */
const COUNTED_BYTES = 32 * 1_048_576
const EDGE_BYTES = 131_072

/** @throws system errors of listing the folder; a file that cannot be read has no lines and no times */
/** @param streams how each stream is kept, for its limit */
export async function summarizeStreams(
  directory: string,
  streams: StreamOptionsByName = {},
): Promise<StreamSummary[]> {
  const settings = streamSettings(streams)
  const sources = await listSources(directory)
  return Promise.all(
    LOG_STREAMS.map((stream) =>
      summarize(
        stream,
        settings[stream],
        sources.filter((source) => source.stream === stream),
      ),
    ),
  )
}

async function summarize(
  stream: LogStream,
  { max_bytes, backups }: StreamSettings,
  sources: readonly LogSource[],
): Promise<StreamSummary> {
  const archives = sources.filter(({ kind }) => kind === 'archive')
  const files = sources.filter(({ kind }) => kind !== 'archive')
  const plain = files.filter(({ kind, size_bytes }) => kind !== 'gzip' && size_bytes > 0)
  const bytes = sizeOf(files)
  const countable = bytes <= COUNTED_BYTES && files.every(({ kind }) => kind !== 'gzip')
  const [lines, oldest, newest] = await Promise.all([
    countable ? lineCount(files) : null,
    edgeTime(plain.at(0), 'first'),
    edgeTime(plain.at(-1), 'last'),
  ])
  return {
    stream,
    files: files.length,
    bytes,
    limit_bytes: max_bytes * (backups + 1),
    lines,
    oldest,
    newest,
    archives: archives.length,
    archive_bytes: sizeOf(archives),
  }
}

function sizeOf(sources: readonly LogSource[]): number {
  return sources.reduce((total, { size_bytes }) => total + size_bytes, 0)
}

async function lineCount(files: readonly LogSource[]): Promise<number | null> {
  let lines = 0
  try {
    for (const { path, size_bytes } of files) {
      await using handle = await openPlainFile(path)
      for await (const chunk of readRange(handle, 0, size_bytes)) lines += countNewlines(chunk)
    }
    return lines
  } catch {
    return null
  }
}

/** The time of the first or last line of a file that has one. */
async function edgeTime(source: LogSource | undefined, edge: 'first' | 'last'): Promise<string | null> {
  if (!source) return null
  try {
    await using handle = await openPlainFile(source.path)
    const { size } = await handle.stat()
    const from = edge === 'first' ? 0 : Math.max(0, size - EDGE_BYTES)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(EDGE_BYTES), 0, EDGE_BYTES, from)
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n')
    for (const line of edge === 'first' ? lines : lines.toReversed()) {
      const entry = line === '' ? undefined : parseLogLine(line, source.stream)
      if (entry) return new Date(entry.timestamp_ms).toISOString()
    }
  } catch {
    // What cannot be read is told by those whose work it is to read it.
  }
  return null
}
