import type { Clock } from '../core/clock.ts'
import { LOG_STREAMS, type LogStream } from '../core/log-event.ts'
import { processStart } from '../logs/directory/process-identity.ts'
import { readLogs } from '../logs/reading/read-logs.ts'
import type { ComposedLines } from '../logs/writing/line-composer.ts'
import type { BatchLines, IngestStore, LineWriter } from '../store/ingest-store.ts'
import { processState } from '../tracker/lost-syncs.ts'
import { processIdentity } from '../tracker/process-identity.ts'
import { unpackLines } from './packed-lines.ts'

/** A writer that cannot be looked at (in another container) has written within this time, or never will. */
const ABANDONED_MS = 600_000
/** A wall clock may have been set back a little since. */
const CLOCK_MARGIN_MS = 60_000
const NEWLINE = 10
const TIMESTAMP_START = '{"timestamp":"'.length
const IDENTITY = /"writer":"([\w-]{1,64})","seq":(\d{1,15})[,}]/

export interface DeadWriterOptions {
  readonly store: IngestStore
  /** The absolute path of the log directory. */
  readonly directory: string
  readonly clock: Clock
}

/** Writes the lines that processes which are gone have committed and not written. */
export async function writeLinesOfTheDead(
  { store, directory, clock }: DeadWriterOptions,
  append: (lines: ComposedLines) => Promise<void>,
): Promise<void> {
  const self = processIdentity()
  for (const writer of await store.listWriters(self.host, directory)) {
    const state = processState(writer, { self, startOf: processStart })
    if (state === 'alive') continue
    const is_gone = state === 'gone'
    const left = await store.unconfirmedLines(writer.writer)
    const before_ms = is_gone ? Number.POSITIVE_INFINITY : clock.now() - ABANDONED_MS
    const batches = left.filter(({ taken_at }) => taken_at < before_ms)
    if (batches.length === 0 && !is_gone) continue
    if (!(await store.claimWriter(writer, self))) continue
    await writeMissing(writer, batches, directory, clock.now(), append)
    await store.closeWriter(writer.writer)
  }
}

async function writeMissing(
  { writer }: LineWriter,
  batches: readonly BatchLines[],
  directory: string,
  now_ms: number,
  append: (lines: ComposedLines) => Promise<void>,
): Promise<void> {
  if (batches.length === 0) return
  const since_ms = Math.min(...batches.map(({ taken_at }) => taken_at)) - CLOCK_MARGIN_MS
  const present = new Set<number>()
  for await (const entry of readLogs({ directory, since_ms })) {
    if (entry.writer === writer && entry.seq !== null) present.add(entry.seq)
  }
  // The time of writing, as of all lines: readers look for a line near its neighbours in time.
  const timestamp = new Date(now_ms).toISOString()
  for (const { lines } of batches) await append(missingOf(unpackLines(lines), present, timestamp))
}

function missingOf(lines: ComposedLines, present: ReadonlySet<number>, timestamp: string): ComposedLines {
  const parts = LOG_STREAMS.map((stream): [LogStream, Uint8Array] => {
    const bytes = Buffer.from(lines[stream])
    const missing: Buffer[] = []
    for (let at = 0; at < bytes.length;) {
      const end = bytes.indexOf(NEWLINE, at) + 1
      const line = bytes.subarray(at, end)
      at = end
      if (present.has(Number(IDENTITY.exec(line.toString('utf8'))?.[2]))) continue
      line.write(timestamp, TIMESTAMP_START)
      missing.push(line)
    }
    return [stream, Buffer.concat(missing)]
  })
  return Object.fromEntries(parts) as ComposedLines
}
